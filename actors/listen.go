package actors

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"parley/actors/screen"
	"parley/knowledge"
	"parley/llm"
)

// withheld is the trace's Finish of an answer that was ended because it repeated what is not for visitors.
const withheld = "withheld"

var errWithheld = errors.New("the answer repeats what is not for visitors")

// listen calls the provider and shows what may be shown of its words: a model's are not taken at its word, sentences of passages are.
// unknown: the model says that it does not know.
func (w *answering) listen(ctx context.Context, provider llm.Provider, request llm.Request, hits []knowledge.Hit, show func(string)) (unknown bool, err error) {
	hear, end := func(piece string) error { show(piece); return nil }, func() {}
	var looked *screen.Screen
	if provider != llm.Provider(w.extractive) {
		looked = screen.New(w.rules(provider, request, hits), show)
		hear = func(piece string) error {
			if !looked.Write(piece) {
				return errWithheld
			}
			return nil
		}
		end = looked.End
	}
	trace := w.trace
	result, err := w.call(ctx, provider, request, trace, hear)
	stopped := errors.Is(err, errWithheld)
	if err == nil {
		end()
		stopped = looked != nil && looked.Leaked()
	}
	trace.Model, trace.Finish, trace.Prompt = cmp.Or(result.Model, trace.Model), result.Finish, result.Prompt
	if looked != nil { // sentences of passages cost nothing
		w.charge(result)
	}
	if stopped {
		w.logger.Warn("an answer was ended because it repeated what is not for visitors", slog.String("bot", w.bot.ID))
		trace.Finish, err = withheld, nil
	}
	return err == nil && looked != nil && looked.Unknown(), err
}

// rules are for what a model writes.
func (w *answering) rules(provider llm.Provider, request llm.Request, hits []knowledge.Hit) screen.Rules {
	settings := w.bot.Settings
	rules := screen.Rules{
		Given:   []string{settings.Instructions, settings.Greeting, settings.Fallback},
		Public:  append([]string{settings.Greeting, settings.Fallback, w.bot.Name}, w.bot.Appearance.Starters...),
		Secrets: []string{settings.Instructions},
	}
	for _, hit := range hits {
		rules.Passages = append(rules.Passages, screen.Passage{Title: hit.Title, Headings: hit.Headings, Text: hit.Text, URL: hit.URL})
	}
	if prompter, can := provider.(llm.Prompter); can {
		// What the provider adds of its own, without what is the visitor's and the passages'.
		alone := request
		alone.Passages, alone.History, alone.Summary, alone.Question = nil, nil, "", ""
		for _, message := range prompter.Prompt(alone) {
			rules.Secrets = append(rules.Secrets, message.Text)
		}
	}
	return rules
}
