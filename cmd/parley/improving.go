package main

import (
	"context"

	"parley/actors"
	"parley/knowledge/improve"
	"parley/llm"
)

// asker has the engine answer what is only tried.
type asker struct{ engine *actors.Engine }

func (a asker) Ask(ctx context.Context, tenant, bot string, ask improve.Ask) (improve.Asked, error) {
	history := make([]llm.Message, len(ask.History))
	for i, turn := range ask.History {
		history[i] = llm.Message{Role: llm.Business, Text: turn.Text}
		if turn.Visitor {
			history[i].Role = llm.Visitor
		}
	}
	got, err := a.engine.Preview(ctx, tenant, bot, actors.Preview{Text: ask.Text, Locale: ask.Locale, History: history, Settings: ask.Settings})
	if err != nil {
		return improve.Asked{}, err
	}
	asked := improve.Asked{
		Text: got.Text, Citations: got.Citations, Offer: got.Offer, By: improve.By(got.By), Hits: got.Hits, Trace: got.Trace,
		Prompt: make([]improve.Message, len(got.Prompt)),
	}
	for i, message := range got.Prompt {
		asked.Prompt[i] = improve.Message(message)
	}
	return asked, nil
}

// runner asks bots what they are tested with.
func (p *platform) runner() improve.Runner {
	return improve.Runner{Tests: p.store, Asker: asker{p.engine}}
}
