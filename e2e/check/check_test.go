package check

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"parley/e2e/client"
	"parley/llm/llmtest"
)

// history returns a log of these events.
func history(events ...client.Event) []client.Event {
	for i := range events {
		events[i].Seq = int64(i) + 1
		events[i].Raw, _ = json.Marshal(events[i])
	}
	return events
}

func created(id string) client.Event {
	return client.Event{Type: "message.created", Data: client.Data{
		Message: "msg_" + id, Author: client.Author{Kind: "visitor"}, ClientID: id, Text: "Hi, " + id,
	}}
}

func started(message, question string, attempt int) client.Event {
	return client.Event{Type: "message.started", Data: client.Data{Message: message, Question: "msg_" + question, Attempt: attempt}}
}

func completed(message string) client.Event {
	return client.Event{Type: "message.completed", Data: client.Data{Message: message, Text: "Hello"}}
}

func interrupted(message, reason, text string) client.Event {
	return client.Event{Type: "message.interrupted", Data: client.Data{Message: message, Reason: reason, Text: text}}
}

func status(to string) client.Event {
	return client.Event{Type: "status.changed", Data: client.Data{Status: to}}
}

// expect fails unless one of the breaches speaks of want; "" wants none.
func expect(t *testing.T, breaches []string, want string) {
	t.Helper()
	if want == "" && len(breaches) > 0 {
		t.Errorf("found %q where all is well", breaches)
	}
	if !strings.Contains(strings.Join(breaches, "\n"), want) {
		t.Errorf("found %q, want %q", breaches, want)
	}
}

func TestAGapInTheLogIsFound(t *testing.T) {
	t.Parallel()
	log := history(created("a"), started("x", "a", 1), completed("x"))
	expect(t, Order(log), "")
	log[2].Seq = 4
	expect(t, Order(log), "event 3 of the log has seq 4")
}

func TestMessagesThatAreLostDoubledOrStrangeAreFound(t *testing.T) {
	t.Parallel()
	a := client.Sent{ClientID: "a", Text: "Hi, a", Receipt: &client.Receipt{Seq: 1, Message: "msg_a"}}
	asked := history(created("a"))
	agent := created("agent")
	agent.Data.Author.Kind = "agent"
	for name, test := range map[string]struct {
		sent   []client.Sent
		log    []client.Event
		breach string
	}{
		"as sent":         {[]client.Sent{a}, asked, ""},
		"of an agent":     {[]client.Sent{a}, history(created("a"), agent), ""},
		"lost":            {[]client.Sent{a, {ClientID: "b", Receipt: &client.Receipt{}}}, asked, "b was acknowledged as {Seq:0 Message:}, and is lost"},
		"no ack":          {[]client.Sent{{ClientID: "a", Text: "Hi, a"}}, asked, "a was never acknowledged"},
		"another seq":     {[]client.Sent{{ClientID: "a", Text: "Hi, a", Receipt: &client.Receipt{Seq: 2, Message: "msg_a"}}}, asked, "but is event 1"},
		"another message": {[]client.Sent{{ClientID: "a", Text: "Hi, a", Receipt: &client.Receipt{Seq: 1, Message: "msg_b"}}}, asked, "but is event 1"},
		"another text":    {[]client.Sent{{ClientID: "a", Text: "Ho", Receipt: a.Receipt}}, asked, `was sent as "Ho"`},
		"of nobody":       {nil, asked, `a message "a" that nobody sent`},
		"twice":           {[]client.Sent{a}, history(created("a"), created("a")), "is there 2 times"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, Messages(test.sent, test.log), test.breach) })
	}
}

func TestMessagesOutOfOrderAreFound(t *testing.T) {
	t.Parallel()
	at := func(seq, behind int64, refusal string) client.Sent {
		return client.Sent{ClientID: "a", Receipt: &client.Receipt{Seq: seq}, Behind: behind, Refusal: refusal}
	}
	for name, test := range map[string]struct {
		sent   []client.Sent
		breach string
	}{
		"in order":               {[]client.Sent{at(1, 0, ""), at(2, 1, "")}, ""},
		"at once":                {[]client.Sent{at(1, 0, ""), at(2, 0, "")}, ""},
		"refused and sent again": {[]client.Sent{at(3, 0, "too_many_waiting"), at(2, 0, "")}, ""},
		"not acknowledged":       {[]client.Sent{{ClientID: "a"}, at(2, 0, "")}, ""},
		"overtaken":              {[]client.Sent{at(3, 0, ""), at(2, 0, "")}, "one that was sent before it is 3"},
		"before its past":        {[]client.Sent{at(3, 0, ""), at(2, 3, "rate_limited")}, "when 3 had been acknowledged"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, Sequence(test.sent), test.breach) })
	}
}

func TestAViewThatIsNotTheLogIsFound(t *testing.T) {
	t.Parallel()
	right := func() []client.Event { return history(created("a"), started("x", "a", 1), completed("x")) }
	expect(t, View(right(), right()), "")
	expect(t, View(right()[:2], right()), "2 events of 3 were seen")
	other := right()
	other[2].Raw = json.RawMessage(`{"type":"message.completed","data":{"text":"else"}}`)
	expect(t, View(other, right()), "else")
}

func TestEachWrongAnswerIsFound(t *testing.T) {
	t.Parallel()
	right := []client.Event{created("a"), started("x", "a", 1), completed("x")}
	then := func(more ...client.Event) []client.Event { return history(slices.Concat(right, more)...) }
	empty := completed("y")
	empty.Data.Text = ""
	var (
		no     Allow
		lost   = Allow{Lost: true}
		failed = Allow{Failed: true}
		people = Allow{People: true}
	)
	for name, test := range map[string]struct {
		log    []client.Event
		allow  Allow
		breach string
	}{
		"answered":                      {then(), no, ""},
		"lost once":                     {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", ""), started("z", "b", 2), completed("z")), lost, ""},
		"lost twice":                    {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", ""), started("z", "b", 2), interrupted("z", "failed", "")), lost, ""},
		"failed and asked again":        {then(created("b"), started("y", "b", 1), interrupted("y", "failed", "He"), started("z", "b", 1), completed("z")), failed, ""},
		"a person took over":            {then(created("b"), started("y", "b", 1), interrupted("y", "takeover", "He"), status("agent"), created("c"), status("bot")), people, ""},
		"never answered":                {then(created("b")), no, "msg_b was never answered"},
		"never answered by the bot":     {then(status("waiting"), status("bot"), created("b")), people, "msg_b was never answered"},
		"answered twice":                {then(started("y", "a", 2), completed("y")), failed, "answered again after it had been answered"},
		"an answer without end":         {then(created("b"), started("y", "b", 1)), no, "y never ended"},
		"two at a time":                 {then(created("b"), started("y", "b", 1), started("z", "b", 1), completed("z")), no, "while y is open"},
		"an end without a start":        {then(completed("y")), no, `ends y, but "" is open`},
		"an answer to no question":      {then(started("y", "q", 1), completed("y")), no, "which nobody asked"},
		"out of turn":                   {then(created("b"), created("c"), started("y", "c", 1), completed("y"), started("z", "b", 1), completed("z")), no, "msg_b was answered behind msg_c"},
		"without text":                  {then(created("b"), started("y", "b", 1), empty), no, "y was completed without text"},
		"lost though nothing died":      {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", ""), started("z", "b", 2), completed("z")), no, "though no process died"},
		"lost with text":                {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", "He"), started("z", "b", 2), completed("z")), lost, "but has text"},
		"lost and forgotten":            {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", "")), lost, "was not answered again"},
		"lost for ever":                 {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", ""), started("z", "b", 2), interrupted("z", "node_lost", "")), lost, "does not say that it failed"},
		"an attempt that does not say":  {then(created("b"), started("y", "b", 1), interrupted("y", "node_lost", ""), started("z", "b", 1), completed("z")), lost, "2 was next"},
		"given up at once":              {then(created("b"), started("y", "b", 1), interrupted("y", "failed", "")), lost, "y failed at attempt 1"},
		"interrupted by nobody":         {then(created("b"), started("y", "b", 1), interrupted("y", "stopped", "He")), no, "by nobody"},
		"answered though it was halted": {then(created("b"), started("y", "b", 1), interrupted("y", "stopped", "He"), started("z", "b", 1), completed("z")), people, "after it had been interrupted"},
		"an unknown reason":             {then(created("b"), started("y", "b", 1), interrupted("y", "weather", "He")), people, "unknown reason"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, Answers(test.log, test.allow), test.breach) })
	}
}

func TestAnswersThatAreNotTheModelsAreFound(t *testing.T) {
	t.Parallel()
	log := history(created("a"), started("x", "a", 1), completed("x"))
	expect(t, Texts(log, func(string) string { return "Hello" }), "")
	expect(t, Texts(log, func(question string) string { return "Hello, " + question }), `the model wrote "Hello, Hi, a"`)
}

func TestCallsTooManyAndTooFewAreFound(t *testing.T) {
	t.Parallel()
	logs := [][]client.Event{history(created("a"), started("x", "a", 1), completed("x"))}
	call := llmtest.Call{Question: "Hi, a", Stream: true}
	stranger := llmtest.Call{Question: "Ho", Stream: true}
	for name, test := range map[string]struct {
		calls  []llmtest.Call
		allow  Allow
		breach string
	}{
		"once":                {[]llmtest.Call{call, {Question: "Sum up."}}, Allow{}, ""},
		"not at all":          {nil, Allow{}, "called 0 times for 1 answers"},
		"not before it died":  {nil, Allow{Lost: true}, ""},
		"twice":               {[]llmtest.Call{call, call}, Allow{Lost: true}, "called 2 times for 1 answers"},
		"tried again":         {[]llmtest.Call{call, call}, Allow{Failed: true}, ""},
		"tried without end":   {[]llmtest.Call{call, call, call, call}, Allow{Failed: true}, "called 4 times"},
		"for no answer begun": {[]llmtest.Call{call, stranger}, Allow{Failed: true}, "which no answer was begun to"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, Calls(logs, test.calls, test.allow), test.breach) })
	}
}

func TestRowsThatSayOtherThanTheLogAreFound(t *testing.T) {
	t.Parallel()
	log := history(
		created("a"), started("x", "a", 1), completed("x"),
		created("b"), started("y", "b", 1), interrupted("y", "node_lost", ""), started("z", "b", 2), interrupted("z", "failed", ""),
		started("w", "b", 1), interrupted("w", "failed", "He"),
	)
	right := func() Kept {
		kept := Kept{Head: 10, Status: "bot", Answers: []KeptAnswer{
			{2, "x", "msg_a", 1, true, "completed", ""},
			{5, "y", "msg_b", 1, false, "interrupted", "node_lost"}, // given back when its second attempt failed
			{7, "z", "msg_b", 2, false, "interrupted", "failed"},
			{9, "w", "msg_b", 1, true, "interrupted", "failed"}, // it showed something
		}}
		for _, e := range log {
			kept.Events = append(kept.Events, KeptEvent{e.Seq, e.Type, e.Data.Message, e.Data.ClientID})
		}
		return kept
	}
	for name, test := range map[string]struct {
		spoil  func(*Kept)
		breach string
	}{
		"the same":         {func(*Kept) {}, ""},
		"another head":     {func(k *Kept) { k.Head = 9 }, "the head is 9"},
		"owed":             {func(k *Kept) { k.Unfinished = true }, "an answer is owed"},
		"another status":   {func(k *Kept) { k.Status = "closed" }, "says closed"},
		"an event less":    {func(k *Kept) { k.Events = k.Events[:9] }, "rows of 9 events"},
		"another event":    {func(k *Kept) { k.Events[0].ClientID = "z" }, "ClientID:z"},
		"an answer less":   {func(k *Kept) { k.Answers = k.Answers[:3] }, "rows of 3 answers"},
		"open for ever":    {func(k *Kept) { k.Answers[0].State = "open" }, "State:open"},
		"not charged":      {func(k *Kept) { k.Answers[0].Charged = false }, "Charged:false"},
		"charged twice":    {func(k *Kept) { k.Answers[2].Charged = true }, "Charged:true"},
		"never given back": {func(k *Kept) { k.Answers[1].Charged = true }, "Charged:true"},
	} {
		t.Run(name, func(t *testing.T) {
			kept := right()
			test.spoil(&kept)
			expect(t, Columns(log, kept), test.breach)
		})
	}
}
