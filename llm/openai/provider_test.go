package openai_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"parley/llm"
	"parley/llm/llmtest"
	"parley/llm/openai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const question = "Wie lange gilt die Garantie? 🚀"

// outcome is what one call of Answer gave.
type outcome struct {
	text   string
	pieces int
	result llm.Result
	err    error
}

func (o outcome) failure(t *testing.T) *llm.Error {
	t.Helper()
	var failure *llm.Error
	if !errors.As(o.err, &failure) {
		t.Fatalf("the error is %v, want an *llm.Error", o.err)
	}
	return failure
}

func newProvider(t *testing.T, config openai.Config) *openai.Provider {
	t.Helper()
	transport := &http.Transport{ResponseHeaderTimeout: config.HeaderTimeout}
	t.Cleanup(transport.CloseIdleConnections)
	config.Transport = transport
	provider, err := openai.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func ask(ctx context.Context, t *testing.T, provider *openai.Provider, request llm.Request) outcome {
	t.Helper()
	var o outcome
	var text strings.Builder
	o.result, o.err = provider.Answer(ctx, request, func(piece string) error {
		if piece == "" || !utf8.ValidString(piece) {
			t.Errorf("emitted %q", piece)
		}
		o.pieces++
		text.WriteString(piece)
		return nil
	})
	o.text = text.String()
	return o
}

func TestAnswerIsTheModelsTextByteForByteHoweverItIsCut(t *testing.T) {
	t.Parallel()
	whole := llmtest.Text(question, 120)
	cases := map[string]llmtest.Script{
		"a word to each delta":                      {},
		"one delta":                                 {Piece: 1 << 16},
		"a character to each delta":                 {Piece: 1},
		"deltas cut within characters":              {Piece: 1, Split: true},
		"deltas of five bytes":                      {Piece: 5, Split: true},
		"one byte to each write on the network":     {Piece: 9, Write: 1},
		"network writes cut within events":          {Write: 37},
		"Windows line ends":                         {CRLF: true},
		"comments and empty deltas in between":      {Pings: true},
		"everything at once":                        {Piece: 3, Split: true, Write: 11, CRLF: true, Pings: true},
		"no [DONE] at the end":                      {Fault: llmtest.NoDone},
		"no finish_reason at the end, but a [DONE]": {Fault: llmtest.NoFinish},
	}
	for name, script := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script.Words = 120
			server := llmtest.NewServer(t, script)
			provider := newProvider(t, openai.Config{BaseURL: server.URL, Key: "k", Model: "m-1"})
			o := ask(t.Context(), t, provider, llm.Request{Question: question})
			if o.err != nil {
				t.Fatal(o.err)
			}
			if o.text != whole {
				t.Errorf("text = %q\nwant %q", o.text, whole)
			}
			if o.result.Finish != "stop" || o.result.Model != "m-1" || o.result.InputTokens == 0 || o.result.OutputTokens == 0 {
				t.Errorf("result = %+v", o.result)
			}
		})
	}
}

func TestFailuresSayWhatToDoAboutThem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		script llmtest.Script
		want   llm.Error
		says   string
		shown  int // deltas before the failure
	}{
		"a hard cut": {
			script: llmtest.Script{Fault: llmtest.Cut, After: 4},
			want:   llm.Error{Retryable: true, Truncated: true}, says: "the connection broke", shown: 4,
		},
		"an end without an end": {
			script: llmtest.Script{Fault: llmtest.End, After: 4},
			want:   llm.Error{Retryable: true, Truncated: true}, says: "finish_reason", shown: 4,
		},
		"an end before the first word": {
			script: llmtest.Script{Fault: llmtest.End},
			want:   llm.Error{Retryable: true, Truncated: true}, says: "finish_reason",
		},
		"an error in the stream": {
			script: llmtest.Script{Fault: llmtest.Error, After: 4, Message: "the GPU is on fire"},
			want:   llm.Error{Retryable: true}, says: "the GPU is on fire", shown: 4,
		},
		"too many requests": {
			script: llmtest.Script{Status: 429, RetryAfter: 7, Message: "slow down"},
			want:   llm.Error{Retryable: true, RetryAfter: 7 * time.Second}, says: "slow down",
		},
		"a server error": {
			script: llmtest.Script{Status: 500, Message: "upstream is away"},
			want:   llm.Error{Retryable: true}, says: "upstream is away",
		},
		"an unknown model": {
			script: llmtest.Script{Status: 404, Message: "no such model"},
			want:   llm.Error{}, says: "no such model",
		},
		"a wrong key that the server repeats": {
			script: llmtest.Script{Status: 401, Message: "Incorrect API key provided: sk-secret-key."},
			want:   llm.Error{}, says: "Incorrect API key provided: [key].",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := llmtest.NewServer(t, c.script)
			provider := newProvider(t, openai.Config{BaseURL: server.URL, Key: "sk-secret-key"})
			o := ask(t.Context(), t, provider, llm.Request{Question: question})
			failure := o.failure(t)
			if failure.Retryable != c.want.Retryable || failure.Truncated != c.want.Truncated || failure.RetryAfter != c.want.RetryAfter {
				t.Errorf("failure = %+v, want %+v", *failure, c.want)
			}
			if !strings.Contains(failure.Error(), c.says) || strings.Contains(failure.Error(), "sk-secret-key") {
				t.Errorf("it says %q, want %q in it and no key", failure, c.says)
			}
			if o.pieces != c.shown || !strings.HasPrefix(llmtest.Text(question, 0), o.text) {
				t.Errorf("%d pieces were emitted before it, want %d: %q", o.pieces, c.shown, o.text)
			}
			if n := len(server.Calls()); n != 1 {
				t.Errorf("the model was called %d times, want once", n)
			}
		})
	}
}

func TestErrorsThatServersTellInTheirOwnWays(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind, body, says string
		retryable        bool
	}{
		"a web page":                  {"text/html", "<h1>Welcome</h1>", "its base URL may be another", false},
		"an error with status 200":    {"application/json", "{\n  \"error\": {\n \"message\": \"overloaded\", \"type\": \"server_error\"}\n}\n", "overloaded", true},
		"an error that is a string":   {"text/event-stream", "data: {\"error\":\"model runner stopped\"}\n\n", "model runner stopped", true},
		"an object of the kind error": {"text/event-stream", "data: {\"object\":\"error\",\"message\":\"too long\",\"code\":400}\n\n", "too long", false},
		"a request that can not be":   {"text/event-stream", "data: {\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}\n\n", "no", false},
		"an event that is not JSON":   {"text/event-stream", "data: {\"choices\":[{\n\n", "not valid JSON", true},
		"a line without an end":       {"text/event-stream", "data: " + strings.Repeat("x", 2<<20), "longer than", true},
		"an empty body":               {"text/event-stream", "", "finish_reason", true},
		"an end within an event":      {"text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel", "was cut off", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			o := ask(t.Context(), t, newProvider(t, openai.Config{BaseURL: server.URL}), llm.Request{Question: question})
			failure := o.failure(t)
			if failure.Retryable != c.retryable || !strings.Contains(failure.Error(), c.says) {
				t.Errorf("failure = %+v (%v), want retryable %v and %q", *failure, failure, c.retryable, c.says)
			}
			if o.text != "" {
				t.Errorf("emitted %q", o.text)
			}
		})
	}
}

func TestTheConnectionIsClosedAtOnceWhenNobodyWantsTheAnswer(t *testing.T) {
	t.Parallel()
	cases := map[string]llmtest.Script{
		"before the header":      {Fault: llmtest.Silent},
		"before the first delta": {Fault: llmtest.Hang},
		"in the middle":          {Fault: llmtest.Hang, After: 3},
		"while it is streaming":  {PaceMS: 20, Words: 1000},
	}
	for name, script := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := llmtest.NewServer(t, script)
			provider := newProvider(t, openai.Config{BaseURL: server.URL})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				_ = server.Await(ctx, func(calls []llmtest.Call) bool { return len(calls) == 1 && calls[0].Sent >= script.After })
				cancel()
			}()
			o := ask(ctx, t, provider, llm.Request{Question: question})
			if failure := o.failure(t); failure.Retryable || !errors.Is(failure, context.Canceled) {
				t.Errorf("failure = %+v (%v), want context.Canceled, not retryable", *failure, failure)
			}
			soon, cancelSoon := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancelSoon()
			if err := server.Await(soon, func(calls []llmtest.Call) bool { return calls[0].Cancelled }); err != nil {
				t.Errorf("the provider did not see the client leave: %v", err)
			}
		})
	}
}

func TestADeadlineIsWorthAnotherTry(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, llmtest.Script{Fault: llmtest.Hang})
	provider := newProvider(t, openai.Config{BaseURL: server.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	failure := ask(ctx, t, provider, llm.Request{Question: question}).failure(t)
	if !failure.Retryable || !errors.Is(failure, context.DeadlineExceeded) {
		t.Errorf("failure = %+v (%v)", *failure, failure)
	}
}

func TestAServerThatSendsNoHeaderIsGivenUp(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, llmtest.Script{Fault: llmtest.Silent})
	provider := newProvider(t, openai.Config{BaseURL: server.URL, HeaderTimeout: 50 * time.Millisecond})
	if failure := ask(t.Context(), t, provider, llm.Request{Question: question}).failure(t); !failure.Retryable || failure.Truncated {
		t.Errorf("failure = %+v (%v)", *failure, failure)
	}
}

func TestAServerThatIsNotThereIsWorthAnotherTry(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	provider := newProvider(t, openai.Config{BaseURL: server.URL})
	if failure := ask(t.Context(), t, provider, llm.Request{Question: question}).failure(t); !failure.Retryable {
		t.Errorf("failure = %+v (%v)", *failure, failure)
	}
}

func TestWhenTheCallerFailsTheAnswerStopsWithItsError(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, llmtest.Script{PaceMS: 1, Words: 5000})
	provider := newProvider(t, openai.Config{BaseURL: server.URL})
	full := errors.New("the reader is gone")
	_, err := provider.Answer(t.Context(), llm.Request{Question: question}, func(string) error { return full })
	if err != full {
		t.Errorf("err = %v, want %v as it is", err, full)
	}
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := server.Await(soon, func(calls []llmtest.Call) bool { return calls[0].Cancelled }); err != nil {
		t.Errorf("the provider did not see the client leave: %v", err)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t)
	var dialled atomic.Int32
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	provider, err := openai.New(openai.Config{BaseURL: server.URL, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if o := ask(t.Context(), t, provider, llm.Request{Question: question}); o.err != nil {
			t.Fatal(o.err)
		}
	}
	if n := dialled.Load(); n != 1 {
		t.Errorf("five answers took %d connections, want one", n)
	}
}

func TestABaseURLThatIsNoneIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"api.openai.com/v1", "ftp://models", "http://user:hunter2@", "http://%zz:hunter2@host"} {
		if _, err := openai.New(openai.Config{BaseURL: address}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("New(%q) = %v", address, err)
		}
	}
}
