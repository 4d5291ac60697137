package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"parley/chat"
	"parley/llm"
)

// How long to leave the model alone after a failure: doubled with each, or as long as it asks for if that is longer.
const (
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
)

// Notes for owners. They begin with the same words, by which they are found and taken away again.
const (
	noteBegins  = "Search by meaning: "
	refusedNote = "the embedding model refuses what it is asked. Whoever runs this server should check the model's name and its key. Until then, the words alone find this."
	awayNote    = "the embedding model cannot be reached. It is tried again by itself; until then, the words alone find this."
	changedNote = "the embedding model now gives vectors of %d numbers where it was %d, so all is embedded anew. Until that is done, the words alone find this."
	worthANote  = 20 * time.Second // a shorter pause is nobody's concern
)

// dimensionsError is a model that is not what it was.
type dimensionsError struct{ were, are int }

func (d *dimensionsError) Error() string {
	return fmt.Sprintf("the embedding model's vectors have %d dimensions instead of %d", d.are, d.were)
}

// named names the model together with its dimensions, for which it is asked the first time.
func (e *Embedding) named(ctx context.Context) (name string, dimensions int, err error) {
	if name, dimensions = e.name(); dimensions != 0 {
		return name, dimensions, nil
	}
	vectors, err := e.model.Embed(ctx, []string{harmless})
	if err != nil {
		return "", 0, err
	}
	e.seen(len(vectors[0]))
	name, dimensions = e.name()
	return name, dimensions, nil
}

// name is how the model is called in the store, and its dimensions: 0 as long as they are not known.
func (e *Embedding) name() (string, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.model.Model() + "/" + strconv.Itoa(e.dimensions), e.dimensions
}

// seen remembers of how many dimensions a vector was.
func (e *Embedding) seen(dimensions int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dimensions == dimensions {
		return
	}
	if e.dimensions != 0 {
		e.before = e.dimensions
		e.logger.Warn("the embedding model has changed its dimensions: all passages are embedded anew",
			slog.String("model", e.model.Model()), slog.Int("were", e.dimensions), slog.Int("are", dimensions))
	}
	e.dimensions = dimensions
}

// earlier returns the dimensions that the model had before it changed them; 0 if it never did.
func (e *Embedding) earlier() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.before
}

// paused is how long to leave the model alone.
func (e *Embedding) paused() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(0, time.Until(e.resume))
}

func (e *Embedding) succeeded() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pause = 0
}

// failed begins a pause and returns how long it is.
func (e *Embedding) failed(err error) time.Duration {
	var failure *llm.Error
	var dimensions *dimensionsError
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case errors.As(err, &dimensions):
		return time.Second // nothing is wrong with the model
	case refused(err):
		e.pause = longestPause // it will not be another until somebody has changed something
	default:
		e.pause = min(max(2*e.pause, firstPause), longestPause)
	}
	if errors.As(err, &failure) {
		e.pause = max(e.pause, min(failure.RetryAfter, time.Hour))
	}
	e.resume = time.Now().Add(e.pause)
	return e.pause
}

// later turns a failure of the model into a *Later, and tells the owner if it lasts.
func (e *Embedding) later(ctx context.Context, tenant, id string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("embed source %s: %w", id, ctx.Err())
	}
	pause := e.failed(err)
	note := ""
	var dimensions *dimensionsError
	switch {
	case errors.As(err, &dimensions):
		note = fmt.Sprintf(changedNote, dimensions.are, dimensions.were)
	case refused(err):
		note = refusedNote
	case pause >= worthANote:
		note = awayNote
	}
	if note != "" {
		name, _ := e.name()
		source, _, missing := e.store.Missing(ctx, tenant, id, name, 1)
		if missing == nil {
			missing = e.say(ctx, source, note)
		}
		if missing != nil && !errors.Is(missing, chat.ErrNotFound) {
			return missing
		}
	}
	return &Later{pause, fmt.Errorf("embed source %s: %w", id, err)}
}

// say puts our note, or none, in the place of the one that the source has from us.
func (e *Embedding) say(ctx context.Context, source Source, note string) error {
	others, _, _ := strings.Cut(source.Note, noteBegins)
	if note != "" {
		note = noteBegins + note
	}
	if note = strings.TrimSpace(strings.TrimSpace(others) + " " + note); note == source.Note {
		return nil
	}
	if err := e.store.SetNote(ctx, source.Tenant, source.ID, note); err != nil {
		return fmt.Errorf("note how the embedding of source %s goes: %w", source.ID, err)
	}
	return nil
}
