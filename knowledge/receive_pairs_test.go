package knowledge

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

func TestQuestionsAreEditedInPlaceWithoutAGap(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	s, err := r.ReceiveFAQ(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, []Pair{{Question: "Open?", Answer: "Yes."}, {Question: "Free?", Answer: "No."}})
	if err != nil {
		t.Fatal(err)
	}
	s, was := m.read(t, r, s)
	version := m.versions["tnt_1/bot_1"]
	s, pairs, err := r.Pairs(t.Context(), "tnt_1", "bot_1", s.ID)
	if err != nil || len(pairs) != 2 {
		t.Fatalf("%v %v", pairs, err)
	}
	stale := s
	pairs[1].Answer = "On Sundays."
	s, err = r.ReplacePairs(t.Context(), s, append(pairs, Pair{Question: "Where?", Answer: "Here."}, Pair{Question: "Half?"}))
	if err != nil {
		t.Fatal(err)
	}
	now := m.passages[s.ID]
	if s.State != Ready || s.Passages != 3 || len(now) != 3 || now[1].Text != "On Sundays." || m.versions["tnt_1/bot_1"] != version+1 {
		t.Errorf("%+v %+v", s, now)
	}
	if now[0].ID != was[0].ID || now[1].ID == was[1].ID {
		t.Errorf("the one that says the same was %s and is %s; the other was %s and is %s", was[0].ID, now[0].ID, was[1].ID, now[1].ID)
	}
	if _, again, err := r.Pairs(t.Context(), "tnt_1", "bot_1", s.ID); err != nil || len(again) != 3 || again[2].Answer != "Here." {
		t.Errorf("%v %v", again, err)
	}
	// Who edits what somebody else has edited meanwhile is told.
	if _, err := r.ReplacePairs(t.Context(), stale, pairs); !errors.Is(err, chat.ErrFenced) {
		t.Errorf("a stale edit: %v", err)
	}
	if _, err := r.ReplacePairs(t.Context(), s, []Pair{{Question: "Half?"}}); !errors.Is(err, errNoPairs) {
		t.Errorf("no answers: %v", err)
	}
	text, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, "A text.")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Pairs(t.Context(), "tnt_1", "bot_1", text.ID); !errors.Is(err, errNoFAQ) {
		t.Errorf("of a text: %v", err)
	}
	if _, _, err := r.Pairs(t.Context(), "tnt_2", "bot_1", s.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("of another tenant: %v", err)
	}
}

func TestQuestionsAreImported(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("very ", 60) + "long?"
	two := []Pair{{Question: "Open?", Answer: "From 9\nto 5."}, {Question: "Free?", Answer: "No; not yet."}}
	r, _ := setup(t)
	for name, c := range map[string]struct {
		file string
		want []Pair
		err  *chat.Error
	}{
		"CSV":                {file: "question,answer\nOpen?,\"From 9\nto 5.\"\nFree?,No; not yet.\n", want: two},
		"other columns":      {file: "id;Answer;Question\n1;\"From 9\nto 5.\";Open?\n2;\"No; not yet.\";Free?\n", want: two},
		"marked as UTF-8":    {file: "\xef\xbb\xbfquestion,answer\nOpen?,Yes.\n", want: []Pair{{Question: "Open?", Answer: "Yes."}}},
		"a long question":    {file: "question,answer\n" + long + ",Yes.\n", want: []Pair{{Question: long, Answer: "Yes."}}},
		"JSON":               {file: ` [{"question":"Open?","answer":"From 9\nto 5."},{"question":"Free?","answer":"No; not yet."}]`, want: two},
		"JSON with a name":   {file: `{"pairs":[{"question":"Open?","answer":"Yes."}]}`, want: []Pair{{Question: "Open?", Answer: "Yes."}}},
		"other columns only": {file: "name,price\nBike,900\nBell,9\n", err: errNoColumns},
		"other JSON":         {file: `{"a":1}`, err: errNoColumns},
		"broken JSON":        {file: `[{"question":`, err: errNoColumns},
		"a document":         {file: "PK\x03\x04", err: errNoColumns},
		"nothing":            {file: " \n", err: errFileEmpty},
		"too much":           {file: "question,answer\n" + strings.Repeat("x", maxPairs), err: errManyPairs},
	} {
		s, err := r.ReceivePairs(context.WithoutCancel(t.Context()), Source{Tenant: "tnt_1", Bot: "bot_1", Title: "our-faq.csv"}, strings.NewReader(c.file))
		if c.err != nil {
			if !errors.Is(err, c.err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || s.Kind != KindFAQ || s.Title != "our-faq" {
			t.Errorf("%s: %+v %v", name, s, err)
			continue
		}
		_, pairs, err := r.Pairs(t.Context(), "tnt_1", "bot_1", s.ID)
		if diff := cmp.Diff(c.want, pairs); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}
