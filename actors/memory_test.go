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

func TestTurnsStayUntilASummaryCoversThem(t *testing.T) {
	t.Parallel()
	fits := recentTokens / 100
	most := fits + summariseTokens/100
	if through, due := remembering(most).due(); due {
		t.Errorf("due too early, through %d", through)
	}
	m := remembering(most + 1)
	through, due := m.due()
	if !due || through != int64(most+1-fits) || len(m.entries) != most+1 || m.gap() {
		t.Fatalf("due %v through %d of %d entries", due, through, len(m.entries))
	}
	m = m.recollect(chat.Summary{Through: through, Text: "They spoke of words."})
	if _, due := m.due(); due || m.summary.Text == "" || len(m.entries) != fits || m.tokens != recentTokens {
		t.Errorf("after it: due %v, summary %q, %d entries of %d tokens", due, m.summary.Text, len(m.entries), m.tokens)
	}
	if older := m.recollect(chat.Summary{Through: through - 1, Text: "old"}); older.summary != m.summary {
		t.Error("an older summary replaced a newer one")
	}
	if again := m.add(entry{seq: through, text: "covered"}); len(again.entries) != len(m.entries) {
		t.Error("what the summary covers is remembered twice")
	}
}

func TestMemoryIsBoundedWhenNoSummaryComes(t *testing.T) {
	t.Parallel()
	m := remembering(1000)
	if m.tokens > 2*recentTokens || m.entries[len(m.entries)-1].message != "1000" || !m.gap() {
		t.Errorf("%d tokens, the last is %s", m.tokens, m.entries[len(m.entries)-1].message)
	}
	if through, due := m.due(); !due || through < m.gone {
		t.Errorf("due %v through %d, gone are %d", due, through, m.gone)
	}
	var short memory
	for i := range 1000 {
		short = short.add(entry{seq: int64(i) + 1, text: "Hi"})
	}
	if len(short.entries) > 2*recentTurns {
		t.Errorf("%d short turns", len(short.entries))
	}
	huge := m.add(entry{seq: 1001, message: "huge", text: strings.Repeat("word", 3*recentTokens)})
	if len(huge.entries) != 1 || huge.entries[0].message != "huge" {
		t.Errorf("a huge turn leaves %d", len(huge.entries))
	}
	if behind := m.recollect(chat.Summary{Through: m.gone - 1, Text: "s"}); !behind.gap() {
		t.Error("a summary that is behind closes the gap")
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
		gap     bool
	}{
		"all of a short log":          {chat.Opening{Head: 9, Recent: said(1, 9)}, false},
		"the summary reaches it":      {chat.Opening{Head: 190, Recent: said(101, 190), Summary: chat.Summary{Through: 100, Text: "s"}}, false},
		"the summary does not reach":  {chat.Opening{Head: 190, Recent: said(101, 190), Summary: chat.Summary{Through: 99, Text: "s"}}, true},
		"the summary is lost":         {chat.Opening{Head: 190, Recent: said(101, 190)}, true},
		"the summary covers a part":   {chat.Opening{Head: 190, Recent: said(101, 190), Summary: chat.Summary{Through: 150, Text: "s"}}, false},
		"nothing was ever said in it": {chat.Opening{}, false},
	} {
		m := restore(test.opening).memory
		if m.gap() != test.gap {
			t.Errorf("%s: gap %v", name, m.gap())
		}
		if through, due := m.due(); test.gap && (!due || through < 100) {
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
