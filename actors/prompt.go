package actors

import (
	"cmp"

	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// provider is who answers for a bot, and the name of the model there.
func (a *answerer) provider(bot *chat.Bot) (llm.Provider, string) {
	if a.model == nil || bot.Settings.Model == a.extractive.Name() {
		return a.extractive, ""
	}
	return a.model, bot.Settings.Model
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

// prompt chooses the provider and says what it is to answer.
func (w *answering) prompt(hits []knowledge.Hit) (llm.Provider, llm.Request) {
	settings := w.bot.Settings
	provider, model := w.provider(w.bot)
	request := llm.Request{
		Model: model, Bot: w.bot.Name, Instructions: settings.Instructions, Tone: settings.Tone, Length: settings.Length,
		Language: w.language, Languages: settings.Languages,
		Summary: w.q.summary, History: w.q.history, Question: w.q.text, MaxTokens: cmp.Or(lengths[settings.Length], usualTokens),
	}
	for _, hit := range hits {
		request.Passages = append(request.Passages, llm.Passage{Title: hit.Title, Headings: hit.Headings, Text: hit.Text, Page: hit.Page})
	}
	return provider, request
}

// shownPrompt is what the provider was asked, for an owner who looks; nil otherwise.
func (w *answering) shownPrompt(provider llm.Provider, request llm.Request) []llm.PromptMessage {
	if prompter, can := provider.(llm.Prompter); can && w.q.preview {
		return prompter.Prompt(request)
	}
	return nil
}
