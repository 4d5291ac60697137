package llmtest

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"time"
)

// answer writes one completion.
type answer struct {
	model   *Model
	call    *Call
	script  Script
	request completion
	release <-chan struct{}
	gate    *Gate // nil: none
	w       http.ResponseWriter
	r       *http.Request
}

func (a *answer) stream() {
	if a.script.Fault == Silent {
		a.hang()
		return
	}
	a.w.Header().Set("Content-Type", "text/event-stream")
	a.w.WriteHeader(http.StatusOK)
	// As OpenAI does, the first event carries the role and no text.
	a.event(a.chunk(map[string]any{"role": "assistant", "content": ""}, nil))
	if a.script.Obey {
		a.event(a.chunk(map[string]any{"tool_calls": []any{map[string]any{
			"index": 0, "id": "call_1", "type": "function",
			"function": map[string]string{"name": "open", "arguments": `{"url":"` + Elsewhere + `"}`},
		}}}, nil))
	}
	started := time.Now()
	for i, piece := range a.script.pieces(a.text()) {
		if a.faulty() && i == a.script.After {
			break
		}
		if !a.gate.pass(i, a.r.Context().Done()) {
			return
		}
		due := time.Duration(a.script.FirstMS+i*a.script.PaceMS) * time.Millisecond
		if !a.wait(time.Until(started.Add(due))) {
			return
		}
		if a.script.Pings {
			a.write(": ping\n\n")
			a.event(a.chunk(map[string]any{}, nil))
		}
		a.delta(piece)
		a.model.sent(a.call)
	}
	a.end()
	a.gate.end()
}

// whole answers a call that is not streamed.
func (a *answer) whole() {
	switch a.script.Fault {
	case Silent, Hang:
		a.hang()
		return
	case Cut:
		a.cut()
		return
	}
	if !a.wait(time.Duration(a.script.FirstMS) * time.Millisecond) {
		return
	}
	text := a.text()
	input, output := a.words(), len(strings.Fields(text))
	writeJSON(a.w, map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": a.request.Model,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": "stop",
			"message": map[string]string{"role": "assistant", "content": text},
		}},
		"usage": map[string]int{"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
	})
}

// text is the answer's.
func (a *answer) text() string {
	if a.script.Obey {
		return Obeyed(a.request.Messages)
	}
	return a.script.text(a.call.Question)
}

// faulty tells whether the script breaks the answer off.
func (a *answer) faulty() bool {
	return a.script.Fault != "" && a.script.Fault != NoDone && a.script.Fault != NoFinish
}

func (a *answer) end() {
	switch a.script.Fault {
	case Hang:
		a.hang()
		return
	case Error:
		a.event(map[string]any{"error": map[string]any{"message": a.script.Message, "type": "server_error", "code": nil}})
		return
	case Cut:
		a.cut()
		return
	case End:
		return
	}
	if a.script.Fault != NoFinish {
		a.event(a.chunk(map[string]any{}, "stop"))
	}
	if a.request.StreamOptions.IncludeUsage {
		usage := a.chunk(nil, nil)
		usage["choices"] = []any{}
		usage["usage"] = a.usage()
		a.event(usage)
	}
	if a.script.Fault != NoDone {
		a.write("data: [DONE]\n\n")
	}
}

// usage counts words in and deltas out, so that a checker can count them too.
func (a *answer) usage() map[string]int {
	words, sent := a.words(), a.model.sentOf(a.call)
	return map[string]int{"prompt_tokens": words, "completion_tokens": sent, "total_tokens": words + sent}
}

// words counts those of the request.
func (a *answer) words() int {
	words := 0
	for _, message := range a.request.Messages {
		words += len(strings.Fields(message.Content))
	}
	return words
}

func (a *answer) chunk(delta map[string]any, finish any) map[string]any {
	return map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": a.request.Model,
		"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}},
	}
}

// delta sends a piece of text. One that ends within a character is put into the JSON
// as raw bytes, as servers do that decode token by token.
func (a *answer) delta(piece string) {
	event, err := json.Marshal(a.chunk(map[string]any{"content": "\x00"}, nil))
	if err != nil {
		panic("llmtest: " + err.Error())
	}
	escaped := []byte(strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(piece))
	a.data(bytes.Replace(event, []byte(`\u0000`), escaped, 1))
}

func (a *answer) event(event map[string]any) {
	data, err := json.Marshal(event)
	if err != nil {
		panic("llmtest: " + err.Error())
	}
	a.data(data)
}

func (a *answer) data(data []byte) { a.write("data: " + string(data) + "\n\n") }

// write sends one event in as many writes as the script asks for.
func (a *answer) write(event string) {
	if a.script.CRLF {
		event = strings.ReplaceAll(event, "\n", "\r\n")
	}
	size := len(event)
	if a.script.Write > 0 {
		size = a.script.Write
	}
	flusher := http.NewResponseController(a.w)
	for len(event) > 0 {
		n := min(size, len(event))
		// A client that left is seen by wait, not here.
		_, _ = a.w.Write([]byte(event[:n]))
		_ = flusher.Flush()
		event = event[n:]
	}
}

// wait tells whether to go on after a pause.
func (a *answer) wait(pause time.Duration) bool {
	if pause <= 0 {
		return a.r.Context().Err() == nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.r.Context().Done():
		return false
	}
}

func (a *answer) hang() {
	select {
	case <-a.release:
	case <-a.r.Context().Done():
	}
}

// cut resets the connection, so that the client sees an error and no end.
func (a *answer) cut() {
	connection, _, err := http.NewResponseController(a.w).Hijack()
	if err != nil {
		panic("llmtest: a connection that cannot be cut: " + err.Error())
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
