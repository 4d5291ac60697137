package openai

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/sashabaranov/go-openai"

	"parley/llm"
)

const (
	// maxErrorBody bounds what is read of a refusal; go-openai reads all it is given.
	maxErrorBody = 64 << 10
	// maxWholeBody bounds a completion that is not streamed: a summary is a few thousand bytes.
	maxWholeBody = 1 << 20
)

// open sends the request through go-openai and returns the body of the
// response, which go-openai keeps to itself.
func (p *Provider) open(ctx context.Context, completion openai.ChatCompletionRequest) (io.ReadCloser, error) {
	exchange := &exchange{client: p.client}
	stream, err := p.api(exchange).CreateChatCompletionStream(ctx, completion)
	if err != nil {
		if exchange.response != nil {
			_ = exchange.response.Body.Close()
		}
		return nil, exchange.refusal(err)
	}
	// Nothing was read yet: go-openai reads at the first Recv, which we never call.
	_ = stream
	return exchange.response.Body, nil
}

// whole asks for a completion that is not streamed and returns the text of its one choice.
func (p *Provider) whole(ctx context.Context, completion openai.ChatCompletionRequest) (string, llm.Result, error) {
	exchange := &exchange{client: p.client, whole: maxWholeBody}
	response, err := p.api(exchange).CreateChatCompletion(ctx, completion)
	if err != nil {
		return "", llm.Result{}, exchange.refusal(err)
	}
	if len(response.Choices) == 0 {
		// Some servers tell their errors with status 200.
		var told chunk
		if told.parse(exchange.body) == nil && told.failed {
			return "", llm.Result{}, parseSpokenError(exchange.body)
		}
		return "", llm.Result{}, errNoChoice
	}
	choice := response.Choices[0]
	return withoutThought(choice.Message.Content), llm.Result{
		Model:        cmp.Or(response.Model, completion.Model),
		Finish:       string(choice.FinishReason),
		InputTokens:  int64(response.Usage.PromptTokens),
		OutputTokens: int64(response.Usage.CompletionTokens),
	}, nil
}

var errNoChoice = errors.New("the server's completion has no choices")

// api is go-openai's client for one exchange.
func (p *Provider) api(exchange *exchange) *openai.Client {
	config := openai.DefaultConfig(p.config.Key)
	config.BaseURL = p.config.BaseURL
	config.HTTPClient = exchange
	return openai.NewClientWithConfig(config)
}

// exchange is one request and its response, kept for what go-openai drops: the
// body of a stream, and Retry-After.
type exchange struct {
	client   *http.Client
	whole    int64 // as much of the response is read, into body; 0: it is a stream
	response *http.Response
	body     []byte
}

// Do implements go-openai's HTTPDoer.
func (e *exchange) Do(request *http.Request) (*http.Response, error) {
	response, err := e.client.Do(request) //nolint:gosec // G704: the operator names the server, nobody else
	if err != nil {
		return nil, err
	}
	e.response = response
	switch {
	case response.StatusCode >= 400:
		response.Body = boundedBody{io.LimitReader(response.Body, maxErrorBody), response.Body}
	case response.StatusCode != http.StatusOK:
		return nil, &refusal{status: response.StatusCode, message: "the server answered with a redirect; its base URL may be another"}
	case isPage(response):
		return nil, &refusal{status: response.StatusCode, message: "the server answered with a web page; its base URL may be another"}
	case e.whole > 0:
		return response, e.readBody()
	}
	return response, nil
}

// readBody keeps the body, and hands go-openai a copy of it.
func (e *exchange) readBody() error {
	defer e.response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(e.response.Body, e.whole))
	if err != nil {
		return fmt.Errorf("the connection broke: %w", err)
	}
	e.body, e.response.Body = body, io.NopCloser(bytes.NewReader(body))
	return nil
}

type boundedBody struct {
	io.Reader
	io.Closer
}

// isPage tells a web page from a completion. Servers that name no type, or plain text,
// are given the benefit of the doubt, and JSON in place of a stream may be an error
// that is told in the body.
func isPage(response *http.Response) bool {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return kind == "text/html"
}

// refusal is a response that is not an answer.
type refusal struct {
	status     int
	code, kind string // what the server calls it; may be empty
	message    string
	retryAfter time.Duration
}

func (r *refusal) Error() string {
	if r.message == "" {
		return fmt.Sprintf("the server refused with status %d", r.status)
	}
	return fmt.Sprintf("the server refused with status %d: %s", r.status, r.message)
}

// LogValue implements slog.LogValuer.
func (r *refusal) LogValue() slog.Value {
	return told(fmt.Sprintf("the model's server refused with status %d", r.status), r.code, r.kind)
}

// refusal tells a response's own words from failures to get one.
func (e *exchange) refusal(err error) error {
	var api *openai.APIError
	var request *openai.RequestError
	switch {
	case errors.As(err, &api):
		code, _ := api.Code.(string)
		return &refusal{status: api.HTTPStatusCode, code: code, kind: api.Type, message: api.Message, retryAfter: retryAfter(e.response.Header)}
	case errors.As(err, &request):
		return &refusal{status: request.HTTPStatusCode, message: brief(string(request.Body)), retryAfter: retryAfter(e.response.Header)}
	}
	return err
}

// retryAfter reads the header in both of its forms; 0 if there is none.
func retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
