package check

import (
	"encoding/json"
	"testing"
	"time"

	"parley/e2e/client"
)

func taken(agent string) client.Event {
	e := status("agent")
	e.Data.Agent.Name = agent
	return e
}

func wrote(agent, id string) client.Event {
	e := created(id)
	e.Data.Author = client.Author{Kind: "agent", Name: agent}
	return e
}

func TestWhoeverSpeaksWithoutHavingTheConversationIsFound(t *testing.T) {
	t.Parallel()
	delta := client.Event{Type: "message.delta"}
	for name, test := range map[string]struct {
		log    []client.Event
		breach string
	}{
		"in turn":             {history(created("a"), started("x", "a", 1), delta, interrupted("x", "takeover", "H"), taken("Ada"), wrote("Ada", "b"), created("c"), status("bot"), started("y", "c", 1)), ""},
		"a word too late":     {history(created("a"), taken("Ada"), delta), "message.delta (seq 3) while it is agent Ada"},
		"an end too late":     {history(created("a"), started("x", "a", 1), status("waiting"), completed("x")), "message.completed (seq 4) while it is waiting"},
		"a colleague":         {history(created("a"), taken("Ada"), taken("Ben"), wrote("Ada", "b")), "Ada writes (seq 4) while it is agent Ben"},
		"nobody":              {history(created("a"), wrote("Ada", "b")), "Ada writes (seq 2) while it is bot"},
		"begun after closing": {history(created("a"), status("closed"), started("x", "a", 1)), "message.started (seq 3) while it is closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, Fence(test.log), test.breach)
		})
	}
}

func TestWhatAnAgentWasShownIsComparedWithTheLog(t *testing.T) {
	t.Parallel()
	log := history(created("a"), taken("Ada"), wrote("Ada", "b"))
	named := func(e client.Event) client.Shown {
		var frame map[string]any
		if err := json.Unmarshal(e.Raw, &frame); err != nil {
			t.Fatal(err)
		}
		frame["conversation"] = "cnv_1"
		e.Raw, _ = json.Marshal(frame)
		return client.Shown{Event: e}
	}
	one, two, three := named(log[0]), named(log[1]), named(log[2])
	other := three
	other.Raw = two.Raw
	beyond := three
	beyond.Seq = 4
	for name, test := range map[string]struct {
		shown  []client.Shown
		breach string
	}{
		"all":        {[]client.Shown{one, two, three}, ""},
		"some again": {[]client.Shown{one, two, two, three}, ""},
		"a gap":      {[]client.Shown{one, three}, "event 3 behind 1"},
		"another":    {[]client.Shown{one, two, other}, "was shown to an agent, the log has"},
		"too few":    {[]client.Shown{one, two}, "2 events of 3"},
		"too many":   {[]client.Shown{one, two, three, beyond}, "the log has 3 events"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			frames, breaches := Shown(test.shown, log)
			expect(t, breaches, test.breach)
			if test.breach == "" && len(frames) != 3 {
				t.Errorf("got %d frames", len(frames))
			}
		})
	}
}

func TestAgentsMessagesThatAreLostDoubledOrStrangeAreFound(t *testing.T) {
	t.Parallel()
	log := history(created("a"), taken("Ada"), wrote("Ada", "b"), wrote("Ada", "c"))
	begun := time.Now()
	message := func(id string, seq int64, after time.Duration) Written {
		return Written{Agent: "Ada", ClientID: id, Text: "Hi, " + id, Told: client.Told{
			First: begun.Add(after), At: begun.Add(after + time.Second), Receipt: client.Receipt{Seq: seq, Message: "msg_" + id},
		}}
	}
	b, c := message("b", 3, 0), message("c", 4, 2*time.Second)
	refused := func(w Written) Written {
		w.Told.Refusal = &client.RefusedTo{Refused: client.Refused{Code: "not_yours"}}
		return w
	}
	foreign := c
	foreign.Agent = "Ben"
	for name, test := range map[string]struct {
		written []Written
		log     []client.Event
		breach  string
	}{
		"as written":            {[]Written{b, c}, log, ""},
		"refused":               {[]Written{b, c, refused(message("d", 0, 0))}, log, ""},
		"refused and kept":      {[]Written{b, refused(c)}, log, "c was refused (not_yours), and is event 4"},
		"lost":                  {[]Written{b, c, message("d", 5, 0)}, log, "d was acknowledged as {Seq:5 Message:msg_d}, and is there 0 times"},
		"twice":                 {[]Written{b, c}, history(created("a"), taken("Ada"), wrote("Ada", "b"), wrote("Ada", "c"), wrote("Ada", "c")), "and is there 2 times"},
		"elsewhere":             {[]Written{b, message("c", 5, 0)}, log, "but is event 4"},
		"of somebody else":      {[]Written{b, foreign}, log, "c of Ben is kept as"},
		"never written":         {[]Written{b}, log, `event 4 is a message "c" that no agent sent`},
		"before its forerunner": {[]Written{message("b", 3, 5*time.Second), c}, log, "b is event 3, but c was acknowledged as 4 before it was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, Replies(test.written, test.log), test.breach)
		})
	}
}

func TestClaimsThatTheLogDeniesAreFound(t *testing.T) {
	t.Parallel()
	log := history(created("a"), taken("Ada"), status("bot"), status("waiting"))
	begun := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	at := func(second int) time.Time { return begun.Add(time.Duration(second) * time.Second) }
	for i := range log {
		log[i].At = at(10 * i) // Ada has it from 10 to 20, it waits since 30
	}
	told := func(from, to int, holds func(status, agent string) bool) Claim {
		return Claim{What: "it is told", From: at(from), To: at(to), Holds: holds}
	}
	ben := &client.RefusedTo{Message: "Ada has this conversation."}
	for name, test := range map[string]struct {
		claim  Claim
		breach string
	}{
		"taken then":         {told(9, 11, Has("Ada")), ""},
		"had already":        {told(12, 13, Has("Ada")), ""},
		"lost meanwhile":     {told(19, 40, Has("Ada")), ""},
		"not yet":            {told(1, 9, Has("Ada")), "it is told, between 02:00:01.000 and 02:00:09.000, but then it was bot"},
		"not any more":       {told(21, 40, Has("Ada")), "but then it was bot, then waiting"},
		"somebody else":      {told(12, 13, Has("Ben")), "but then it was agent Ada"},
		"waits":              {told(40, 50, Is("waiting")), ""},
		"with the bot first": {told(-5, 5, Is("bot")), ""},
		"refused by Ada's":   {told(12, 13, TakenBy(ben, "Ben")), ""},
		"refused to Ada":     {told(12, 13, TakenBy(ben, "Ada")), "but then it was agent Ada"},
		"refused for nobody": {told(22, 23, TakenBy(ben, "Ben")), "but then it was bot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, Claims([]Claim{test.claim}, log), test.breach)
		})
	}
}

func TestColumnsOfTheDeskThatTheLogDeniesAreFound(t *testing.T) {
	t.Parallel()
	users := map[string]string{"Ada": "usr_a", "Ben": "usr_b"}
	with, waits, bot := history(created("a"), taken("Ada")), history(created("a"), status("waiting")), history(created("a"))
	for name, test := range map[string]struct {
		log    []client.Event
		kept   Kept
		breach string
	}{
		"with Ada":              {with, Kept{Assignee: "usr_a"}, ""},
		"with Ada, of Ben":      {with, Kept{Assignee: "usr_b"}, `Ada (usr_a) has it, and it is assigned to "usr_b"`},
		"with Ada, and waits":   {with, Kept{Assignee: "usr_a", Waits: true}, "that it waits is true"},
		"waits":                 {waits, Kept{Waits: true}, ""},
		"waits for Ben":         {waits, Kept{Waits: true, Assignee: "usr_b"}, ""},
		"waits for a stranger":  {waits, Kept{Waits: true, Assignee: "usr_x"}, "nobody's id"},
		"waits since no time":   {waits, Kept{}, "it is waiting, and that it waits is false"},
		"with the bot":          {bot, Kept{}, ""},
		"with the bot, of Ada":  {bot, Kept{Assignee: "usr_a"}, `it is bot, and assigned to "usr_a"`},
		"with the bot, waiting": {bot, Kept{Waits: true}, "it is bot, and that it waits is true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, Desk(test.log, test.kept, users), test.breach)
		})
	}
}

func TestMailsThatTheLogDoesNotWantAreFound(t *testing.T) {
	t.Parallel()
	log := history(created("a"), status("waiting"), taken("Ada"), wrote("Ada", "b"), wrote("Ada", "c"), status("waiting"))
	missed, waiting := KeptMail{"missed", 4, ""}, KeptMail{"waiting", 2, ""}
	expect(t, Mails(log, Kept{Mails: []KeptMail{missed, waiting}}), "")
	expect(t, Mails(log, Kept{Mails: []KeptMail{missed}}), "no mail waiting is planned, which event 2 wants")
	expect(t, Mails(log, Kept{Mails: []KeptMail{missed, waiting, waiting}}), "the log wants those of")
	expect(t, Mails(log, Kept{Mails: []KeptMail{{"missed", 5, ""}, waiting}}), "{Kind:missed Seq:5 User:} is planned")
}
