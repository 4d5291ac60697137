package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"parley/llm/llmtest"
)

// pace is the time from one word of the model to the next: 50 a second.
const pace = 20 // milliseconds

// serveModel is the part "model" of this program: it says what the scripted model of
// the tests says. That one makes each event anew and keeps a record of each word,
// which would take more of the processors than the servers that are measured.
func serveModel(args []string) error {
	flags := flag.NewFlagSet("model", flag.ExitOnError)
	words := flags.Int("words", 0, "length of an answer")
	hurried := flags.Bool("hurried", false, "do not pause between words")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/v1\n", listener.Addr())
	endWithInput()
	m := record(*words)
	if !*hurried {
		m.pace = pace * time.Millisecond
	}
	server := &http.Server{Handler: m, ReadHeaderTimeout: time.Minute}
	return server.Serve(listener)
}

// recording is one answer, the same to every question.
type recording struct {
	media  string
	events [][]byte
	pace   time.Duration // from one event to the next
}

func record(words int) *recording {
	request := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(
		`{"model":"scripted","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"?"}]}`))
	recorder := httptest.NewRecorder()
	llmtest.NewModel(llmtest.Script{Words: words}).ServeHTTP(recorder, request)
	return &recording{media: recorder.Header().Get("Content-Type"), events: bytes.SplitAfter(recorder.Body.Bytes(), []byte("\n\n"))}
}

func (m *recording) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", m.media)
	control := http.NewResponseController(w)
	begun := time.Now()
	for i, event := range m.events {
		if m.pace > 0 {
			select {
			case <-time.After(time.Until(begun.Add(m.pace * time.Duration(i)))):
			case <-r.Context().Done():
				return
			}
		}
		// Whoever left does not want the rest. Each event is written by itself, as models do.
		if _, err := w.Write(event); err != nil {
			return
		}
		if err := control.Flush(); err != nil {
			return
		}
	}
}
