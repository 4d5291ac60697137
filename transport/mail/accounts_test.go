package mail

import (
	"context"
	"errors"
	"strings"
	"testing"

	"parley/account"
)

// taker takes a message, or fails.
type taker struct {
	got Message
	err error
}

func (t *taker) Send(_ context.Context, message Message) error {
	t.got = message
	return t.err
}

func (t *taker) String() string { return "a test" }

func TestMailsAboutAccountsSayWhatTheyAreForAndBringTheirLink(t *testing.T) {
	t.Parallel()
	const link = "https://parley.example/reset#let_1.secret"
	subjects := map[string]bool{}
	for _, m := range []account.Mail{
		{Kind: account.LetterConfirm, Link: link}, {Kind: account.LetterChange, Link: link}, {Kind: account.LetterReset, Link: link},
		{Kind: account.LetterChange, Taken: true}, {Kind: account.LetterMoving}, {Kind: account.LetterPassword},
		{Kind: account.LetterFactorOn}, {Kind: account.LetterFactorOff}, {Kind: account.LetterRecovery}, {Kind: account.LetterGuessing}, {Kind: account.LetterLinked},
	} {
		m.ID, m.To = "let_1", "mia@acme.example"
		var to taker
		if err := (Accounts{Sender: &to}).Deliver(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if to.got.To != m.To || to.got.ID != m.ID || to.got.Kind != string(m.Kind) || to.got.Subject == "" || subjects[to.got.Subject] {
			t.Errorf("%s: %+v", m.Kind, to.got)
		}
		subjects[to.got.Subject] = true
		for form, text := range map[string]string{"text": to.got.Text, "HTML": to.got.HTML} {
			if strings.Contains(text, link) != (m.Link != "") {
				t.Errorf("%s as %s: the link is there: %v", m.Kind, form, m.Link == "")
			}
			if !strings.Contains(text, "You get this mail because") {
				t.Errorf("%s as %s does not say why it came", m.Kind, form)
			}
		}
		if strings.Contains(to.got.Subject+to.got.Text, "<no value>") {
			t.Errorf("%s: %s", m.Kind, to.got.Text)
		}
	}
}

func TestAMailThatIsRefusedForGoodIsUndeliverable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err       error
		permanent bool
	}{{&Failure{Stage: "address", Permanent: true}, true}, {&Failure{Stage: "connect"}, false}, {errors.New("away"), false}} {
		err := Accounts{Sender: &taker{err: c.err}}.Deliver(t.Context(), account.Mail{Kind: account.LetterPassword, To: "mia@acme.example"})
		if !errors.Is(err, c.err) || errors.Is(err, account.ErrUndeliverable) != c.permanent {
			t.Errorf("%v became %v", c.err, err)
		}
	}
}
