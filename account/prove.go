package account

import (
	"context"
	"errors"
	"fmt"

	"parley/chat"
)

// ErrPassword refuses what takes the password of a person who is signed in.
var ErrPassword = chat.Fail(chat.Invalid, "password_wrong", "This is not your password.")

// prove returns the person of a request, if the password is theirs. It is asked for where a browser that was left open must not
// be enough. Who has none, because another issuer signs them in, gets one by a link in a mail. Codes: password_wrong, sign_in_locked.
func (s *Service) prove(ctx context.Context, who Identity, password string) (User, error) {
	user, _, err := s.store.User(ctx, who.User)
	if err != nil {
		return User{}, fmt.Errorf("read who gives a password: %w", err)
	}
	err = s.guarded(ctx, user.Email, func() error { return s.verify(ctx, &user, password) })
	if errors.Is(err, ErrCredentials) {
		return User{}, ErrPassword.Because(err)
	}
	return user, err
}

// guarded counts an attempt to prove that one is who has an address.
func (s *Service) guarded(ctx context.Context, email string, verify func() error) error {
	guess, err := s.lockout.try(ctx, email)
	if err != nil {
		return err
	}
	err = verify()
	s.lockout.settle(ctx, guess, err)
	return err
}
