package mail

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/account/billing"
)

func someNotice(kind billing.NoticeKind, change ...func(*billing.Letter)) billing.Letter {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	n := billing.Letter{
		ID: "bil.t.1", Kind: kind, Company: "Acme\r\nBcc: all@evil.example", Sold: true, Link: "https://chat.example/settings/plan",
		State:    billing.State{Tenant: "t", Plan: billing.Plan{ID: "growth", Name: "Growth", Limits: billing.Limits{Answers: 5000}}},
		Standing: billing.Standing{Status: billing.Active, Until: day(20), Period: billing.Period{Start: day(1), End: day(28)}},
		Used:     billing.Used{Answers: 4321},
	}
	for _, c := range change {
		c(&n)
	}
	return n
}

func TestANoticeSaysWhatHappensAndWhen(t *testing.T) {
	t.Parallel()
	erased := func(n *billing.Letter) { n.EraseAt = time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC) }
	overage := func(n *billing.Letter) {
		n.State.Plan.Overage = &billing.Overage{Amount: 200, Currency: "usd"}
		n.State.Contract = &billing.Contract{Status: billing.ContractActive, Meter: "si_1"}
	}
	for _, c := range []struct {
		kind   billing.NoticeKind
		change []func(*billing.Letter)
		want   string
	}{
		{billing.PaymentFailed, nil, "Everything works on until 20 November 2026."},
		{billing.TrialEnding, nil, "Choose a plan, and your chats go on"},
		{billing.TrialEnding, []func(*billing.Letter){overage}, "your plan is charged as you agreed to"},
		{billing.TrialEnded, []func(*billing.Letter){erased}, "all data of Acme Bcc: all@evil.example is erased on 24 December 2026."},
		{billing.TrialEnded, nil, "can still be read."},
		{billing.ChatsSuspended, nil, "could not be charged for too long."},
		{billing.ChatsSuspended, []func(*billing.Letter){func(n *billing.Letter) { n.Reason = billing.WasRefunded }}, "given back to you in full"},
		{billing.ChatsSuspended, []func(*billing.Letter){func(n *billing.Letter) {
			n.Reason, n.State.Suspension = billing.ByOperator, &billing.Suspension{Reason: "It sends\nspam"}
		}}, "wrote: It sends spam."},
		{billing.PlanCancelled, []func(*billing.Letter){erased}, "erased on 24 December 2026."},
		{billing.ErasedSoon, []func(*billing.Letter){erased}, "On 24 December 2026 all that is kept"},
		{billing.ErasedTomorrow, []func(*billing.Letter){erased}, "Settings, Privacy"},
		{billing.Usage80, nil, "4,321 of the 5,000 answers of the plan Growth are used. The next month begins on 28 November 2026. Beyond them, bots hand visitors over"},
		{billing.Usage100, nil, "All 5,000 answers"},
		{billing.Usage100, []func(*billing.Letter){overage}, "are charged one by one."},
		{billing.Usage100, []func(*billing.Letter){overage, func(n *billing.Letter) { n.State.Plan.Overage.Most = 1000 }}, "up to 6,000, are charged one by one."},
		{billing.ChatsRecovered, nil, "your bots answer visitors under the plan Growth"},
	} {
		out := &outgoing{}
		if err := (Plans{out}).Tell(t.Context(), []string{"owner@acme.example"}, someNotice(c.kind, c.change...)); err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		m := out.sent[0]
		if said := strings.Join(strings.Fields(m.Text), " "); !strings.Contains(said, c.want) || m.Subject == "" || !strings.Contains(m.Text, "https://chat.example/settings/plan") {
			t.Errorf("%s does not say %q:\n%s\n%s", c.kind, c.want, m.Subject, said)
		}
		if strings.ContainsAny(m.Subject+m.Company, "\r\n") {
			t.Errorf("%s: a name breaks a header: %q, %q", c.kind, m.Subject, m.Company)
		}
	}
}

func TestWhereNothingIsSoldNoNoticeSpeaksOfPaying(t *testing.T) {
	t.Parallel()
	for _, kind := range []billing.NoticeKind{billing.Usage80, billing.Usage100, billing.ChatsRecovered, billing.ChatsSuspended} {
		out := &outgoing{}
		notice := someNotice(kind, func(n *billing.Letter) {
			n.Sold, n.Reason, n.State.Suspension = false, billing.ByOperator, &billing.Suspension{Reason: "It sends spam"}
		})
		if err := (Plans{out}).Tell(t.Context(), []string{"owner@acme.example"}, notice); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"pay", "charge", "Choose a plan", "buy"} {
			if strings.Contains(out.sent[0].Text, word) {
				t.Errorf("%s speaks of it: %s", kind, out.sent[0].Text)
			}
		}
	}
}

func TestANoticeGoesToEachAndIsOnlyGivenUpWhenNobodyCanBeReached(t *testing.T) {
	t.Parallel()
	to := []string{"a@acme.example", "b@acme.example"}
	never, later := &Failure{Permanent: true}, errors.New("away")
	for name, c := range map[string]struct {
		fails map[string]error
		want  error
		ok    bool
	}{
		"both get it":        {nil, nil, true},
		"one never gets it":  {map[string]error{to[0]: never}, never, false},
		"nobody ever can":    {map[string]error{to[0]: never, to[1]: never}, account.ErrUndeliverable, false},
		"both can get later": {map[string]error{to[0]: later, to[1]: later}, later, false},
	} {
		err := Plans{&outgoing{fails: c.fails}}.Tell(t.Context(), to, someNotice(billing.Usage80))
		if c.ok != (err == nil) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if undeliverable := errors.Is(err, account.ErrUndeliverable); undeliverable != (c.want == account.ErrUndeliverable) {
			t.Errorf("%s: given up: %v", name, undeliverable)
		}
	}
}
