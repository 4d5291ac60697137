package improve

import (
	"context"
	"fmt"
	"testing"

	"parley/chat"
)

// logs is the events of conversations behind the answer, by id.
type logs map[string][]chat.Body

func (l logs) Events(_ context.Context, ref chat.Ref, after int64, limit int) (events []chat.Event, err error) {
	bodies, known := l[ref.Conversation]
	if !known {
		return nil, chat.ErrNotFound
	}
	for i, body := range bodies {
		if seq := int64(i + 1); seq > after && len(events) < limit {
			events = append(events, chat.Event{Seq: seq, Body: body})
		}
	}
	return events, nil
}

func TestADraftIsWhatAPersonAnsweredAfterTheBot(t *testing.T) {
	t.Parallel()
	visitor, ada := chat.Author{Kind: chat.ByVisitor}, chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}
	failed := []chat.Body{chat.MessageCreated{Author: visitor, Text: "How long does a refund take?"}, chat.MessageStarted{}, chat.MessageCompleted{Text: "I do not know. Ask a person, who will tell you all of it in due time."}}
	then := func(bodies ...chat.Body) []chat.Body { return append(failed[:3:3], bodies...) }
	taken := chat.StatusChanged{Status: chat.WithAgent, Agent: &ada}
	log := logs{
		"cnv_0000": then(chat.MessageCreated{Author: visitor, Text: "Hello? Is anybody there who could tell me about it?"}),
		"cnv_0001": then(taken, chat.MessageCreated{Author: ada, Text: "Hi, one moment."}, chat.MessageCreated{Author: ada, Text: " Refunds take two weeks. \n"}, chat.MessageCreated{Author: visitor, Text: "Thank you so much, that is what I wanted to know!"},
			chat.MessageCreated{Author: ada, Text: "You are welcome"}, chat.StatusChanged{Status: chat.WithBot}, chat.MessageCreated{Author: visitor, Text: "And?"}, chat.MessageStarted{}, chat.MessageCreated{Author: ada, Text: "This is about something else, and rather long at that."}),
		"cnv_0002": then(chat.StatusChanged{Status: chat.Closed}),
	}
	group := Group{Gaps: asked("a", "b", "c", "d")} // the last is gone
	answer, err := Draft(t.Context(), log, group)
	if err != nil || answer != "Refunds take two weeks." {
		t.Errorf("%q, %v", answer, err)
	}
	group.Gaps = group.Gaps[:1]
	if answer, err := Draft(t.Context(), log, group); err != nil || answer != "" {
		t.Errorf("nobody answered: %q, %v", answer, err)
	}
}

func TestADraftIsLookedForInFewConversations(t *testing.T) {
	t.Parallel()
	read := 0
	group := Group{Gaps: asked(make([]string, 100)...)}
	for i := range group.Gaps {
		group.Gaps[i].Ref.Conversation = fmt.Sprintf("cnv_%d", i/2)
	}
	if _, err := Draft(t.Context(), counted{&read}, group); err != nil || read != draftTries {
		t.Errorf("%d conversations were read, %v", read, err)
	}
}

type counted struct{ read *int }

func (c counted) Events(context.Context, chat.Ref, int64, int) ([]chat.Event, error) {
	*c.read++
	return nil, nil
}
