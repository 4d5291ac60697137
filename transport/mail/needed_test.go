package mail

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
)

func TestWhoMissedSomethingIsMailedWhatTheyHaveNotSeenAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world)
		lines  []string // nil: no mail
	}{
		"all that agents wrote":       {func(*world) {}, []string{"first", "second"}},
		"only what is behind a mark":  {func(w *world) { w.marks[""] = 2 }, []string{"second"}},
		"nothing that was read":       {func(w *world) { w.marks[""] = 4 }, nil},
		"nothing that a mail brought": {func(w *world) { w.marks["mail"] = 4 }, nil},
		"only what no mail brought":   {func(w *world) { w.marks["mail"], w.marks[""] = 2, 1 }, []string{"second"}},
		"whatever agents have read":   {func(w *world) { w.marks["usr_anna"] = 4 }, []string{"first", "second"}},
		"nobody without an address":   {func(w *world) { w.conversation.Contact.Email = "" }, nil},
		"nobody who is blocked":       {func(w *world) { w.conversation.Blocked = true }, nil},
		"no spam":                     {func(w *world) { w.conversation.Spam = true }, nil},
		"no suspended business":       {func(w *world) { w.tenant.Suspended = true }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.say(says(mia, "hello"), says(anna, "first"), chat.MessageCompleted{Message: "msg_1", Text: "from the bot"}, says(anna, "second"), says(mia, "bye"))
			c.change(w)
			letter, brought, err := w.loop(nil).write(t.Context(), chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailMissed, Seq: 2})
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(letter); !slices.Equal(got, c.lines) {
				t.Fatalf("%q, want %q", got, c.lines)
			}
			if letter != nil && (brought != 4 || letter.to != "mia@example.com") {
				t.Errorf("brought up to %d, to %s", brought, letter.to)
			}
		})
	}
}

func TestWhoMayTakeIsMailedWhileAVisitorWaitsAndNobodyIsThere(t *testing.T) {
	t.Parallel()
	all := []string{"usr_anna", "usr_owner"}
	addresses := map[string]string{"usr_anna": "anna@acme.example", "usr_owner": "otto@acme.example"}
	for name, c := range map[string]struct {
		change func(w *world)
		users  []string
	}{
		"all who may take it":            {func(*world) {}, all},
		"the one who is asked":           {func(w *world) { w.conversation.Assignee = "usr_anna" }, []string{"usr_anna"}},
		"all, when that one may not":     {func(w *world) { w.conversation.Assignee = "usr_viewer" }, all},
		"all, when that one has left":    {func(w *world) { w.conversation.Assignee = "usr_gone" }, all},
		"nobody when it was taken":       {func(w *world) { w.conversation.Status = chat.WithAgent }, nil},
		"nobody when it is the bot's":    {func(w *world) { w.conversation.Status = chat.WithBot }, nil},
		"nobody when it was closed":      {func(w *world) { w.conversation.Status = chat.Closed }, nil},
		"nobody for spam":                {func(w *world) { w.conversation.Spam = true }, nil},
		"nobody for who is blocked":      {func(w *world) { w.conversation.Blocked = true }, nil},
		"nobody while it is snoozed":     {func(w *world) { w.conversation.Snoozed = time.Now().Add(time.Hour) }, nil},
		"after a snooze":                 {func(w *world) { w.conversation.Snoozed = time.Now().Add(-time.Hour) }, all},
		"nobody of a suspended business": {func(w *world) { w.tenant.Suspended = true }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.say(says(mia, "a person please"))
			w.conversation.Status = chat.Waiting
			c.change(w)
			general := chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailWaiting, Seq: 1}
			for range 2 { // as after a crash
				if letter, _, err := w.loop(nil).write(t.Context(), general); err != nil || letter != nil {
					t.Fatalf("the mail for whoever may take it: %v, %v", letter, err)
				}
			}
			var users []string
			for _, m := range w.planned() {
				users = append(users, m.User)
				letter, _, err := w.loop(nil).write(t.Context(), m)
				if err != nil || letter == nil || letter.to != addresses[m.User] {
					t.Errorf("for %s: %+v, %v", m.User, letter, err)
				}
			}
			slices.Sort(users)
			if !slices.Equal(users, c.users) {
				t.Errorf("planned for %q, want %q", users, c.users)
			}
			for _, m := range w.planned() { // somebody came meanwhile
				w.onDuty = true
				if letter, _, err := w.loop(nil).write(t.Context(), m); err != nil || letter != nil {
					t.Errorf("for %s, when somebody is there: %v, %v", m.User, letter, err)
				}
			}
		})
	}
}

func TestWhoHasTheDashboardOpenIsNotMailedButMayLeaveWithoutTakingAnybody(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(mia, "a person please"))
	w.conversation.Status, w.onDuty = chat.Waiting, true
	general := chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailWaiting, Seq: 1}
	if letter, _, err := w.loop(nil).write(t.Context(), general); err != nil || letter != nil {
		t.Fatalf("while somebody is there: %v, %v", letter, err)
	}
	again := w.planned()
	if len(again) != 1 || again[0].User != "" || again[0].Seq != 1 || time.Until(again[0].Due) < lookAgain/2 {
		t.Fatalf("planned: %+v", again)
	}
	w.onDuty = false
	if _, _, err := w.loop(nil).write(t.Context(), again[0]); err != nil || len(w.planned()) != 3 {
		t.Errorf("when they left: %+v, %v", w.planned(), err)
	}
}

func TestAMailForOneWhoIsNotAskedAnyMoreIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.conversation.Status, w.conversation.Assignee = chat.Waiting, "usr_owner"
	m := chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailWaiting, User: "usr_anna"}
	if letter, _, err := w.loop(nil).write(t.Context(), m); err != nil || letter != nil {
		t.Errorf("%v, %v", letter, err)
	}
}

func TestATranscriptGoesToWhoeverAskedAndOnlyTheVisitorGetsTheLink(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		known, given string
		to           string // empty: no mail
		link         bool
	}{
		"the known address":             {"mia@example.com", "", "mia@example.com", true},
		"the known address, typed":      {"mia@example.com", " Mia@Example.com", " Mia@Example.com", true},
		"another address":               {"mia@example.com", "boss@example.com", "boss@example.com", false},
		"an address, and none is known": {"", "boss@example.com", "boss@example.com", false},
		"none":                          {"", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.conversation.Contact.Email = c.known
			w.say(says(mia, "hello"), says(anna, "good day"))
			letter, _, err := w.loop(nil).write(t.Context(), chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailTranscript, To: c.given})
			if err != nil {
				t.Fatal(err)
			}
			if c.to == "" {
				if letter != nil {
					t.Fatalf("%+v", letter)
				}
				return
			}
			if letter == nil || letter.to != c.to || (letter.Link != "") != c.link || !slices.Equal(texts(letter), []string{"hello", "good day"}) {
				t.Fatalf("%+v", letter)
			}
		})
	}
}

func TestALinkInAVisitorsMailOpensTheirConversation(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(anna, "good day"))
	l := w.loop(nil)
	m := chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailMissed}
	letter, _, err := l.write(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	token, ok := strings.CutPrefix(letter.Link, "https://chat.example/chat/bot_1#")
	claims, err := l.Visitors.Check(token)
	if want := (account.VisitorClaims{Tenant: "tnt_1", Bot: "bot_1", Visitor: "vis_1", Conversation: "cnv_1"}); !ok || err != nil || claims != want {
		t.Errorf("%s: %+v, %v", letter.Link, claims, err)
	}
	w.bot.ID = "bot_2" // the conversation's own was deleted
	if letter, _, err = l.write(t.Context(), m); err != nil || letter.Link != "" || letter.Action != "" {
		t.Errorf("a link to a bot that is gone: %+v, %v", letter, err)
	}
}

func TestAMentionIsMailedWhileItIsUnread(t *testing.T) {
	t.Parallel()
	notes := []chat.Note{
		{Seq: 1, Author: anna, Text: "earlier", Mentions: []string{"usr_owner"}, At: testTime},
		{Seq: 3, Author: anna, Text: "for others", Mentions: []string{"usr_viewer"}, At: testTime},
		{Seq: 3, Author: anna, Text: "please look", Mentions: []string{"usr_viewer", "usr_owner"}, At: testTime},
	}
	for name, c := range map[string]struct {
		change func(w *world)
		lines  []string
	}{
		"unread":                          {func(*world) {}, []string{"please look"}},
		"read":                            {func(w *world) { w.mentions = nil }, nil},
		"read by its user only":           {func(w *world) { w.mentions = []string{"usr_viewer"} }, nil},
		"snoozed, which hides mentions":   {func(w *world) { w.mentions, w.conversation.Snoozed = nil, time.Now().Add(time.Hour) }, []string{"please look"}},
		"spam":                            {func(w *world) { w.conversation.Spam = true }, nil},
		"a member who has left":           {func(w *world) { w.members = w.members[1:] }, nil},
		"a note that went with a visitor": {func(w *world) { w.notes = nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.notes, w.mentions = notes, []string{"usr_owner"}
			c.change(w)
			letter, _, err := w.loop(nil).write(t.Context(), chat.Mail{ID: "mai_1", Ref: testRef, Kind: chat.MailMention, User: "usr_owner", Seq: 3})
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(letter); !slices.Equal(got, c.lines) {
				t.Fatalf("%q, want %q", got, c.lines)
			}
			if letter != nil && (letter.to != "otto@acme.example" || letter.Link != "https://chat.example/conversations/cnv_1") {
				t.Errorf("%+v", letter)
			}
		})
	}
}

func TestWhatCannotBeReadIsNoReasonToDropAMail(t *testing.T) {
	t.Parallel()
	for _, kind := range []chat.MailKind{chat.MailMissed, chat.MailWaiting, chat.MailTranscript, chat.MailMention} {
		w := newWorld()
		w.conversation.Status = chat.Waiting
		w.failing = errBroken
		if _, _, err := w.loop(nil).write(t.Context(), chat.Mail{Ref: testRef, Kind: kind}); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// texts are what a letter's lines say; nil: there is no letter.
func texts(l *letter) (texts []string) {
	if l == nil {
		return nil
	}
	for _, line := range l.Lines {
		texts = append(texts, line.Text)
	}
	return texts
}

func TestWhoIsCalledAsTheirBusinessIsNotNamedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(chat.Author{Kind: chat.ByAgent, ID: "usr_owner", Name: "Acme"}, "hello"))
	letter, _, err := w.loop(nil).write(t.Context(), chat.Mail{Ref: testRef, Kind: chat.MailMissed})
	if err != nil || letter.subject != "Acme wrote to you" {
		t.Errorf("%+v, %v", letter, err)
	}
}
