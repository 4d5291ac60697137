package actors

import (
	"fmt"
	"strings"
	"testing"

	"parley/chat"
	"parley/llm"
)

// hundredTokens is a turn of as many.
var hundredTokens = strings.Repeat("word", 100)

func remembering(turns int) memory {
	var m memory
	for i := range turns {
		m = m.add(entry{seq: int64(i) + 1, message: fmt.Sprint(i + 1), text: hundredTokens})
	}
	return m
}

func TestMemoryKeepsTheLastTurnsByTokens(t *testing.T) {
	t.Parallel()
	m := remembering(100)
	if len(m.entries) != recentTokens/100 || m.entries[len(m.entries)-1].message != "100" {
		t.Errorf("%d entries, the last is %s", len(m.entries), m.entries[len(m.entries)-1].message)
	}
	huge := m.add(entry{seq: 101, message: "huge", text: strings.Repeat("word", 2*recentTokens)})
	if len(huge.entries) != 1 || huge.entries[0].message != "huge" {
		t.Errorf("a huge turn leaves %d", len(huge.entries))
	}
	if len(m.entries) != recentTokens/100 {
		t.Error("adding changed the memory that was added to")
	}
}

func TestASummaryIsDueWhenEnoughFellOut(t *testing.T) {
	t.Parallel()
	fits := recentTokens / 100
	if _, due := remembering(fits + summariseAt/100 - 1).due(); due {
		t.Error("due too early")
	}
	m := remembering(fits + summariseAt/100)
	through, due := m.due()
	if !due || through != summariseAt/100 {
		t.Fatalf("due %v through %d", due, through)
	}
	m = m.recollect(chat.Summary{Through: through, Text: "They spoke of words."})
	if _, due := m.due(); due || m.summary.Text == "" || len(m.entries) != fits {
		t.Errorf("after it: due %v, summary %q, %d entries", due, m.summary.Text, len(m.entries))
	}
	if older := m.recollect(chat.Summary{Through: through - 1, Text: "old"}); older.summary != m.summary {
		t.Error("an older summary replaced a newer one")
	}
	if again := m.add(entry{seq: through, text: "covered"}); len(again.entries) != len(m.entries) {
		t.Error("what the summary covers is remembered twice")
	}
}

func TestARestartKnowsWhatItHasToReadAgain(t *testing.T) {
	t.Parallel()
	said := func(from, to int64) (events []chat.Event) {
		for seq := from; seq <= to; seq++ {
			events = append(events, chat.Event{Seq: seq, Body: chat.MessageCreated{Message: fmt.Sprint(seq), Author: visitor, Text: "Hi"}})
		}
		return events
	}
	for name, test := range map[string]struct {
		opening chat.Opening
		due     bool
	}{
		"all of a short log":          {chat.Opening{Head: 9, Recent: said(1, 9)}, false},
		"the summary reaches it":      {chat.Opening{Head: 300, Recent: said(101, 300), Summary: chat.Summary{Through: 100, Text: "s"}}, false},
		"the summary does not reach":  {chat.Opening{Head: 300, Recent: said(101, 300), Summary: chat.Summary{Through: 99, Text: "s"}}, true},
		"the summary is lost":         {chat.Opening{Head: 300, Recent: said(101, 300)}, true},
		"the summary covers a part":   {chat.Opening{Head: 300, Recent: said(101, 300), Summary: chat.Summary{Through: 200, Text: "s"}}, false},
		"nothing was ever said in it": {chat.Opening{}, false},
	} {
		m := restore(test.opening).memory
		if through, due := m.due(); due != test.due || due && through != 100 {
			t.Errorf("%s: due %v through %d", name, due, through)
		}
		if len(m.entries) > 0 && m.entries[0].seq <= m.summary.Through {
			t.Errorf("%s: turn %d is remembered twice", name, m.entries[0].seq)
		}
	}
}

func TestOnlyWhatWasSaidIsRemembered(t *testing.T) {
	t.Parallel()
	for body, role := range map[chat.Body]llm.Role{
		chat.MessageCreated{Author: visitor, Text: "a"}:          llm.Visitor,
		chat.MessageCreated{Author: mia, Text: "a"}:              llm.Business,
		chat.MessageInterrupted{Text: "a", Reason: chat.Stopped}: llm.Business,
		chat.MessageInterrupted{Reason: chat.NodeLost}:           "",
		chat.MessageStarted{Message: "msg_1"}:                    "",
		chat.StatusChanged{Status: chat.Waiting}:                 "",
	} {
		if turn, said := turnOf(chat.Event{Seq: 1, Body: body}); said != (role != "") || said && turn.role != role {
			t.Errorf("%+v is %+v, %v", body, turn, said)
		}
	}
}
