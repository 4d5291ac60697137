package openai

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"

	"parley/llm"
)

// What one request for embeddings holds at most. OpenAI takes 2,048 texts and 300,000 tokens; servers at home take less, and
// say so only by refusing: a request that is refused for its size is asked for in halves.
const (
	batchTexts  = 64
	batchTokens = 32_000
	// textTokens is what a text is shortened to before it is sent: OpenAI's models take 8,192.
	textTokens = 8_000
	// leastTokens is below which a text that is refused is not shortened any more.
	leastTokens = 64
)

// How a request is repeated that may succeed later.
const (
	embedTries   = 4
	embedBackoff = 500 * time.Millisecond // doubled each time, unless the server says otherwise
	// longestWait is as long as a server may ask to wait before the caller is told to come again.
	longestWait = 5 * time.Second
)

// EmbedderConfig says which embedding model to ask, and where it is.
type EmbedderConfig struct {
	// Config is of the server. Its HeaderTimeout is 30 s unless set.
	Config
	// Observe is told of each request: how it ended ("completed", "limited", "unavailable", "refused", "canceled"), how many tokens the
	// server counted, and how long it took; nil: nobody is.
	Observe func(outcome string, tokens int64, took time.Duration)
}

// Embedder asks one server for embeddings.
type Embedder struct {
	server  *Provider
	observe func(outcome string, tokens int64, took time.Duration)
	// encoding is the one in which the server has answered, if it has.
	encoding atomic.Value
}

var _ llm.Embedder = (*Embedder)(nil)

// NewEmbedder returns an embedder. It fails on a base URL that cannot be one and without a model's name; it does not try to reach the server.
func NewEmbedder(config EmbedderConfig) (*Embedder, error) {
	if config.Model == "" {
		return nil, errors.New("the embedding model has no name")
	}
	if config.HeaderTimeout == 0 {
		config.HeaderTimeout = 30 * time.Second
	}
	server, err := New(config.Config)
	if err != nil {
		return nil, err
	}
	if config.Observe == nil {
		config.Observe = func(string, int64, time.Duration) {}
	}
	return &Embedder{server: server, observe: config.Observe}, nil
}

// Model names the model.
func (e *Embedder) Model() string { return e.server.config.Model }

// Embed asks for vectors in requests of bounded size, one after the other. A failure that may pass is tried again after the
// time that the server asks for, as long as that is a few seconds and the context allows. An error holds neither texts nor the key.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	short := make([]string, len(texts))
	for i, text := range texts {
		if short[i] = llm.Shorten(text, textTokens); short[i] == "" {
			short[i] = " " // servers refuse an empty text, and with it all others
		}
	}
	vectors := make([][]float32, 0, len(texts))
	for len(short) > 0 {
		n := batch(short)
		some, err := e.some(ctx, short[:n])
		if err != nil {
			return nil, err
		}
		if len(vectors) > 0 && len(some[0]) != len(vectors[0]) {
			return nil, &llm.Error{Retryable: true, Err: fmt.Errorf("embed texts: %w", errDimensions)}
		}
		vectors, short = append(vectors, some...), short[n:]
	}
	return vectors, nil
}

// batch is how many of the texts go into one request.
func batch(texts []string) int {
	tokens := 0
	for i, text := range texts {
		if tokens += llm.Tokens(text); i == batchTexts || i > 0 && tokens > batchTokens {
			return i
		}
	}
	return len(texts)
}

// some embeds the texts of one request. If the server refuses it as a request, it is asked for in halves, and in the
// end for the beginning of the one text: limits differ between servers, and are told in no common form.
func (e *Embedder) some(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := e.patiently(ctx, texts)
	if !tooMuch(err) {
		return vectors, err
	}
	if len(texts) > 1 {
		half := len(texts) / 2
		first, err := e.some(ctx, texts[:half])
		if err != nil {
			return nil, err
		}
		second, err := e.some(ctx, texts[half:])
		if err != nil {
			return nil, err
		}
		if len(first[0]) != len(second[0]) {
			return nil, &llm.Error{Retryable: true, Err: fmt.Errorf("embed texts: %w", errDimensions)}
		}
		return append(first, second...), nil
	}
	if tokens := llm.Tokens(texts[0]); tokens > leastTokens {
		return e.some(ctx, []string{llm.Shorten(texts[0], max(tokens/2, leastTokens))})
	}
	return nil, err
}

// tooMuch tells whether a smaller request may succeed.
func tooMuch(err error) bool {
	var refused *refusal
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// patiently repeats a request whose failure may pass.
func (e *Embedder) patiently(ctx context.Context, texts []string) ([][]float32, error) {
	backoff := embedBackoff
	for try := 1; ; try++ {
		vectors, err := e.once(ctx, texts)
		var failure *llm.Error
		if err == nil || !errors.As(err, &failure) || !failure.Retryable || try == embedTries {
			return vectors, err
		}
		wait := max(backoff, failure.RetryAfter)
		if deadline, ok := ctx.Deadline(); wait > longestWait || ok && time.Until(deadline) < wait {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
		backoff *= 2
	}
}

// once does one request.
func (e *Embedder) once(ctx context.Context, texts []string) ([][]float32, error) {
	begun := time.Now()
	vectors, tokens, err := e.ask(ctx, texts)
	if err != nil {
		err = e.server.failure(ctx, "embed texts", wordless(err))
	}
	e.observe(embedOutcome(err), tokens, time.Since(begun))
	return vectors, err
}

// ask sends the request through go-openai, and reads the response itself: servers answer in either encoding, whichever
// was asked for, and go-openai reads only the one. A server that refuses base64, a quarter of the bytes, is asked for numbers.
func (e *Embedder) ask(ctx context.Context, texts []string) ([][]float32, int64, error) {
	encoding, known := e.encoding.Load().(openai.EmbeddingEncodingFormat)
	if !known {
		encoding = openai.EmbeddingEncodingFormatBase64
	}
	vectors, tokens, err := e.askFor(ctx, encoding, texts)
	if !known && tooMuch(err) {
		encoding = openai.EmbeddingEncodingFormatFloat
		vectors, tokens, err = e.askFor(ctx, encoding, texts)
	}
	if err == nil {
		e.encoding.Store(encoding)
	}
	return vectors, tokens, err
}

func (e *Embedder) askFor(ctx context.Context, encoding openai.EmbeddingEncodingFormat, texts []string) ([][]float32, int64, error) {
	exchange := &exchange{client: e.server.client, whole: int64(maxDimensions*floatBytes*len(texts) + maxErrorBody)}
	_, err := e.server.api(exchange).CreateEmbeddings(ctx, openai.EmbeddingRequest{
		Input: texts, Model: openai.EmbeddingModel(e.Model()), EncodingFormat: encoding,
	})
	if exchange.body != nil {
		return readEmbeddings(exchange.body, len(texts))
	}
	return nil, 0, exchange.refusal(err)
}

// wordless drops a server's own words, which may repeat the texts.
func wordless(err error) error {
	var refused *refusal
	if errors.As(err, &refused) {
		return &refusal{status: refused.status, code: refused.code, kind: refused.kind, retryAfter: refused.retryAfter}
	}
	var spoken *spokenError
	if errors.As(err, &spoken) {
		return &spokenError{Type: spoken.Type, Code: spoken.Code}
	}
	return err
}

// embedOutcome says how a request ended.
func embedOutcome(err error) string {
	var failure *llm.Error
	var refused *refusal
	switch {
	case err == nil:
		return "completed"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &refused) && refused.status == http.StatusTooManyRequests:
		return "limited"
	case errors.As(err, &failure) && !failure.Retryable:
		return "refused"
	default:
		return "unavailable"
	}
}
