package actors

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/chat"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday

func waiter(conversation, bot, assignee string) chat.Waiter {
	return chat.Waiter{Ref: chat.Ref{Tenant: "tnt_1", Conversation: conversation}, Bot: bot, Assignee: assignee}
}

// offered is a waiter whom a desk has offered to an agent.
func offered(conversation, assignee string) chat.Waiter {
	w := waiter(conversation, "auto", assignee)
	w.Offered = true
	return w
}

var (
	byHand = &chat.Bot{ID: "hand"}
	dealt  = &chat.Bot{ID: "auto", Settings: chat.Settings{AutoAssign: true, Capacity: 2}}
	shut   = &chat.Bot{ID: "shut", Settings: chat.Settings{AutoAssign: true}, Appearance: chat.Appearance{
		Hours: chat.Hours{Week: []chat.OpenHours{{Day: "tue", From: "09:00", To: "17:00"}}}}}
	lineBots = map[string]*chat.Bot{"hand": byHand, "auto": dealt, "shut": shut, "gone": nil}

	ada, ben, cleo = Colleague{"usr_ada", "Ada", true}, Colleague{"usr_ben", "Ben", true}, Colleague{"usr_cleo", "Cleo", false}
)

func TestWhoWaitsIsToldTheirPlace(t *testing.T) {
	t.Parallel()
	line := []chat.Waiter{waiter("a", "hand", ""), waiter("b", "shut", ""), waiter("c", "gone", "")}
	opens := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		on   []Colleague
		want map[string]chat.Place
	}{
		{"somebody is there", []Colleague{ada, cleo}, map[string]chat.Place{
			"a": {Position: 1}, "b": {Position: 2, Absence: chat.OutsideHours, Opens: opens}, "c": {Position: 3}}},
		{"who is there takes none", []Colleague{cleo}, map[string]chat.Place{
			"a": {Position: 1, Absence: chat.NobodyOnDuty}, "b": {Position: 2, Absence: chat.OutsideHours, Opens: opens}, "c": {Position: 3, Absence: chat.NobodyOnDuty}}},
	} {
		if diff := cmp.Diff(c.want, places(line, lineBots, c.on, noon)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestTheDeskAsksWhoeverIsFree(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		line   []chat.Waiter
		on     []Colleague
		loads  map[string]int
		before map[string]asked
		want   []string // conversation → user
	}{
		{"the one with the fewest", []chat.Waiter{waiter("a", "auto", "")}, []Colleague{ada, ben}, map[string]int{"usr_ada": 1}, nil, []string{"a → usr_ben"}},
		{"one after the other", []chat.Waiter{waiter("a", "auto", ""), waiter("b", "auto", "")}, []Colleague{ada, ben}, nil, nil, []string{"a → usr_ada", "b → usr_ben"}},
		{"not over capacity", []chat.Waiter{waiter("a", "auto", "")}, []Colleague{ada}, map[string]int{"usr_ada": 2}, nil, nil},
		{"what an agent is asked to take counts", []chat.Waiter{waiter("a", "hand", "usr_ada"), waiter("b", "hand", "usr_ada"), waiter("c", "auto", "")}, []Colleague{ada}, nil, nil, nil},
		{"not who is away", []chat.Waiter{waiter("a", "auto", "")}, []Colleague{cleo}, nil, nil, nil},
		{"not where people assign by hand", []chat.Waiter{waiter("a", "hand", ""), waiter("b", "gone", "")}, []Colleague{ada}, nil, nil, nil},
		{"not outside business hours", []chat.Waiter{waiter("a", "shut", "")}, []Colleague{ada}, nil, nil, nil},
		{"who was asked has a while", []chat.Waiter{waiter("a", "auto", "usr_ada")}, []Colleague{ada, ben}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon.Add(-offerFor / 2)}}, nil},
		{"an offer that is being written is not made to another", []chat.Waiter{waiter("a", "auto", ""), waiter("b", "auto", "")}, []Colleague{ada, ben}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon.Add(-time.Second)}}, []string{"b → usr_ben"}},
		{"one that was not kept is made anew", []chat.Waiter{waiter("a", "auto", "")}, []Colleague{ada, ben}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon.Add(-offerKept)}}, []string{"a → usr_ben"}},
		{"then another is asked", []chat.Waiter{waiter("a", "auto", "usr_ada")}, []Colleague{ada, ben}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon.Add(-offerFor)}}, []string{"a → usr_ben"}},
		{"and at once when they left", []chat.Waiter{waiter("a", "auto", "usr_ada")}, []Colleague{ben}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon}}, []string{"a → usr_ben"}},
		{"nobody, when nobody is left", []chat.Waiter{waiter("a", "auto", "usr_ada")}, nil, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon}}, []string{"a → "}},
		{"the first again when all were asked", []chat.Waiter{waiter("a", "auto", "usr_ben")}, []Colleague{ada, ben}, nil,
			map[string]asked{"a": {[]string{"usr_ada", "usr_ben"}, noon.Add(-offerFor)}}, []string{"a → usr_ada"}},
		{"the only one stays asked", []chat.Waiter{waiter("a", "auto", "usr_ada")}, []Colleague{ada}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon.Add(-offerFor)}}, nil},
		{"what a desk before this one offered is looked at again later", []chat.Waiter{offered("a", "usr_cleo")}, []Colleague{ada}, nil, nil, nil},
		{"what a person assigned stays", []chat.Waiter{waiter("a", "auto", "usr_cleo")}, []Colleague{ada}, nil,
			map[string]asked{"a": {[]string{"usr_ada"}, noon.Add(-offerFor)}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wishes, _ := deal(c.line, lineBots, c.on, c.loads, c.before, noon)
			var got []string
			for _, w := range wishes {
				got = append(got, w.ref.Conversation+" → "+w.to)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnOfferIsTakenBackThoughTheDeskThatMadeItHasForgotten(t *testing.T) {
	t.Parallel()
	line := []chat.Waiter{offered("a", "usr_cleo"), waiter("b", "auto", "usr_cleo")}
	wishes, memory := deal(line, lineBots, []Colleague{ada, cleo}, nil, nil, noon)
	if len(wishes) != 0 {
		t.Errorf("whoever was asked is given no time to come back: %v", wishes)
	}
	wishes, _ = deal(line, lineBots, []Colleague{ada, cleo}, nil, memory, noon.Add(deskEvery))
	if len(wishes) != 1 || wishes[0].ref.Conversation != "a" || wishes[0].to != "usr_ada" {
		t.Errorf("an agent who is away is asked for ever, or a person's choice was changed: %v", wishes)
	}
}

// Whatever the line: nobody who is away or full is asked, and everybody's turn comes within a round.
func TestTheDeskAsksNobodyInVain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		agents := rapid.IntRange(0, 4).Draw(t, "agents")
		var on []Colleague
		for i := range agents {
			on = append(on, Colleague{fmt.Sprint("usr_", i), fmt.Sprint("agent ", i), rapid.Bool().Draw(t, "available")})
		}
		var line []chat.Waiter
		for i := range rapid.IntRange(0, 8).Draw(t, "waiting") {
			line = append(line, waiter(fmt.Sprint("c", i), "auto", ""))
		}
		free := map[string]bool{}
		for _, c := range on {
			free[c.ID] = c.Available
		}
		var memory map[string]asked
		now := noon
		for range 5 {
			var wishes []offer
			wishes, memory = deal(line, lineBots, on, nil, memory, now)
			for _, w := range wishes {
				for i := range line {
					if line[i].Conversation == w.ref.Conversation {
						line[i].Assignee = w.to
					}
				}
			}
			load := map[string]int{}
			for _, w := range line {
				if w.Assignee != "" {
					load[w.Assignee]++
					if !free[w.Assignee] {
						t.Fatalf("%s is away and is asked", w.Assignee)
					}
				}
			}
			for user, n := range load {
				if n > dealt.Settings.Capacity {
					t.Fatalf("%s is asked to take %d", user, n)
				}
			}
			now = now.Add(offerFor)
		}
	})
}

func TestAskingForAPerson(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Can I talk to a human?", "I'd like to speak with someone please", "i want a real person", "HUMAN", "agent please", "connect me to an agent",
		"Could I have a human?", "Ich möchte mit einem Mitarbeiter sprechen", "Kann ich mit einem echten Menschen reden?", "Einen Menschen bitte",
		"Je voudrais parler à un conseiller", "Quiero hablar con un agente", "Quero falar com um atendente", "Vorrei parlare con un operatore",
		"Ik wil met een medewerker spreken", "Please refund me: my broker will call",
	} {
		if !asksForPerson(text, []string{"refund me"}) {
			t.Errorf("not understood: %q", text)
		}
	}
	for _, text := range []string{
		"", "How do I return shoes?", "Is your agent software any good?", "I do not want to talk to a human", "Ich will nicht mit einem Mitarbeiter sprechen",
		"Which person do I name on the form?", "What does a human resources plan cost?", "Does the price include an operator?", "refunds", "Can I talk to my dog through the camera?",
		"The agent told me yesterday that I would get my parcel within three days, and now it is a week and I wonder whether I should talk to someone at the post office about it.",
	} {
		if asksForPerson(text, []string{"refund"}) {
			t.Errorf("taken for the wish for a person: %q", text)
		}
	}
}
