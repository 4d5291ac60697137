package actors

import (
	"context"
	"strings"

	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// Preview is a question to be tried, by somebody of the business.
type Preview struct {
	Text     string
	Locale   string         // BCP 47; may be empty
	History  []llm.Message  // what was said before, oldest first
	Settings *chat.Settings // instead of the bot's; nil: as they are
}

// Previewed is how the bot answers, and why.
type Previewed struct {
	Text      string
	Citations []chat.Citation
	Offer     string
	By        string          // ByFAQ, BySmallTalk, ByModel, ByExtractive or ByNothing
	Hits      []knowledge.Hit // that the answer was written from, best first
	Trace     chat.Trace
	Prompt    []llm.PromptMessage // as the model was asked; nil without a model
}

// Preview answers as the bot would answer a visitor, and keeps nothing but what it cost: no conversation, no answer that counts, no gap.
// Earlier answers are not used. ErrNotFound: there is no such bot. Codes: chat_unavailable, where the business's chats rest.
func (e *Engine) Preview(ctx context.Context, tenant, bot string, p Preview) (Previewed, error) {
	ctx, cancel := context.WithTimeout(ctx, wholeAnswer)
	defer cancel()
	if err := e.serves(ctx, tenant); err != nil {
		return Previewed{}, err
	}
	var text strings.Builder
	written := e.answerer.answer(ctx, ask{
		tenant: tenant, bot: bot, text: p.Text, locale: p.Locale, history: p.History, previous: previousQuestion(p.History),
		settings: p.Settings, preview: true,
	}, func(piece string) { text.WriteString(piece) }, func(*chat.Trace) {})
	e.answerer.spend(ctx, tried(tenant, written.trace))
	return Previewed{
		Text: text.String(), Citations: written.citations, Offer: written.offer, By: written.by, Hits: written.hits,
		Trace: *written.trace, Prompt: written.prompt,
	}, written.err
}
