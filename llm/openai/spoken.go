package openai

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
)

// spokenError is a failure that the server told inside of its stream.
type spokenError struct {
	Message string
	Type    string
	Code    string
}

func (e *spokenError) Error() string {
	text := cmp.Or(e.Message, "no reason given")
	if kind := cmp.Or(e.Code, e.Type); kind != "" {
		text = kind + ": " + text
	}
	return "the server broke off: " + brief(text)
}

// LogValue implements slog.LogValuer.
func (e *spokenError) LogValue() slog.Value {
	return told("the model's server broke off", e.Code, e.Type)
}

// retryable tells failures of the moment from those of the request. What is
// not known is taken for a failure of the moment: the request was accepted once.
func (e *spokenError) retryable() bool {
	var status int
	if _, err := fmt.Sscanf(e.Code, "%d", &status); err == nil && status >= 400 {
		return retryable(status)
	}
	for _, of := range []string{"invalid_request", "authentication", "permission", "not_found", "insufficient_quota", "context_length", "content_filter"} {
		if strings.HasPrefix(e.Type, of) || strings.HasPrefix(e.Code, of) {
			return false
		}
	}
	return true
}

// parseSpokenError reads the forms in which servers tell an error:
// {"error":{"message":…}}, {"error":"…"} and {"object":"error","message":…}.
func parseSpokenError(data []byte) error {
	type told struct {
		Message json.RawMessage `json:"message"`
		Type    json.RawMessage `json:"type"`
		Code    json.RawMessage `json:"code"`
	}
	var outer struct {
		Error json.RawMessage `json:"error"`
		told
	}
	if err := json.Unmarshal(data, &outer); err != nil {
		return fmt.Errorf("read the server's error: %w", err)
	}
	inner := outer.told
	if len(outer.Error) > 0 {
		if outer.Error[0] != '{' {
			return &spokenError{Message: plain(outer.Error)}
		}
		if err := json.Unmarshal(outer.Error, &inner); err != nil {
			return fmt.Errorf("read the server's error: %w", err)
		}
	}
	return &spokenError{Message: plain(inner.Message), Type: plain(inner.Type), Code: plain(inner.Code)}
}

// plain words a value that should be a string and is not always one.
func plain(value json.RawMessage) string {
	if len(value) == 0 || bytes.Equal(value, []byte("null")) {
		return ""
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
