package openai

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sashabaranov/go-openai"

	"parley/llm"
)

// Config says where the model is.
type Config struct {
	BaseURL string // up to and with "/v1"; empty: OpenAI's own
	Key     string // may be empty: many local servers want none
	Model   string // asked for when a request names none

	// ConnectTimeout bounds dialling and the TLS handshake, each; 0: 5 s.
	ConnectTimeout time.Duration
	// HeaderTimeout bounds the wait for the response's header; 0: 60 s, since
	// some servers send it only when they have read the whole prompt. How long
	// the first token and the whole answer may take is the context's to say.
	HeaderTimeout time.Duration
	// Transport carries the requests; nil: one of our own with the time-outs
	// above and enough idle connections for many answers at a time.
	Transport http.RoundTripper
	// Around is put around the transport, to add headers for instance; nil: nothing is.
	Around func(http.RoundTripper) http.RoundTripper
}

// DefaultBaseURL is OpenAI's own server.
const DefaultBaseURL = "https://api.openai.com/v1"

// Provider asks one server.
type Provider struct {
	config Config
	server *url.URL
	client *http.Client
}

var (
	_ llm.Provider = (*Provider)(nil)
	_ llm.Prompter = (*Provider)(nil)
)

// New returns a provider for the configured server. It fails on a base URL that
// cannot be one; it does not try to reach the server.
func New(config Config) (*Provider, error) {
	config.BaseURL = cmp.Or(config.BaseURL, DefaultBaseURL)
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, 5*time.Second)
	config.HeaderTimeout = cmp.Or(config.HeaderTimeout, time.Minute)
	server, err := url.Parse(config.BaseURL)
	if err != nil || server.Host == "" || (server.Scheme != "http" && server.Scheme != "https") {
		// The URL itself is left out: it may carry a password.
		return nil, fmt.Errorf("the model server's base URL must begin with http:// or https:// and name a host")
	}
	if config.Transport == nil {
		config.Transport = newTransport(config)
	}
	if config.Around != nil {
		config.Transport = config.Around(config.Transport)
	}
	client := &http.Client{
		Transport: config.Transport,
		// A redirected POST would lose its body or carry it elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Provider{config: config, server: server, client: client}, nil
}

func newTransport(config Config) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: config.ConnectTimeout}).DialContext,
		TLSHandshakeTimeout:   config.ConnectTimeout,
		ResponseHeaderTimeout: config.HeaderTimeout,
		ForceAttemptHTTP2:     true,
		// All requests go to one host; the default of two would dial anew for
		// nearly every answer of a busy node.
		MaxIdleConnsPerHost: 256,
		IdleConnTimeout:     90 * time.Second,
		// Compressing a stream delays its tokens.
		DisableCompression: true,
	}
}

// Name is what usage records call it.
func (p *Provider) Name() string { return "openai" }

// Answer asks for a streamed completion and emits its text as it arrives, held
// back only where a character is not complete yet. A stream without
// finish_reason and without [DONE] is an error with Truncated set.
func (p *Provider) Answer(ctx context.Context, request llm.Request, emit func(text string) error) (llm.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	body, err := p.open(ctx, p.completion(request))
	if err != nil {
		return llm.Result{}, p.failure(ctx, "ask the model", err)
	}
	defer body.Close()

	end, err := readStream(body, cancel, emit)
	result := llm.Result{
		Prompt:       promptVersion,
		Model:        cmp.Or(end.model, request.Model, p.config.Model),
		Finish:       end.finish,
		InputTokens:  end.usage.input,
		OutputTokens: end.usage.output,
	}
	if err != nil {
		return result, p.failure(ctx, "read the model's answer", err)
	}
	return result, nil
}

// completion turns a request into OpenAI's form of it.
func (p *Provider) completion(request llm.Request) openai.ChatCompletionRequest {
	return p.limited(openai.ChatCompletionRequest{
		Model:         cmp.Or(request.Model, p.config.Model),
		Messages:      prompt(request),
		Stream:        true,
		StreamOptions: &openai.StreamOptions{IncludeUsage: true},
	}, request.MaxTokens)
}

// Prompt is what Answer sends.
func (p *Provider) Prompt(request llm.Request) []llm.PromptMessage {
	messages := prompt(request)
	shown := make([]llm.PromptMessage, len(messages))
	for i, m := range messages {
		shown[i] = llm.PromptMessage{Role: m.Role, Text: m.Content}
	}
	return shown
}

// thinking is what a model may write before its answer that counts as part of it, in tokens: the limit of a model that reasons
// has to leave room for it.
const thinking = 4_000

// limited says how many tokens may be written. OpenAI renamed the limit and its newer
// models refuse the old name, which is the only one that many other servers know.
func (p *Provider) limited(completion openai.ChatCompletionRequest, maxTokens int) openai.ChatCompletionRequest {
	old := completion
	old.MaxTokens = maxTokens //nolint:staticcheck // SA1019: deprecated by OpenAI only
	completion.MaxCompletionTokens = maxTokens
	reasons := openai.NewReasoningValidator().Validate(old) != nil
	if reasons && maxTokens > 0 {
		completion.MaxCompletionTokens += thinking
	}
	if reasons || p.server.Hostname() == "api.openai.com" {
		return completion
	}
	return old
}
