package account

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// Departure is how a browser is sent to the issuer.
type Departure struct {
	URL       string
	Trail     string // a secret, which it brings back in a cookie
	ExpiresAt time.Time
}

// Return is what a browser brings back from the issuer.
type Return struct {
	Trail   string
	State   string
	Code    string
	Failure string // the issuer's own word for it; empty: there is none
	Issuer  string // who it says it is (RFC 9207); empty: it does not say
}

// Arrival is what came of it.
type Arrival struct {
	Linked bool // an account was linked, by somebody who is signed in; otherwise somebody signed in
	Tokens Tokens
}

// Errors of trips.
var (
	// ErrNoIssuer refuses to sign in elsewhere where the operator named no issuer.
	ErrNoIssuer = chat.Fail(chat.NotFound, "oidc_off", "Nobody else signs people in here. Please use your password.")

	errTrip     = chat.Fail(chat.Unauthorized, "oidc_expired", "This sign-in took too long, or was begun in another browser. Please begin anew.")
	errDenied   = chat.Fail(chat.Unauthorized, "oidc_denied", "The sign-in was not completed. Please begin anew, or use your password.")
	errLastDoor = chat.Fail(chat.Conflict, "password_needed", "You have no password here. Please set one first: ask for a link with \"forgot password\".")
)

// Method returns what people call the issuer at which they may sign in; ok is false where there is none.
func (s *Service) Method() (name string, ok bool) {
	if s.issuer == nil {
		return "", false
	}
	return s.issuer.label(), true
}

// Depart sends somebody to the issuer to sign in, with the token of an invitation if they have one. Codes: oidc_off,
// oidc_unavailable, invitation_invalid, suspended.
func (s *Service) Depart(ctx context.Context, invitation string) (Departure, error) {
	if s.issuer == nil {
		return Departure{}, ErrNoIssuer
	}
	if invitation != "" {
		if _, _, err := s.invitation(ctx, invitation); err != nil {
			return Departure{}, err
		}
	}
	return s.depart(ctx, "", invitation)
}

// DepartToLink sends somebody who is signed in to the issuer, so that they can sign in there from then on. Codes: oidc_off,
// oidc_unavailable, and those of a wrong password.
func (s *Service) DepartToLink(ctx context.Context, who Identity, password string) (Departure, error) {
	if s.issuer == nil {
		return Departure{}, ErrNoIssuer
	}
	if _, err := s.prove(ctx, who, password); err != nil {
		return Departure{}, err
	}
	return s.depart(ctx, who.User, "")
}

func (s *Service) depart(ctx context.Context, user, invitation string) (Departure, error) {
	id := chat.NewID(tripPrefix)
	token, _, err := newSecret(id)
	if err != nil {
		return Departure{}, err
	}
	if invitation != "" {
		token += "~" + invitation
	}
	address, err := s.issuer.address(ctx, trail(token))
	if err != nil {
		return Departure{}, err
	}
	expires := s.now().UTC().Add(TripLife)
	if err := s.issuers.BeginTrip(ctx, Trip{ID: id, User: user, Hash: hashSecret(token), ExpiresAt: expires}); err != nil {
		return Departure{}, fmt.Errorf("send to the issuer: %w", err)
	}
	return Departure{URL: address, Trail: token, ExpiresAt: expires}, nil
}

// Arrive takes somebody back from the issuer. Each trip is good once, in the browser that began it. Codes: oidc_off, oidc_expired,
// oidc_denied, oidc_refused, oidc_unavailable, and those of being let in.
func (s *Service) Arrive(ctx context.Context, back Return) (Arrival, error) {
	if s.issuer == nil {
		return Arrival{}, ErrNoIssuer
	}
	trip, err := s.endTrip(ctx, back)
	if err != nil {
		return Arrival{}, err
	}
	if back.Failure != "" {
		return Arrival{}, errDenied
	}
	if back.Issuer != "" && back.Issuer != s.issuer.Issuer {
		return Arrival{}, errIssuerAnswer.Because(errors.New("another issuer sent them back"))
	}
	said, err := s.issuer.redeem(ctx, trail(back.Trail), back.Code)
	if err != nil {
		return Arrival{}, err
	}
	if trip.User != "" {
		if err := s.issuers.Link(ctx, s.externalOf(trip.User, said)); err != nil {
			return Arrival{Linked: true}, fmt.Errorf("link: %w", err)
		}
		s.tell(ctx, LetterLinked, trip.User)
		return Arrival{Linked: true}, nil
	}
	_, invitation, _ := strings.Cut(back.Trail, "~")
	tokens, err := s.letIn(ctx, said, invitation)
	return Arrival{Tokens: tokens}, err
}

// endTrip returns the trip that a browser comes back from. What another website made it bring ends none.
func (s *Service) endTrip(ctx context.Context, back Return) (Trip, error) {
	id, _, _ := strings.Cut(back.Trail, ".")
	if !chat.ValidID(tripPrefix, id) || !hmac.Equal([]byte(back.State), []byte(trail(back.Trail).state())) {
		return Trip{}, errTrip
	}
	trip, err := s.issuers.EndTrip(ctx, id, hashSecret(back.Trail))
	if errors.Is(err, chat.ErrNotFound) {
		return Trip{}, errTrip.Because(err)
	}
	if err != nil {
		return Trip{}, fmt.Errorf("come back from the issuer: %w", err)
	}
	if !s.now().Before(trip.ExpiresAt) {
		return Trip{}, errTrip
	}
	return trip, nil
}

func (s *Service) externalOf(user string, said claims) External {
	return External{User: user, Issuer: s.issuer.Issuer, Subject: said.Subject, Email: said.Email, LinkedAt: s.now().UTC()}
}

// External returns whom the issuer knows a person as; linked is false if it does not know them.
func (s *Service) External(ctx context.Context, who Identity) (external External, linked bool, err error) {
	if s.issuer == nil {
		return External{}, false, nil
	}
	external, err = s.issuers.External(ctx, who.User)
	if errors.Is(err, chat.ErrNotFound) {
		return External{}, false, nil
	}
	if err != nil {
		return External{}, false, fmt.Errorf("read external identity: %w", err)
	}
	return external, external.Issuer == s.issuer.Issuer, nil // an operator may have named another since
}

// Unlink lets a person sign in with their password alone. Code: password_needed.
func (s *Service) Unlink(ctx context.Context, who Identity) error {
	if s.issuers == nil {
		return nil
	}
	user, _, err := s.store.User(ctx, who.User)
	if err != nil {
		return fmt.Errorf("unlink: %w", err)
	}
	if user.PasswordHash == "" {
		return errLastDoor
	}
	if err := s.issuers.Unlink(ctx, who.User); err != nil {
		return fmt.Errorf("unlink: %w", err)
	}
	return nil
}
