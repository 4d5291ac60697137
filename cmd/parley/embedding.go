package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
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

// readSource is the job that reads. What is Ready after it is embedded at once; pages of a site, and what an edit changes, within a minute.
func (p *platform) readSource(ctx context.Context, tenant, id string) error {
	if err := p.reader.Read(ctx, tenant, id); err != nil || p.embedding == nil {
		return err
	}
	source, err := p.store.SourceOf(ctx, tenant, id)
	if err == nil && source.State == knowledge.Ready && source.Embedded < source.Passages {
		err = p.embedding.Begin(ctx, tenant, id)
	}
	if err != nil {
		p.logger.Warn("what was read is embedded later", slog.String("tenant", tenant), slog.String("source", id), slog.Any("error", err))
	}
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
	return p.config.EmbeddingModel + " at " + cmp.Or(mask(url, "url"), "OpenAI")
}
