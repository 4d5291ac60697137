package client

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

const (
	readyFrame = `{"ref":"open","type":"session.ready","data":{"token":"t","conversation":"cnv_1","seq":$,"recovered":true}}`
	created    = `{"seq":1,"at":"2026-11-22T08:00:00.000Z","type":"message.created","data":{"message":"msg_1","author":{"kind":"visitor"},"text":"Hi","client_id":"v-1"}}`
	started    = `{"seq":2,"at":"2026-11-22T08:00:00.000Z","type":"message.started","data":{"message":"msg_2","question":"msg_1","attempt":1}}`
	completed  = `{"seq":3,"at":"2026-11-22T08:00:00.000Z","type":"message.completed","data":{"message":"msg_2","text":"Hello"}}`
	again      = `{"seq":4,"at":"2026-11-22T08:00:00.000Z","type":"message.started","data":{"message":"msg_3","question":"msg_1","attempt":1}}`
	lost       = `{"seq":3,"at":"2026-11-22T08:00:00.000Z","type":"message.interrupted","data":{"message":"msg_2","text":"","reason":"node_lost"}}`
)

// An answer of the second attempt, and the failure of one of which nothing is kept.
var (
	second = strings.Replace(started, `"attempt":1`, `"attempt":2`, 1)
	failed = strings.Replace(lost, "node_lost", "failed", 1)
)

// cut stands where a connection ended and the next one was opened.
const cut = "cut"

func head(seq string) string { return strings.Replace(readyFrame, "$", seq, 1) }

func delta(index, text string) string {
	return `{"type":"message.delta","data":{"message":"msg_2","index":` + index + `,"text":"` + text + `"}}`
}

func snapshot(text string) string {
	return `{"type":"message.snapshot","data":{"message":"msg_2","text":"` + text + `"}}`
}

// told returns a visitor who received the frames.
func told(t *testing.T, frames ...string) *Visitor {
	t.Helper()
	v := New(Options{Name: "v"})
	for _, raw := range frames {
		if raw == cut {
			v.opening(nil)
			continue
		}
		f := frame{}
		if err := json.Unmarshal([]byte(raw), &f); err != nil {
			t.Fatal(err)
		}
		v.receive(nil, f)
	}
	return v
}

func TestAVisitorSeesEachBreachOfTheContract(t *testing.T) {
	for name, test := range map[string]struct {
		frames []string
		breach string // "" : none
	}{
		"an answer":              {[]string{head("0"), created, started, delta("0", "Hel"), delta("3", "lo"), completed}, ""},
		"a resume in mid-answer": {[]string{head("2"), created, started, snapshot("Hel"), delta("3", "lo"), completed}, ""},
		"a resume after it":      {[]string{head("3"), created, started, completed}, ""},
		"a lost node":            {[]string{head("0"), created, started, delta("0", "Hel"), lost}, ""},
		"lost for good":          {[]string{head("0"), created, second, delta("0", "Hel"), failed}, ""},
		"failed and forgotten":   {[]string{head("0"), created, started, delta("0", "Hel"), failed}, `"Hel" was shown`},
		"a gap":                  {[]string{head("0"), created, completed}, "seq 3 came, 2 was next"},
		"a repetition":           {[]string{head("0"), created, created}, "seq 1 came, 2 was next"},
		"an answer taken back":   {[]string{head("0"), created, started, delta("0", "Help"), cut, head("2"), snapshot("Hel")}, `"Help" was shown before the cut`},
		"another end":            {[]string{head("0"), created, started, delta("0", "Help"), cut, head("3"), completed}, `"Help" was shown before the cut`},
		"a cut":                  {[]string{head("0"), created, started, delta("0", "Hel"), cut, head("3"), completed}, ""},
		"a missing delta":        {[]string{head("0"), created, started, delta("0", "Hel"), delta("4", "o")}, "index 4 behind 3"},
		"no snapshot":            {[]string{head("2"), created, started, delta("3", "lo")}, "outside of its answer"},
		"another text":           {[]string{head("0"), created, started, delta("0", "Help"), completed}, `"Help" was shown`},
		"deltas withheld":        {[]string{head("0"), created, started, completed}, `"" was shown`},
		"a log that shrank":      {[]string{head("0"), created, head("0")}, "head is 0"},
		"another log":            {[]string{head("0"), created, strings.Replace(head("1"), "true", "false", 1)}, "is another"},
		"another conversation":   {[]string{head("0"), strings.Replace(head("0"), "cnv_1", "cnv_2", 1)}, "became cnv_2"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(told(t, test.frames...).Violations(), "; ")
			if test.breach == "" && got != "" || !strings.Contains(got, test.breach) {
				t.Errorf("got %q, want %q", got, test.breach)
			}
		})
	}
}

func TestAVisitorIsSettledOnceEveryQuestionWasAnswered(t *testing.T) {
	for name, test := range map[string]struct {
		frames []string
		want   bool
	}{
		"asked":             {[]string{head("0"), created}, false},
		"being answered":    {[]string{head("0"), created, started}, false},
		"answered":          {[]string{head("3"), created, started, completed}, true},
		"the answer broke":  {[]string{head("3"), created, started, lost}, false},
		"tried again":       {[]string{head("3"), created, started, strings.Replace(lost, "node_lost", "failed", 1), again}, false},
		"the answer failed": {[]string{head("3"), created, started, strings.Replace(lost, "node_lost", "failed", 1)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := told(t, test.frames...).settled(); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
	v := told(t, head("0"))
	v.Send(t.Context(), "Hi")
	if v.settled() {
		t.Error("settled without an ack")
	}
}

func TestWhoeverAsksHearsWhatBecameOfIt(t *testing.T) {
	answer := func(kind, data string) error {
		v, c := New(Options{}), &connection{asks: map[string]chan error{"ask-1": make(chan error, 1)}}
		waits := c.asks["ask-1"]
		v.current = c
		f := frame{}
		if err := json.Unmarshal([]byte(`{"ref":"ask-1","type":"`+kind+`","data":`+data+`}`), &f); err != nil {
			t.Fatal(err)
		}
		v.receive(c, f)
		v.mu.Lock()
		c.unanswered()
		v.mu.Unlock()
		return <-waits
	}
	if err := answer("ack", `{}`); err != nil {
		t.Errorf("an ack is told as %v", err)
	}
	var refused *Refused
	if err := answer("error", `{"code":"answering","retry_after":2}`); !errors.As(err, &refused) || *refused != (Refused{"answering", 2}) {
		t.Errorf("a refusal is told as %v", err)
	}
	if err := answer("typing", `{}`); !errors.Is(err, errCut) {
		t.Errorf("no answer is told as %v", err)
	}
}

func TestAVisitorRemembersHowAMessageFared(t *testing.T) {
	v := told(t, head("0"))
	v.Send(t.Context(), "Hi")
	for _, raw := range []string{`{"ref":"1","type":"error","data":{"code":"unavailable","retry_after":60}}`, `{"ref":"1","type":"ack","data":{"seq":1,"message":"msg_1"}}`} {
		f := frame{}
		if err := json.Unmarshal([]byte(raw), &f); err != nil {
			t.Fatal(err)
		}
		v.receive(nil, f)
	}
	s := v.Sent()[0]
	if s.Receipt == nil || len(s.Refusals) != 1 || s.Refusals[0] != "unavailable" || s.Acked.Before(s.Began) || s.Slowest <= 0 {
		t.Errorf("it is kept as %+v", s)
	}
}
