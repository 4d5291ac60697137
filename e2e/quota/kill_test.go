package quota

import (
	"context"
	"fmt"
	"testing"

	"parley/e2e/client"
	"parley/llm/llmtest"
)

// A process is killed when the units of answers were taken and nothing of them was written. Each question is answered by another node for
// the unit that it has; one that cannot be answered there either gives its unit back.
func TestAUnitComesBackWhoseProcessIsKilledBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	const limit, unlucky = 6, "Who is out of luck?"
	s := open(t, limit,
		llmtest.Script{Question: unlucky, Times: 1, Fault: llmtest.Silent},
		llmtest.Script{Question: unlucky, Status: 400, Message: "not today"}, // which is not tried again
		llmtest.Script{Times: limit - 1, Fault: llmtest.Silent},
		llmtest.Script{Words: 5},
	)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	come := func(name, text string, node int) *client.Visitor {
		v := s.visitor(name, node)
		go func() { _ = v.Run(ctx) }() // who is sent away for good does not settle
		v.Send(ctx, text)
		return v
	}
	const dies = 1
	first := []*client.Visitor{come("unlucky", unlucky, dies)}
	for i := 1; i < limit; i++ {
		first = append(first, come(fmt.Sprint("lucky ", i), fmt.Sprintf("What is number %d?", i), dies))
	}
	if err := s.model.Await(ctx, func(calls []llmtest.Call) bool { return len(calls) == limit }); err != nil {
		t.Fatal(err)
	}
	s.counted(limit, limit)
	late := come("late", "Is anything left?", 2)
	if !s.settled(ctx, late) || s.fate(late) != (fate{waits: true}) {
		t.Fatalf("who comes when all units are taken: %+v", late.Events())
	}

	s.nodes[dies].Kill()
	for _, v := range first {
		if !s.settled(ctx, v) {
			t.FailNow()
		}
	}
	if got := s.fate(first[0]); got != (fate{failed: true}) {
		t.Errorf("the question that no model answers: %+v", got)
	}
	for _, v := range first[1:] {
		if got := s.fate(v); got != (fate{answered: true}) {
			t.Errorf("%s: %+v", v.Name(), got)
		}
	}
	s.counted(limit-1, limit) // one came back
	next := come("next", "And now?", 0)
	if !s.settled(ctx, next) || s.fate(next) != (fate{answered: true}) {
		t.Errorf("the unit that came back was not to be had: %+v", next.Events())
	}
	last := come("last", "And another?", 2)
	if !s.settled(ctx, last) || s.fate(last) != (fate{waits: true}) {
		t.Errorf("it was had twice: %+v", last.Events())
	}
	s.counted(limit, limit)
}
