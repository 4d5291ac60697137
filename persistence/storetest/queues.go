package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"parley/chat"
)

var queueTests = []test{
	{"A conversation is in the queues that it belongs to, and counted there", func(t *testing.T, w *world) {
		user, other := w.user.ID, "usr_other"
		bot, team, closed := w.standing(t, 1, chat.WithBot, ""), w.standing(t, 2, chat.WithAgent, other), w.standing(t, 3, chat.Closed, "")
		mine, asked, askedOther := w.standing(t, 4, chat.WithAgent, user), w.standing(t, 5, chat.Waiting, user), w.standing(t, 6, chat.Waiting, other)
		nobody, snoozed, woken := w.standing(t, 7, chat.Waiting, ""), w.standing(t, 8, chat.WithAgent, user), w.standing(t, 9, chat.Closed, "")
		spam, named := w.standing(t, 10, chat.Waiting, user), w.standing(t, 11, chat.WithBot, "")
		must(t, w.Snooze(t.Context(), snoozed, user, time.Now().Add(time.Hour)))
		must(t, w.Snooze(t.Context(), woken, user, time.Now().Add(-time.Hour)))
		must(t, w.MarkSpam(t.Context(), spam, user, true))
		for _, ref := range []chat.Ref{named, spam, snoozed} {
			w.noted(t, w.newNote(ref, "", "Look", user))
		}
		expected := map[chat.Queue][]chat.Ref{
			chat.QueueMine: {asked, mine}, chat.QueueWaiting: {asked, askedOther, nobody}, chat.QueueUnassigned: {nobody},
			chat.QueueTeam: {mine, team}, chat.QueueBot: {named, bot}, chat.QueueClosed: {woken, closed}, chat.QueueSnoozed: {snoozed},
			chat.QueueMentions: {named}, chat.QueueSpam: {spam},
			"": {named, spam, woken, snoozed, nobody, askedOther, asked, mine, closed, team, bot}, "other": nil,
		}
		counts, err := w.Counts(t.Context(), w.tenant.ID, user)
		must(t, err)
		if len(counts) != len(chat.Queues) {
			t.Errorf("counted %v", counts)
		}
		for queue, refs := range expected {
			if diff := gocmp.Diff(refs, w.list(t, chat.ConversationFilter{Queue: queue, User: user})); diff != "" {
				t.Errorf("%s: %s", queue, diff)
			}
			if _, counted := counts[queue]; counted && counts[queue] != len(refs) {
				t.Errorf("%s: counted %d", queue, counts[queue])
			}
		}
		must(t, w.ReadMentions(t.Context(), named, user))
		if left := w.list(t, chat.ConversationFilter{Queue: chat.QueueMentions, User: user}); left != nil {
			t.Errorf("after they were read there are %v", left)
		}
	}},
	{"Those who wait longest come first, on pages of their own", func(t *testing.T, w *world) {
		var expected []chat.Ref
		for second := range 5 {
			expected = append(expected, w.standing(t, second/2, chat.Waiting, ""))
		}
		for _, pair := range [][]chat.Ref{expected[:2], expected[2:4]} { // at the same time
			slices.SortFunc(pair, func(a, b chat.Ref) int { return strings.Compare(a.Conversation, b.Conversation) })
		}
		w.committed(t, w.status(expected[0], 2, 30, chat.Waiting, "")) // still waits
		for _, queue := range []chat.Queue{chat.QueueWaiting, chat.QueueUnassigned} {
			if diff := gocmp.Diff(expected, w.list(t, chat.ConversationFilter{Queue: queue, Limit: 2})); diff != "" {
				t.Errorf("%s: %s", queue, diff)
			}
		}
		_, cursor, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Queue: chat.QueueWaiting, Limit: 2})
		must(t, err)
		_, _, err = w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Cursor: cursor})
		if code(err) != "bad_cursor" {
			t.Errorf("in another order: got %v", err)
		}
	}},
	{"A queue has 1,000 at most when it is counted", func(t *testing.T, w *world) {
		w.manyAt(t, make([]int, 1001)...)
		counts, err := w.Counts(t.Context(), w.tenant.ID, w.user.ID)
		must(t, err)
		if counts[chat.QueueBot] != 1000 || counts[chat.QueueClosed] != 0 {
			t.Errorf("got %v", counts)
		}
	}},
	{"Whatever a list is narrowed by, it has what that leaves, in its order", narrowing},
	{"Summaries are those that there are, two hundred at most", func(t *testing.T, w *world) {
		refs := w.manyAt(t, 1, 2, 3)
		stranger := newWorld(t, w.Store)
		theirs := stranger.born(t, said("a", "Hello"))
		found, err := w.Summaries(t.Context(), w.tenant.ID, []string{refs[2].Conversation, "cnv_none", theirs.Conversation, "\x00", refs[0].Conversation})
		must(t, err)
		if len(found) != 2 {
			t.Fatalf("found %+v", found)
		}
		for _, c := range found {
			one, err := w.Conversation(t.Context(), c.Ref)
			must(t, err)
			if diff := gocmp.Diff(one, c); diff != "" {
				t.Error(diff)
			}
		}
		if none, err := w.Summaries(t.Context(), w.tenant.ID, nil); err != nil || len(none) != 0 {
			t.Errorf("of none: %v, %v", none, err)
		}
		if _, err := w.Summaries(t.Context(), w.tenant.ID, make([]string, 201)); err == nil {
			t.Error("201 are read")
		}
	}},
}

// status is an append that gives a conversation a status; an agent is whoever is the assignee.
func (w *world) status(ref chat.Ref, head int64, second int, status chat.Status, assignee string) chat.Append {
	changed := chat.StatusChanged{Status: status}
	if status == chat.WithAgent {
		changed.Agent = &chat.Author{Kind: chat.ByAgent, ID: assignee, Name: "Ada"}
	}
	a := next(ref, head, changed)
	a.At, a.Status, a.Agent = moment(second), status, changed.Agent
	return a
}

// standing returns a new conversation of two events that got its status at a second of the suite's day.
func (w *world) standing(t testing.TB, second int, status chat.Status, assignee string) chat.Ref {
	t.Helper()
	birth := w.birth(w.newRef(), said("a", "Hello"))
	birth.At = moment(second)
	w.committed(t, birth, w.status(birth.Ref, 1, second, status, assignee))
	w.ask(t, birth.Ref, status, assignee)
	return birth.Ref
}

// ask asks an assignee, if there is one, to take what waits.
func (w *world) ask(t testing.TB, ref chat.Ref, status chat.Status, assignee string) {
	t.Helper()
	if status == chat.Waiting && assignee != "" {
		must(t, w.Assign(t.Context(), ref, "", assignee))
	}
}

// list returns all pages of a list.
func (w *world) list(t testing.TB, filter chat.ConversationFilter) []chat.Ref {
	t.Helper()
	var refs []chat.Ref
	for {
		page, cursor, err := w.Conversations(t.Context(), w.tenant.ID, filter)
		if err != nil {
			t.Fatalf("%+v: %v", filter, err)
		}
		for _, c := range page {
			refs = append(refs, c.Ref)
		}
		if filter.Cursor = cursor; cursor == "" {
			return refs
		}
	}
}

// narrowing compares lists with what is left of all conversations when each is looked at.
func narrowing(t *testing.T, w *world) {
	random := rand.New(rand.NewPCG(4, 2)) // the same each time
	user, labels, visitors := w.user.ID, []string{w.label(t, "One").ID, w.label(t, "Two").ID}, []string{"vis_a" + w.user.ID, "vis_b" + w.user.ID, "vis_c" + w.user.ID}
	named := make(map[string]bool)
	for n := range 60 {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		birth.At, birth.Birth.Visitor = moment(random.IntN(20)), visitors[n%len(visitors)]
		if n%2 == 0 {
			birth.Birth.Bot = "bot_other"
		}
		status := []chat.Status{chat.WithBot, chat.Waiting, chat.WithAgent, chat.Closed}[random.IntN(4)]
		w.committed(t, birth, w.status(birth.Ref, 1, 20+random.IntN(10), status, []string{user, "usr_other", ""}[random.IntN(3)]))
		switch random.IntN(6) {
		case 0:
			must(t, w.MarkSpam(t.Context(), birth.Ref, user, true))
		case 1:
			must(t, w.Snooze(t.Context(), birth.Ref, user, time.Now().Add(time.Duration(random.IntN(3)-1)*time.Hour)))
		case 2:
			w.noted(t, w.newNote(birth.Ref, "", "Look", user))
			named[birth.Conversation] = true
		}
		must(t, w.SetLabels(t.Context(), birth.Ref, user, labels[:random.IntN(3)]))
	}
	ada := chat.ContactChanged{Name: "Ada Quill", Email: "ada@example.com"}
	for i, visitor := range visitors[:2] {
		ada.Phone = fmt.Sprint("+44 ", 100+i)
		birth := w.birth(w.newRef(), ada)
		birth.Birth.Visitor = visitor
		w.committed(t, birth)
	}
	all, _, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Limit: 200})
	must(t, err)
	pick := func(values ...string) string { return values[random.IntN(len(values))] }
	for range 400 {
		filter := chat.ConversationFilter{
			Queue: chat.Queue(pick(append([]string{""}, queueNames()...)...)), User: user, Limit: 1 + random.IntN(30),
			Status: chat.Status(pick("", "", string(chat.Waiting), string(chat.Closed))), Bot: pick("", "", w.bot.ID),
			Visitor: pick("", "", visitors[0]), Label: pick("", "", labels[1]), Words: strings.Fields(pick("", "", "quill ADA", "Ada@example.com +44(100)", "Bo")),
		}
		if random.IntN(3) == 0 {
			filter.Since, filter.Until = moment(22), moment(26)
		}
		var expected []chat.Ref
		for _, c := range slices.SortedFunc(slices.Values(all), order(filter.Queue)) {
			if belongs(c, filter, named) {
				expected = append(expected, c.Ref)
			}
		}
		if diff := gocmp.Diff(expected, w.list(t, filter)); diff != "" {
			t.Errorf("%+v: %s", filter, diff)
		}
	}
}

func queueNames() []string {
	names := make([]string, len(chat.Queues))
	for i, queue := range chat.Queues {
		names[i] = string(queue)
	}
	return names
}

// order is that of a queue.
func order(queue chat.Queue) func(a, b chat.Conversation) int {
	return func(a, b chat.Conversation) int {
		if queue == chat.QueueWaiting || queue == chat.QueueUnassigned {
			return cmp.Or(a.Waits.Compare(b.Waits), strings.Compare(a.Conversation, b.Conversation))
		}
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), strings.Compare(b.Conversation, a.Conversation))
	}
}

// belongs tells whether a conversation is in a list, by what the ports say.
func belongs(c chat.Conversation, filter chat.ConversationFilter, named map[string]bool) bool {
	snoozed := c.Snoozed.After(time.Now())
	shown := !c.Spam && !snoozed
	queued := map[chat.Queue]bool{
		"": true, chat.QueueMine: shown && c.Assignee == filter.User, chat.QueueWaiting: shown && c.Status == chat.Waiting,
		chat.QueueUnassigned: shown && c.Status == chat.Waiting && c.Assignee == "", chat.QueueTeam: shown && c.Status == chat.WithAgent,
		chat.QueueBot: shown && c.Status == chat.WithBot, chat.QueueClosed: shown && c.Status == chat.Closed,
		chat.QueueSnoozed: snoozed && !c.Spam, chat.QueueMentions: shown && named[c.Conversation], chat.QueueSpam: c.Spam,
	}
	said := strings.ToLower(c.Contact.Name + " " + c.Contact.Email + " +44(" + strings.TrimPrefix(c.Contact.Phone, "+44 ") + ")")
	for _, word := range filter.Words {
		if !slices.Contains(strings.Fields(said), strings.ToLower(word)) {
			return false
		}
	}
	return queued[filter.Queue] && (filter.Status == "" || c.Status == filter.Status) && (filter.Bot == "" || c.Bot == filter.Bot) &&
		(filter.Visitor == "" || c.Visitor == filter.Visitor) && (filter.Label == "" || slices.Contains(c.Labels, filter.Label)) &&
		!c.UpdatedAt.Before(filter.Since) && (filter.Until.IsZero() || !c.UpdatedAt.After(filter.Until))
}
