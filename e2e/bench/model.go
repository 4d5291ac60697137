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

// serveModel is the part "model" of this program: a scripted model.
func serveModel(args []string) error {
	flags := flag.NewFlagSet("model", flag.ExitOnError)
	words := flags.Int("words", 0, "length of an answer")
	hurried := flags.Bool("hurried", false, "say it all at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/v1\n", listener.Addr())
	endWithInput()
	if *hurried {
		server := &http.Server{Handler: recorded(*words), ReadHeaderTimeout: time.Minute}
		return server.Serve(listener)
	}
	return llmtest.Serve(listener, llmtest.NewModel(llmtest.Script{Words: *words, PaceMS: pace}))
}

// recorded says what the scripted model says, as fast as it is read. The model
// itself writes and flushes each word: it would be the slowest of all, and what is
// measured would be how fast it is.
func recorded(words int) http.Handler {
	request := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(
		`{"model":"scripted","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"?"}]}`))
	recorder := httptest.NewRecorder()
	llmtest.NewModel(llmtest.Script{Words: words}).ServeHTTP(recorder, request)
	answer := recorder.Body.Bytes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", recorder.Header().Get("Content-Type"))
		// Whoever leaves early does not want the rest.
		_, _ = bytes.NewReader(answer).WriteTo(w)
	})
}
