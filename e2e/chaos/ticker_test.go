package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ticker is a model whose words tell when they were said.
type ticker struct {
	url   string
	epoch time.Time
	mu    sync.Mutex
	said  []string // all but the noise
}

// A piece is a time and characters of every length, some of which JSON escapes.
const (
	pieceText = " \u00e9\u20ac\U0001f600 \"and\"\n"
	pieceSize = 13 + len(pieceText)
)

func (m *ticker) piece() string {
	return fmt.Sprintf("@%012d", time.Since(m.epoch).Microseconds()) + pieceText
}

// saidAt is when a piece was said, since the epoch.
func saidAt(piece string) (time.Duration, error) {
	if len(piece) < pieceSize || piece[0] != '@' {
		return 0, fmt.Errorf("%q is no piece", piece)
	}
	µs, err := strconv.ParseInt(piece[1:13], 10, 64)
	return time.Duration(µs) * time.Microsecond, err
}

func newTicker(r *run) *ticker {
	m := &ticker{epoch: time.Now()}
	server := httptest.NewServer(http.HandlerFunc(m.complete))
	r.Cleanup(server.Close)
	m.url = server.URL + "/v1"
	return m
}

// words is what was said n answers after the first.
func (m *ticker) words(n int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n >= len(m.said) {
		return ""
	}
	return m.said[n]
}

func (m *ticker) complete(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Stream   bool
		Messages []struct{ Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || len(request.Messages) == 0 {
		http.Error(w, "that is no request", http.StatusBadRequest)
		return
	}
	if !request.Stream { // the summary of a long conversation
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"model":"ticker","choices":[{"index":0,"message":{"role":"assistant","content":"Much was said."},"finish_reason":"stop"}]}`)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	say := func(event string) {
		_, _ = io.WriteString(w, event) // whoever left is not waited for
		w.(http.Flusher).Flush()
	}
	if strings.Contains(request.Messages[len(request.Messages)-1].Content, "noise") {
		for range noisyPieces {
			say(noise)
		}
	} else {
		text := ""
		for range pieceCount {
			piece := m.piece()
			text += piece
			say(chunk(piece, nil))
			time.Sleep(pieceEvery) // as a model does
		}
		m.mu.Lock()
		m.said = append(m.said, text)
		m.mu.Unlock()
	}
	say(chunk("", "stop") + "data: [DONE]\n\n")
}

var noise = chunk(strings.Repeat("n", noisyPiece), nil)

// chunk is an event of a model's stream.
func chunk(text string, finish any) string {
	raw, _ := json.Marshal(map[string]any{"model": "ticker", "choices": []any{ // of strings, which always can be
		map[string]any{"index": 0, "delta": map[string]any{"content": text}, "finish_reason": finish},
	}})
	return "data: " + string(raw) + "\n\n"
}
