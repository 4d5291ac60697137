package account

import (
	"context"
	"log/slog"
	"strings"

	"parley/chat"
)

var errSameEmail = chat.Fail(chat.Invalid, "email_unchanged", "This is your e-mail address already.")

// Move sends a link to the address that a person wants to have from then on, and tells the one that they have. Nobody learns
// from it whether the other address has an account: whoever reads its mails does. Codes: password_wrong,
// sign_in_locked, email_invalid, email_unchanged.
func (s *Service) Move(ctx context.Context, who Identity, password, typed string) error {
	user, err := s.prove(ctx, who, password)
	if err != nil {
		return err
	}
	email, err := NormaliseEmail(typed)
	if err != nil {
		return err
	}
	if strings.EqualFold(email, user.Email) {
		return errSameEmail
	}
	if !s.mayPost(ctx, LetterChange, email) {
		return nil
	}
	if err := s.post(ctx, LetterChange, user.ID, email); err != nil {
		return err
	}
	return s.post(ctx, LetterMoving, user.ID, user.Email)
}

// note logs that a mail could not be planned where what it tells of has happened anyway.
func (s *Service) note(err error, user string) {
	if err != nil {
		s.logger.Warn("a mail about an account was not planned", slog.String("user", user), slog.Any("error", err))
	}
}
