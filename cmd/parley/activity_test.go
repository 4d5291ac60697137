package main

import (
	"testing"

	"parley/account"
	"parley/chat"
)

func TestWhatAConversationGainsIsCounted(t *testing.T) {
	t.Parallel()
	cost := int64(1500)
	said := func(kind chat.AuthorKind) chat.MessageCreated {
		return chat.MessageCreated{Author: chat.Author{Kind: kind}}
	}
	for name, c := range map[string]struct {
		entry chat.Append
		want  account.Activity
	}{
		"a visitor's message":                {chat.Append{Bodies: []chat.Body{said(chat.ByVisitor)}}, account.Activity{Messages: 1}},
		"an agent's":                         {chat.Append{Bodies: []chat.Body{said(chat.ByAgent)}}, account.Activity{}},
		"an answer":                          {chat.Append{Bodies: []chat.Body{chat.MessageCompleted{}}, Trace: &chat.Trace{InputTokens: 40, OutputTokens: 2, CostMicros: &cost}}, account.Activity{Answers: 1, Tokens: 42, CostMicros: 1500}},
		"an answer whose price is not known": {chat.Append{Bodies: []chat.Body{chat.MessageCompleted{}}, Trace: &chat.Trace{InputTokens: 40}}, account.Activity{Answers: 1, Tokens: 40}},
		"an earlier answer":                  {chat.Append{Bodies: []chat.Body{chat.MessageCompleted{}}, Trace: &chat.Trace{InputTokens: 40, CostMicros: &cost, Cached: true}}, account.Activity{Answers: 1}},
		"an answer that was stopped":         {chat.Append{Bodies: []chat.Body{chat.MessageInterrupted{}}, Trace: &chat.Trace{OutputTokens: 7}}, account.Activity{Tokens: 7}},
	} {
		if got := gained(&c.entry); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestWhatIsSpentBesidesAnswersIsCounted(t *testing.T) {
	t.Parallel()
	cost := int64(1500)
	for expense, want := range map[chat.Expense]account.Activity{
		{InputTokens: 40, OutputTokens: 2, CostMicros: &cost}: {Tokens: 42, CostMicros: 1500},
		{InputTokens: 40}: {Tokens: 40}, // nobody knows its price
	} {
		if got := spent(expense); got != want {
			t.Errorf("%+v: %+v, want %+v", expense, got, want)
		}
	}
}
