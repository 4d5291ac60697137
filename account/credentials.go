package account

import (
	"context"
	"errors"
	"fmt"

	"parley/chat"
)

// Credentials keeps what people prove themselves with.
type Credentials interface {
	// ConfirmEmail uses a letter up, and gives its address to the user, as one that is theirs: chat.ErrNotFound when the letter or
	// the user is gone, a Conflict error with code "email_taken" when another account has the address.
	ConfirmEmail(ctx context.Context, letter, user, email string) error
	// SetPassword changes a password and ends sign-ins with their access tokens, together: chat.ErrNotFound when the letter or the
	// user is gone. Other letters that would change the account are void.
	SetPassword(ctx context.Context, change PasswordChange) error
}

// PasswordChange is a password that takes another's place.
type PasswordChange struct {
	User string
	Hash string // argon2id, PHC string
	// Letter is one that proves the address, which is then confirmed, and is used up. Empty: there is none.
	Letter string
	// Keep is the one sign-in that goes on. Empty: none does.
	Keep string
}

// gone turns the absence of what a link names into ErrLink.
func gone(attempted string, err error) error {
	if errors.Is(err, chat.ErrNotFound) {
		return ErrLink.Because(err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", attempted, err)
	}
	return nil
}
