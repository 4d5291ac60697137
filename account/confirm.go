package account

import (
	"context"
	"fmt"

	"parley/chat"
)

// ErrUnconfirmed refuses what takes a confirmed address, where the operator wants one.
var ErrUnconfirmed = chat.Fail(chat.Forbidden, "email_unconfirmed",
	"Please confirm your e-mail address first: we have sent you a link. You can have it sent again.")

// Confirm notes that an address belongs to the person who has the token that was mailed to it: the one of their account,
// or the one that it is to have, which it has from then on. Codes: link_invalid, email_taken (by another account, since it was asked for).
func (s *Service) Confirm(ctx context.Context, token string) error {
	letter, err := s.letter(ctx, token, LetterConfirm, LetterChange)
	if err != nil {
		return err
	}
	return gone("confirm an address", s.credentials.ConfirmEmail(ctx, letter.ID, letter.Subject, letter.Address))
}

// SendConfirmation mails the link again, unless the address is confirmed.
func (s *Service) SendConfirmation(ctx context.Context, who Identity) error {
	user, _, err := s.store.User(ctx, who.User)
	if err != nil {
		return fmt.Errorf("send a confirmation: %w", err)
	}
	if user.Confirmed {
		return nil
	}
	if !s.mayPost(ctx, LetterConfirm, user.Email) {
		return nil
	}
	return s.post(ctx, LetterConfirm, user.ID, user.Email)
}
