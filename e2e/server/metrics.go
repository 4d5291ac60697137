package server

import (
	"bufio"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// scraping bounds a look at the metrics.
const scraping = 2 * time.Second

// Metric is what the process says of a metric now, the sum where there are several series of that name. None is 0:
// many appear with what they count.
func (s *Server) Metric(name string) (float64, error) {
	asking := http.Client{Timeout: scraping}
	response, err := asking.Get("http://" + cmp.Or(s.metrics, s.Address) + "/metrics")
	if err != nil {
		return 0, fmt.Errorf("read the metrics: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("read the metrics: %s", response.Status)
	}
	sum := 0.0
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if called, _, _ := strings.Cut(series, "{"); called != name {
			continue
		}
		// A label may have a space, but what comes last has none.
		n, err := strconv.ParseFloat(value[strings.LastIndexByte(value, ' ')+1:], 64)
		if err != nil {
			return 0, fmt.Errorf("read the metric %s: %w", name, err)
		}
		sum += n
	}
	return sum, nil
}
