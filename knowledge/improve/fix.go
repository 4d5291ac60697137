package improve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/chat"
	"parley/knowledge"
)

// Pairs is what a fix asks of *knowledge.Reader.
type Pairs interface {
	// ReceiveFAQ queues a new source of questions with their answers.
	ReceiveFAQ(ctx context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error)
	// Pairs returns an FAQ source with its questions and answers.
	Pairs(ctx context.Context, tenant, bot, source string) (knowledge.Source, []knowledge.Pair, error)
	// ReplacePairs exchanges them, in one go. The source is as Pairs returned it: ErrFenced if it changed since.
	ReplacePairs(ctx context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error)
}

// Sources finds the one that corrections are in.
type Sources interface {
	Sources(ctx context.Context, tenant, bot, cursor string, limit int) ([]knowledge.Source, string, error)
}

// Fixer turns answers that people corrected into questions and answers that win from then on.
type Fixer struct {
	Sources Sources
	Pairs   Pairs
}

// A fix waits for another one, or for the source to be read, before it is tried again.
const (
	fixTries = 25
	fixPause = 200 * time.Millisecond
)

var errFixing = chat.Fail(chat.Conflict, "corrections_busy", "The corrected answers are being changed by somebody else. Please save again in a moment.")

// Fix adds a pair to the bot's corrected answers, in place of what is there for the same question. It returns them as they are then.
func (f Fixer) Fix(ctx context.Context, tenant, bot string, fix knowledge.Pair) (knowledge.Source, []knowledge.Pair, error) {
	for range fixTries {
		source, pairs, err := f.try(ctx, tenant, bot, fix)
		if !errors.Is(err, chat.ErrFenced) {
			return source, pairs, err
		}
		select {
		case <-ctx.Done():
			return knowledge.Source{}, nil, ctx.Err()
		case <-time.After(fixPause):
		}
	}
	return knowledge.Source{}, nil, errFixing
}

func (f Fixer) try(ctx context.Context, tenant, bot string, fix knowledge.Pair) (knowledge.Source, []knowledge.Pair, error) {
	id, err := f.corrections(ctx, tenant, bot)
	if err != nil {
		return knowledge.Source{}, nil, err
	}
	if id == "" {
		pairs := []knowledge.Pair{fix}
		source, err := f.Pairs.ReceiveFAQ(ctx, knowledge.Source{Tenant: tenant, Bot: bot, Title: knowledge.CorrectedAnswers}, pairs)
		if err != nil {
			return knowledge.Source{}, nil, fmt.Errorf("begin the corrected answers of %s: %w", bot, err)
		}
		return source, pairs, nil
	}
	source, pairs, err := f.Pairs.Pairs(ctx, tenant, bot, id)
	if err != nil {
		return knowledge.Source{}, nil, fmt.Errorf("read the corrected answers in %s: %w", id, err)
	}
	pairs = with(pairs, fix)
	if source, err = f.Pairs.ReplacePairs(ctx, source, pairs); err != nil {
		return knowledge.Source{}, nil, fmt.Errorf("save the corrected answers in %s: %w", id, err)
	}
	return source, pairs, nil
}

// with puts a pair in place of the one for the same question, or behind all.
func with(pairs []knowledge.Pair, fix knowledge.Pair) []knowledge.Pair {
	letters := lettersOf(fix.Question)
	pairs = slices.Clone(pairs)
	at := slices.IndexFunc(pairs, func(p knowledge.Pair) bool { return lettersOf(p.Question) == letters })
	if at < 0 {
		return append(pairs, fix)
	}
	pairs[at] = fix
	return pairs
}

// corrections finds the source of corrections, the oldest if two nodes made one at once; "" if there is none yet.
func (f Fixer) corrections(ctx context.Context, tenant, bot string) (id string, err error) {
	for cursor := ""; ; {
		var found []knowledge.Source
		if found, cursor, err = f.Sources.Sources(ctx, tenant, bot, cursor, 200); err != nil {
			return "", fmt.Errorf("look for the corrected answers of %s: %w", bot, err)
		}
		for _, source := range found { // newest first
			if source.Kind == knowledge.KindFAQ && source.Title == knowledge.CorrectedAnswers && source.State != knowledge.Broken {
				id = source.ID
			}
		}
		if cursor == "" {
			return id, nil
		}
	}
}
