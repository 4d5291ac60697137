package actors

import (
	"cmp"
	"context"
	"slices"

	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// provider is who answers for a bot, and the name of the model there: one that the tenant's plan allows. Without knowing the plan
// it is the bot's: who may not answer at all was refused before.
func (a *answerer) provider(ctx context.Context, bot *chat.Bot) (llm.Provider, string) {
	model := bot.Settings.Model
	if a.extracts(bot) {
		return a.extractive, ""
	}
	if now, err := a.allowances.Allowance(ctx, bot.Tenant); err == nil && model != "" && len(now.Models) > 0 && !slices.Contains(now.Models, model) {
		model = now.Models[0]
	}
	if model == a.extractive.Name() {
		return a.extractive, ""
	}
	return a.model, model
}

// extracts tells whether a bot's answers are sentences of its passages, which any plan allows: they cost nothing.
func (a *answerer) extracts(bot *chat.Bot) bool {
	return a.model == nil || bot.Settings.Model == a.extractive.Name()
}

func by(provider llm.Provider, extractive Standby) string {
	if provider == llm.Provider(extractive) {
		return ByExtractive
	}
	return ByModel
}

// lengths bound answers, in tokens. A model is asked in words to be as long as its owner likes; this only ends one that does not.
var lengths = map[string]int{"short": 400, "long": 2_500}

// usualTokens bound an answer whose owner says nothing.
const usualTokens = 1_200

// prompt says what the provider is to answer.
func (w *answering) prompt(hits []knowledge.Hit) (llm.Provider, llm.Request) {
	settings := w.bot.Settings
	request := llm.Request{
		Model: w.named, Bot: w.bot.Name, Instructions: settings.Instructions, Tone: settings.Tone, Length: settings.Length,
		Language: w.language, Languages: settings.Languages,
		Summary: w.q.summary, History: w.q.history, Question: w.q.text, MaxTokens: cmp.Or(lengths[settings.Length], usualTokens),
	}
	for _, hit := range hits {
		request.Passages = append(request.Passages, llm.Passage{Title: hit.Title, Headings: hit.Headings, Text: hit.Text, Page: hit.Page})
	}
	return w.writer, request
}

// shownPrompt is what the provider was asked, for an owner who looks; nil otherwise.
func (w *answering) shownPrompt(provider llm.Provider, request llm.Request) []llm.PromptMessage {
	if prompter, can := provider.(llm.Prompter); can && w.q.preview {
		return prompter.Prompt(request)
	}
	return nil
}
