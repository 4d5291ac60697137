package server

import (
	"bufio"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scraping bounds a look at the metrics.
const scraping = 2 * time.Second

// Metrics is what the process says of some metrics now, each the sum of all series of that name. One that is not there
// is 0: many appear with what they count.
func (s *Server) Metrics(names ...string) (map[string]float64, error) {
	asking := http.Client{Timeout: scraping}
	response, err := asking.Get("http://" + cmp.Or(s.metrics, s.Address) + "/metrics")
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read the metrics: %s", response.Status)
	}
	sums := make(map[string]float64)
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		series, value, _ := strings.Cut(lines.Text(), " ")
		name, _, _ := strings.Cut(series, "{")
		if !slices.Contains(names, name) {
			continue
		}
		// A label may have a space, but what comes last has none.
		n, err := strconv.ParseFloat(value[strings.LastIndexByte(value, ' ')+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("read the metric %s: %w", name, err)
		}
		sums[name] += n
	}
	return sums, lines.Err()
}
