package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var conversationTests = []test{
	{"A summary tells what the log says", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		w.committed(t, birth)
		expected := chat.Conversation{
			Ref: birth.Ref, Bot: w.bot.ID, Visitor: birth.Birth.Visitor, Status: chat.WithBot, Head: 1, Preview: "Hello",
			Page: birth.Birth.Page, Locale: "en-GB", CreatedAt: moment(10), UpdatedAt: moment(10),
		}
		w.summary(t, expected)

		agent := &chat.Author{Kind: chat.ByAgent, ID: w.user.ID, Name: "Ada"}
		taken := next(birth.Ref, 1, chat.StatusChanged{Status: chat.WithAgent, Agent: agent})
		taken.Status, taken.Agent = chat.WithAgent, agent
		w.committed(t, taken)
		expected.Status, expected.Agent, expected.Head, expected.UpdatedAt, expected.Assignee = chat.WithAgent, agent, 2, moment(20), w.user.ID
		w.summary(t, expected)

		w.committed(t, next(birth.Ref, 2, chat.MessageCompleted{Message: "msg", Text: strings.Repeat("ä", 300)}))
		expected.Status, expected.Agent, expected.Assignee, expected.Head, expected.Preview = chat.WithBot, nil, "", 3, strings.Repeat("ä", 200)
		w.summary(t, expected)

		want(t, func() error { _, err := w.Conversation(t.Context(), w.newRef()); return err }(), chat.ErrNotFound)
	}},
	{"Pages are latest first and hold every conversation once", func(t *testing.T, w *world) {
		refs := w.manyAt(t, 10, 20, 20, 20, 5)
		expected := []chat.Ref{refs[3], refs[2], refs[1], refs[0], refs[4]}
		slices.SortFunc(expected[:3], func(a, b chat.Ref) int { return strings.Compare(b.Conversation, a.Conversation) })
		var got []chat.Ref
		filter := chat.ConversationFilter{Limit: 2}
		for pages := 1; ; pages++ {
			page, cursor, err := w.Conversations(t.Context(), w.tenant.ID, filter)
			must(t, err)
			for _, c := range page {
				got = append(got, c.Ref)
			}
			if filter.Cursor = cursor; cursor == "" {
				if pages != 3 {
					t.Errorf("five in twos took %d pages", pages)
				}
				break
			}
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
		all, cursor, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Limit: 5})
		must(t, err)
		if len(all) != 5 || cursor != "" {
			t.Errorf("a page that holds all has %d and the cursor %q", len(all), cursor)
		}
	}},
	{"A list is narrowed by status and by bot", func(t *testing.T, w *world) {
		w.manyAt(t, 10)
		other := w.newBot()
		must(t, w.CreateBot(t.Context(), other))
		waiting := w.birth(w.newRef(), said("a", "Hello"))
		waiting.Status, waiting.Birth.Bot = chat.Waiting, other.ID
		w.committed(t, waiting)
		for _, c := range []struct {
			filter chat.ConversationFilter
			count  int
		}{
			{chat.ConversationFilter{}, 2}, {chat.ConversationFilter{Status: chat.Waiting}, 1}, {chat.ConversationFilter{Bot: w.bot.ID}, 1},
			{chat.ConversationFilter{Bot: other.ID, Status: chat.Waiting}, 1}, {chat.ConversationFilter{Bot: other.ID, Status: chat.Closed}, 0},
		} {
			page, cursor, err := w.Conversations(t.Context(), w.tenant.ID, c.filter)
			must(t, err)
			if len(page) != c.count || cursor != "" {
				t.Errorf("%+v: got %d, cursor %q", c.filter, len(page), cursor)
			}
		}
	}},
	{"A cursor that was not given out for this list is refused", func(t *testing.T, w *world) {
		w.manyAt(t, 10, 20)
		_, cursor, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Limit: 1})
		must(t, err)
		stranger := newWorld(t, w.Store)
		_, _, err = stranger.Conversations(t.Context(), stranger.tenant.ID, chat.ConversationFilter{Cursor: cursor})
		if code(err) != "bad_cursor" {
			t.Errorf("another tenant's: got %v", err)
		}
		_, _, err = w.Sources(t.Context(), w.tenant.ID, w.bot.ID, cursor, 1)
		if code(err) != "bad_cursor" {
			t.Errorf("another list's: got %v", err)
		}
		for _, bad := range []string{"x", "!", cursor[:len(cursor)-2], cursor[2:], "A" + cursor[1:] + "AAAA"} {
			_, _, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Cursor: bad})
			if code(err) != "bad_cursor" || chat.AsError(err).Kind != chat.Invalid {
				t.Errorf("%q: got %v", bad, err)
			}
		}
	}},
	{"A page has 200 at most", func(t *testing.T, w *world) {
		w.manyAt(t, make([]int, 201)...)
		for limit, count := range map[int]int{0: 50, 200: 200, 1000: 200, -1: 50} {
			page, cursor, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Limit: limit})
			must(t, err)
			if len(page) != count || cursor == "" {
				t.Errorf("limit %d: got %d, cursor %q", limit, len(page), cursor)
			}
		}
	}},
}

// summary wants a conversation's summary, from both ways to get it.
func (w *world) summary(t testing.TB, expected chat.Conversation) {
	t.Helper()
	found, err := w.Conversation(t.Context(), expected.Ref)
	must(t, err)
	page, _, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{})
	must(t, err)
	if diff := cmp.Diff(expected, found) + cmp.Diff([]chat.Conversation{expected}, page); diff != "" {
		t.Error(diff)
	}
}

// manyAt bears a conversation at each of the given seconds.
func (w *world) manyAt(t testing.TB, seconds ...int) []chat.Ref {
	t.Helper()
	var refs []chat.Ref
	var batch []chat.Append
	for _, s := range seconds {
		a := w.birth(w.newRef(), said("a", "Hello"))
		a.At = moment(s).In(time.FixedZone("NZDT", 13*3600)) // a zone must not matter
		batch, refs = append(batch, a), append(refs, a.Ref)
	}
	w.committed(t, batch...)
	return refs
}
