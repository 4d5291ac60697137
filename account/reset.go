package account

import (
	"context"
	"errors"
	"fmt"

	"parley/chat"
)

// AskForReset mails a link with which another password can be chosen, if the address has an account. Neither what it returns
// nor how long it takes tells whether it has: the account is looked for when the mail is sent.
func (s *Service) AskForReset(ctx context.Context, typed string) error {
	email, err := NormaliseEmail(typed)
	if err != nil || !s.mayPost(ctx, LetterReset, email) {
		return nil
	}
	return s.post(ctx, LetterReset, "", email)
}

// ResetPassword changes the password of whoever has the token that was mailed, and ends all their sign-ins. It returns what
// DeviceCookie is to hold: who reads the mails of an account is let in while strangers guess at its password. Codes: link_invalid, and those of
// Register for a password.
func (s *Service) ResetPassword(ctx context.Context, token, password string) (device string, err error) {
	letter, err := s.letter(ctx, token, LetterReset)
	if err != nil {
		return "", err
	}
	user, members, err := s.store.UserByEmail(ctx, letter.Address)
	if err != nil {
		return "", gone("reset a password", err)
	}
	hash, err := s.newPassword(ctx, user, members, password)
	if err != nil {
		return "", err
	}
	if err := s.credentials.SetPassword(ctx, PasswordChange{User: user.ID, Hash: hash, Letter: letter.ID}); err != nil {
		return "", gone("reset a password", err)
	}
	s.passwordChanged(ctx, user, members)
	return s.devices.remember(ClientOf(ctx).Device, user.Email), nil
}

// ChangePassword changes the password of a person who knows the one that they have, and ends their other sign-ins. Codes:
// password_wrong, sign_in_locked, and those of Register for a password.
func (s *Service) ChangePassword(ctx context.Context, who Identity, current, password string) error {
	user, err := s.prove(ctx, who, current)
	if err != nil {
		return err
	}
	_, members, err := s.store.User(ctx, who.User)
	if err != nil {
		return fmt.Errorf("change a password: %w", err)
	}
	hash, err := s.newPassword(ctx, user, members, password)
	if err != nil {
		return err
	}
	if err := s.credentials.SetPassword(ctx, PasswordChange{User: user.ID, Hash: hash, Keep: who.Proof.Session}); err != nil {
		return fmt.Errorf("change a password: %w", err)
	}
	s.passwordChanged(ctx, user, members)
	return nil
}

// newPassword returns the hash of a password that is good enough for a person.
func (s *Service) newPassword(ctx context.Context, user User, members []Member, password string) (string, error) {
	words := []string{user.Name}
	for _, member := range members {
		tenant, err := s.store.Tenant(ctx, member.Tenant)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return "", fmt.Errorf("read what a password may not be: %w", err)
		}
		words = append(words, tenant.Name)
	}
	if err := checkPassword(password, user.Email, words...); err != nil {
		return "", err
	}
	return s.hasher.hash(ctx, password)
}

// passwordChanged tells nodes of the sign-ins that ended, and the person that it was done.
func (s *Service) passwordChanged(ctx context.Context, user User, members []Member) {
	for _, member := range members {
		s.revoked.spread(ctx, member.Tenant, user.ID)
	}
	s.note(s.post(ctx, LetterPassword, user.ID, user.Email), user.ID)
}
