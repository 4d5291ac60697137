package canary

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// person is a member who proves who they are in other ways than by a password alone.
type person struct {
	email  string
	claims map[string]any // whom the issuer knows them as
	codes  []string       // for recovery, of those who have a second factor
}

// claims is somebody whom the issuer knows.
func (b *business) claims(email string) map[string]any {
	return map[string]any{"sub": b.plant("issuer's subject"), "name": b.plant("issuer's name"), "email": email, "email_verified": true}
}

// invite returns the token of an invitation.
func (b *business) invite(email string) (token string, err error) {
	got, err := b.try(b.boss, http.MethodPost, "invitations", map[string]any{"email": email, "role": "agent"})
	var made struct{ Link string }
	if err == nil {
		err = json.Unmarshal(got.Body, &made)
	}
	_, token, _ = strings.Cut(made.Link, "#")
	return token, err
}

// joinElsewhere has somebody accept an invitation with an account of the issuer's: they have no password.
func (b *business) joinElsewhere() (person, error) {
	email := b.address("issuer's address")
	p := person{email: email, claims: b.claims(email)}
	invitation, err := b.invite(email)
	if err != nil {
		return p, err
	}
	page, err := b.browse().elsewhere(p.claims, invitation)
	if err == nil && page != "/" {
		err = fmt.Errorf("who joins lands on %s", page)
	}
	return p, err
}

// joinCarefully has somebody join who sets up a second factor, and may sign in at the issuer too.
func (b *business) joinCarefully() (person, error) {
	email := b.address("careful member's address")
	p := person{email: email, claims: b.claims(b.address("linked address"))}
	invitation, err := b.invite(email)
	if err != nil {
		return p, err
	}
	w := b.browse()
	err = w.ask(http.MethodPost, "invitations/accept", map[string]any{"token": invitation, "name": b.plant("careful member's name"), "password": password}, nil)
	if err != nil {
		return p, err
	}
	var begun struct{ Secret string }
	if err := w.ask(http.MethodPost, "me/second-factor", map[string]any{"password": password}, &begun); err != nil {
		return p, err
	}
	// The app's codes are those of half a minute each: one sets it up, and the next one, which may come early, signs in.
	now := time.Now()
	code, err := totp.GenerateCode(begun.Secret, now)
	if err != nil {
		return p, err
	}
	if p.codes, err = w.recovery(http.MethodPut, "me/second-factor", code); err != nil {
		return p, err
	}
	if code, err = totp.GenerateCode(begun.Secret, now.Add(30*time.Second)); err != nil {
		return p, err
	}
	challenge, err := w.password(p.email)
	if err != nil {
		return p, err
	}
	if err := w.answer(challenge, code); err != nil {
		return p, err
	}
	return p, w.link(p)
}

// recovery sends a code, and returns those for recovery that are given out for it.
func (w *browser) recovery(method, path, code string) ([]string, error) {
	var given struct {
		Codes []string `json:"recovery_codes"`
	}
	err := w.ask(method, path, map[string]any{"code": code}, &given)
	return given.Codes, err
}

// link lets somebody who is signed in sign in at the issuer from then on.
func (w *browser) link(p person) error {
	var departure struct{ URL string }
	if err := w.ask(http.MethodPost, "me/oidc", map[string]any{"password": password}, &departure); err != nil {
		return err
	}
	page, err := w.arrive(departure.URL, p.claims)
	if err == nil && page != "/profile/security?sso=linked" {
		err = fmt.Errorf("who links lands on %s", page)
	}
	return err
}

// password gives the first of two proofs, and returns the challenge for the second.
func (w *browser) password(email string) (challenge string, err error) {
	got, err := w.do(http.MethodPost, w.b.gate.URL+"/api/v1/auth/login", map[string]any{"email": email, "password": password})
	var required struct{ Code, Challenge string }
	if json.Unmarshal(got.Body, &required) != nil || required.Code != "second_factor_required" {
		return "", errors.Join(errors.New("no second factor is asked for"), err)
	}
	return required.Challenge, nil
}

// answer gives the second proof.
func (w *browser) answer(challenge, code string) error {
	return w.ask(http.MethodPost, "auth/second-factor", map[string]any{"challenge": challenge, "code": code}, nil)
}

// recover gives a code for recovery as the second proof, and looks around. The last code is spent on others.
func (p *person) recover(w *browser, challenge string) (err error) {
	if len(p.codes) < 2 {
		return errors.New("no code for recovery is left")
	}
	code := p.codes[0]
	p.codes = p.codes[1:]
	if err := w.answer(challenge, code); err != nil {
		return err
	}
	if len(p.codes) == 1 {
		if p.codes, err = w.recovery(http.MethodPost, "me/second-factor/recovery-codes", p.codes[0]); err != nil {
			return err
		}
	}
	return w.lookAround()
}

// signIn enters with the password and a code for recovery.
func (p *person) signIn(b *business) (*browser, error) {
	w := b.browse()
	challenge, err := w.password(p.email)
	if err != nil {
		return nil, err
	}
	return w, p.recover(w, challenge)
}

// lookAround reads what concerns oneself.
func (w *browser) lookAround() error {
	for _, path := range []string{"me", "me/oidc", "me/second-factor", "me/sessions", "me/tenants", "me/export", "members"} {
		if err := w.ask(http.MethodGet, path, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// peoplesActs are those of members who are no strangers to the issuer.
var peoplesActs = []act{
	{"somebody joins from the issuer", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.joinElsewhere()
		return err
	}},
	{"somebody signs in at the issuer", func(_ context.Context, b *business, chance *rand.Rand) error {
		w := b.browse()
		page, err := w.elsewhere(b.guest.claims, "")
		if err != nil || page != "/" {
			return errors.Join(fmt.Errorf("who signs in lands on %s", page), err)
		}
		if err := w.lookAround(); err != nil || chance.IntN(2) == 0 {
			return err
		}
		return w.ask(http.MethodPost, "auth/logout", nil, nil)
	}},
	{"somebody signs in with a second factor", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.careful.signIn(b)
		return err
	}},
	{"somebody signs in at the issuer with a second factor", func(_ context.Context, b *business, _ *rand.Rand) error {
		w := b.browse()
		page, err := w.elsewhere(b.careful.claims, "")
		if err != nil {
			return err
		}
		_, challenge, found := strings.Cut(page, "/sign-in#challenge=")
		if !found {
			return fmt.Errorf("who has a second factor lands on %s", page)
		}
		return b.careful.recover(w, challenge)
	}},
	{"somebody changes whom the issuer knows them as", func(_ context.Context, b *business, _ *rand.Rand) error {
		w, err := b.careful.signIn(b)
		if err != nil {
			return err
		}
		if err := w.ask(http.MethodDelete, "me/oidc", nil, nil); err != nil {
			return err
		}
		b.careful.claims = b.claims(b.address("linked address"))
		return w.link(b.careful)
	}},
}
