package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/knowledge/fetch"
)

// fetching is how pages of the web are read.
func (p *platform) fetching() (options []fetch.Option) {
	if p.config.PublicURL != "" {
		options = append(options, fetch.WithContact(p.config.PublicURL))
	}
	if p.config.FetchPrivate == "on" {
		options = append(options, fetch.WithPrivate())
	}
	return options
}

// dueAtOnce bounds how many sources are begun with in one go; the rest waits for the next.
const dueAtOnce = 200

// due begins what has come due: sites and pages that are to be read again, and passages that have no vector yet.
func (p *platform) due(ctx context.Context) error {
	var errs []error
	if _, err := p.store.Sites().Due(ctx, time.Now(), dueAtOnce); err != nil {
		errs = append(errs, fmt.Errorf("begin to read sites again: %w", err))
	}
	if p.embedding != nil {
		errs = append(errs, p.embedding.Due(ctx))
	}
	return errors.Join(errs...)
}
