package actors

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"parley/actors/speech"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// rewriteTimeout bounds the wait for a question's rewriting: without it the words are searched for as they are.
const rewriteTimeout = 4 * time.Second

// find returns the passages that answer the question, none if there are none, or a question and answer of the owner's. hits are those
// of the visitor's words.
func (w *answering) find(ctx context.Context, books knowledge.Books, hits []knowledge.Hit) (passages, pair []knowledge.Hit) {
	w.trace.Threshold = cmp.Or(w.bot.Settings.Threshold, knowledge.DefaultThreshold)
	alone := w.rewrite(ctx)
	if alone != "" {
		w.trace.Query = alone
		found := books.Search(ctx, alone, searched)
		if pair := pairFor(books, alone, found); len(pair) > 0 {
			return nil, pair
		}
		if w.sure(found) {
			return found[:min(len(found), retrieved)], nil
		}
	}
	if w.sure(hits) {
		w.trace.Query = w.q.text
		return hits[:min(len(hits), retrieved)], nil
	}
	// A question that finds nothing alone may lean on the one before it ("and for children?").
	if alone == "" && w.q.previous != "" {
		query := w.q.previous + " " + w.q.text
		if found := books.Search(ctx, query, retrieved); w.sure(found) {
			w.trace.Query = query
			return found, nil
		}
	}
	return nil, nil
}

// sure tells whether one of the best hits is good enough to answer from.
func (w *answering) sure(hits []knowledge.Hit) bool {
	for _, hit := range hits[:min(len(hits), retrieved)] {
		if hit.Confidence >= w.trace.Threshold {
			return true
		}
	}
	return false
}

// rewrite makes a question that stands alone of one that leans on what was said before, by the model; "" if it need not
// or cannot.
func (w *answering) rewrite(ctx context.Context) string {
	rewriter, can := w.writer.(llm.Rewriter)
	if !can || w.q.first() || !speech.Leans(w.q.text) {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, rewriteTimeout)
	defer cancel()
	ctx, span := w.tracer.Start(ctx, "rewrite")
	w.trace.Calls++
	text, took, err := rewriter.Rewrite(ctx, llm.RewriteRequest{Model: w.named, Summary: w.q.summary, History: w.q.history, Question: w.q.text})
	span.End(err)
	if took.InputTokens > 0 { // one that told nothing failed, and counts as a call alone: as the first tries of an answer do
		w.charge(took)
	}
	if err != nil {
		w.logger.Info("a question is searched for as it was asked", slog.String("bot", w.bot.ID), slog.Any("error", err))
		return ""
	}
	if text = strings.Join(strings.Fields(text), " "); !w.rests(text) {
		return ""
	}
	return text
}

// maxRewritten bounds a rewritten question, in characters.
const maxRewritten = 600

// rests tells whether a rewritten question is made of what was said: a model that invents one is not followed.
func (w *answering) rests(text string) bool {
	if text == "" || utf8.RuneCountInString(text) > maxRewritten {
		return false
	}
	var conversation strings.Builder
	conversation.WriteString(w.q.text + "\n" + w.q.summary)
	for _, m := range w.q.history {
		conversation.WriteString("\n" + m.Text)
	}
	return speech.Shared(speech.Content(text), speech.Content(conversation.String())) >= 0.5
}

// traced is what a trace keeps of passages.
func traced(hits []knowledge.Hit) []chat.TracedPassage {
	passages := make([]chat.TracedPassage, 0, len(hits))
	for _, hit := range hits {
		source, part := origin(hit)
		passages = append(passages, chat.TracedPassage{
			ID: hit.ID, Source: source, Part: part, Title: hit.Title, Headings: hit.Headings, Text: hit.Text, Page: hit.Page,
			Score: hit.Score, Confidence: hit.Confidence,
		})
	}
	return passages
}

// origin is what the owner added, and the page of it that a hit is from, where that is a site.
func origin(hit knowledge.Hit) (source, part string) {
	if hit.Added == "" || hit.Added == hit.Source {
		return hit.Source, ""
	}
	return hit.Added, hit.Source
}
