package actors

import (
	"context"
	"log/slog"
	"strings"

	"parley/actors/speech"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// smallTalk answers as people do, without a search: the model in a sentence, or else words of ours.
func (w *answering) smallTalk(ctx context.Context, talk speech.Talk) (*answered, error) {
	provider, request := w.prompt(nil)
	w.trace.Query = ""
	w.trace.Provider, w.trace.Model = BySmallTalk, request.Model
	asks := provider != llm.Provider(w.extractive)
	if asks {
		w.trace.Provider = provider.Name()
	}
	w.found(asks)
	written := &answered{by: BySmallTalk}
	var text strings.Builder
	show := func(piece string) {
		text.WriteString(piece)
		w.emit(piece)
	}
	if asks {
		request.SmallTalk, request.MaxTokens = true, smallTalkTokens
		_, err := w.listen(ctx, provider, request, nil, show)
		if err != nil && (text.Len() > 0 || ctx.Err() != nil) {
			return nil, err
		}
		if err != nil {
			w.logger.Warn("small talk is answered without the model", slog.Any("error", err))
		}
		written.prompt = w.shownPrompt(provider, request)
	}
	if strings.TrimSpace(text.String()) == "" {
		show(speech.In(w.language).Reply(talk))
	}
	written.text, written.offer = text.String(), w.offer()
	return written, nil
}

// smallTalkTokens bounds a model's answer to a greeting.
const smallTalkTokens = 200

// unknown says honestly that nothing was found.
func (w *answering) unknown(provider llm.Provider, request llm.Request, hits []knowledge.Hit) *answered {
	text, offer := w.bot.Settings.Fallback, ""
	if w.bot.Settings.HandOff {
		offer = Handoff
	}
	if text == "" {
		phrases := speech.In(w.language)
		text = phrases.NotFound
		if offer != "" {
			text += " " + phrases.Offer
		}
	}
	w.emit(text)
	return &answered{text: text, offer: offer, unanswered: true, by: ByNothing, hits: hits, prompt: w.shownPrompt(provider, request)}
}

// offer is that of a good answer.
func (w *answering) offer() string {
	if w.bot.Settings.HandOff && containsPhrase(fold(w.q.text), w.bot.Settings.Offer) {
		return Handoff
	}
	return ""
}

// languageOf is the language to answer in. tongue is that of small talk.
func languageOf(q ask, bot *chat.Bot, tongue string) string {
	locale := q.locale
	if tongue != "" && speech.Base(locale) != tongue {
		locale = tongue
	}
	var earlier []string
	for _, m := range q.history {
		if m.Role == llm.Visitor {
			earlier = append(earlier, m.Text)
		}
	}
	if tongue != "" {
		return speech.Choose("", nil, locale, bot.Settings.Languages)
	}
	return speech.Choose(q.text, earlier, locale, bot.Settings.Languages)
}
