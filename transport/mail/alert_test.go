package mail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/account"
)

// outgoing takes messages, but for some addresses.
type outgoing struct {
	sent  []Message
	fails map[string]error
}

func (o *outgoing) Send(_ context.Context, m Message) error {
	if err := o.fails[m.To]; err != nil {
		return err
	}
	o.sent = append(o.sent, m)
	return nil
}

func (o *outgoing) String() string { return "a list" }

func someAlert(f account.Finding) account.Alert {
	return account.Alert{
		Anomaly: account.Anomaly{ID: "ano_1", Finding: f, At: time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)},
		Company: "Acme\r\nBcc: all@evil.example", Link: "https://chat.example/settings/activity",
	}
}

func TestAnAlertSaysWhatIsUnusualAndWhatToDo(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]account.Finding{
		"there were 1,234,567 requests and messages at": {Kind: account.UnusualRate, Unit: account.InCount, Value: 1_234_567, Usual: 110},
		"there were 25 % errors among":                  {Kind: account.UnusualErrors, Unit: account.InShare, Value: 0.25, Usual: 0.01},
		"there were $50.00 spent on language models":    {Kind: account.UnusualSpend, Unit: account.InDollars, Value: 50, Usual: 2},
		"there were 2,000,000 tokens of language":       {Kind: account.UnusualSpend, Unit: account.InTokens, Value: 2e6, Usual: 1e5},
		"there were 50 wrong passwords of your team":    {Kind: account.UnusualFailures, Unit: account.InCount, Value: 50},
		"there were 200 requests, messages or":          {Kind: account.UnusualRefusals, Unit: account.InCount, Value: 200, Usual: 3},
	} {
		out := &outgoing{}
		if err := (Alerts{out}).Alert(t.Context(), []string{"mia@acme.example", "ops@platform.example"}, someAlert(f)); err != nil || len(out.sent) != 2 {
			t.Fatalf("%s: %v, %d sent", f.Kind, err, len(out.sent))
		}
		m := out.sent[0]
		words := strings.Join(strings.Fields(m.Text), " ")
		for _, has := range []string{want, "14:00 UTC on 18 November 2026", "What is usual at this time is " + figure(f.Usual, f.Unit), "https://chat.example/settings/activity", alertWords[f.Kind].advice} {
			if !strings.Contains(words, has) {
				t.Errorf("%s: it does not say %q:\n%s", f.Kind, has, m.Text)
			}
		}
		if strings.ContainsAny(m.Subject, "\r\n") || m.To != "mia@acme.example" || m.ID == out.sent[1].ID {
			t.Errorf("%s: %+v", f.Kind, m)
		}
	}
}

func TestAnAlertOfAKeyNamesIt(t *testing.T) {
	t.Parallel()
	alert := someAlert(account.Finding{Kind: account.UnusualRate, Unit: account.InCount, Value: 9000})
	alert.Key = "Till"
	if intro := alertLetter(alert, "mia@acme.example", 0).Intro; !strings.Contains(intro, "at the API key Till of Acme") {
		t.Error(intro)
	}
}

func TestAnAlertIsUndeliverableWhenNobodyCanGetIt(t *testing.T) {
	t.Parallel()
	never, later := &Failure{Stage: "address", Permanent: true}, errors.New("away")
	for name, c := range map[string]struct {
		fails map[string]error
		sent  []string
		final bool
	}{
		"all of them never": {map[string]error{"a@x.example": never, "b@x.example": never}, nil, true},
		"one of them never": {map[string]error{"a@x.example": never}, []string{"b@x.example"}, false},
		"one of them later": {map[string]error{"a@x.example": later}, []string{"b@x.example"}, false},
	} {
		out := &outgoing{fails: c.fails}
		err := Alerts{out}.Alert(t.Context(), []string{"a@x.example", "b@x.example"}, someAlert(account.Finding{Kind: account.UnusualRate}))
		var to []string
		for _, m := range out.sent {
			to = append(to, m.To)
		}
		if err == nil || errors.Is(err, account.ErrUndeliverable) != c.final || !slices.Equal(to, c.sent) {
			t.Errorf("%s: %v, sent to %v", name, err, to)
		}
	}
}
