package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"parley/cmd/parley/tracing"
	"parley/knowledge"
	"parley/llm/openai"
)

// embeddingServer is where the embedding model is, and the key for it: never the one of another server.
func (c *Config) embeddingServer() (url, key string) {
	if c.EmbeddingURL != "" {
		return c.EmbeddingURL, c.EmbeddingKey
	}
	return c.OpenAIBaseURL, c.OpenAIKey
}

// openEmbedding sets up the embedding model; without one nothing happens.
func (p *platform) openEmbedding() error {
	if p.config.EmbeddingModel == "" {
		return nil
	}
	url, key := p.config.embeddingServer()
	model, err := openai.NewEmbedder(openai.EmbedderConfig{
		Config: openai.Config{
			BaseURL: url, Key: key, Model: p.config.EmbeddingModel,
			Around: func(next http.RoundTripper) http.RoundTripper { return tracing.Header(p.traces.Tracer(), next) },
		},
		Observe: p.vitals.Embedding,
	})
	if err != nil {
		return fmt.Errorf("set up the embedding model: %w", err)
	}
	p.embedding = knowledge.NewEmbedding(p.store, model, p.logger)
	return nil
}

// embedSource is the job that embeds; nil without a model.
func (p *platform) embedSource() func(ctx context.Context, tenant, source string) error {
	if p.embedding == nil {
		return nil
	}
	return p.embedding.Embed
}

// embedder says which embedding model is in use.
func (p *platform) embedder() string {
	if p.embedding == nil {
		return "none (passages are found by their words)"
	}
	url, _ := p.config.embeddingServer()
	return p.config.EmbeddingModel + " at " + cmp.Or(url, "OpenAI")
}
