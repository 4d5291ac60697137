package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// ErasedAfter is how long a business can be taken back after its owner has it erased.
const ErasedAfter = 7 * 24 * time.Hour

// Leavers deletes people.
type Leavers interface {
	// DeleteUser ends all memberships of a user, their sign-ins and tokens, takes their name out of audit logs, and
	// deletes them. A Conflict error with code "last_owner" when a business would have nobody left who is one.
	DeleteUser(ctx context.Context, user string) error
}

// Errors of leaving.
var (
	errSoleOwner = chat.Fail(chat.Conflict, "last_owner",
		"You are the only owner of a business. Make somebody else its owner, or erase the business, before you delete your account.")
	errNameWrong = chat.Fail(chat.Invalid, "name_wrong", "This is not the name of your business. Please type it as it is shown.")
)

// EraseSelf deletes the person of a request, if the password is theirs. Codes: password_wrong, sign_in_locked, last_owner.
func (s *Service) EraseSelf(ctx context.Context, leavers Leavers, who Identity, password string) error {
	user, err := s.prove(ctx, who, password)
	if err != nil {
		return err
	}
	_, members, err := s.store.User(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	for _, member := range members { // the store decides; this one says the way out
		if member.Role != Owner {
			continue
		}
		all, err := s.members.Members(ctx, member.Tenant)
		if err != nil {
			return fmt.Errorf("look for other owners: %w", err)
		}
		others := 0
		for _, m := range all {
			if m.Role == Owner && m.User != user.ID {
				others++
			}
		}
		if others == 0 {
			return errSoleOwner
		}
	}
	if err := leavers.DeleteUser(ctx, user.ID); err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	for _, member := range members {
		s.revoked.spread(ctx, member.Tenant, user.ID)
	}
	return nil
}

// Leave has a business erased in ErasedAfter, if its owner knows its name and their password, and returns when. Until then all goes on
// as before. Codes: name_wrong, password_wrong, sign_in_locked.
func (s *Service) Leave(ctx context.Context, departures Departures, who Identity, name, password string) (time.Time, error) {
	tenant, err := s.store.Tenant(ctx, who.Tenant)
	if err != nil {
		return time.Time{}, fmt.Errorf("read tenant: %w", err)
	}
	if strings.TrimSpace(name) != tenant.Name {
		return time.Time{}, errNameWrong
	}
	if _, err := s.prove(ctx, who, password); err != nil {
		return time.Time{}, err
	}
	if at, err := departures.Erasure(ctx, who.Tenant); err != nil || !at.IsZero() {
		return at, err // it was asked for before: the time stays
	}
	at := s.now().Add(ErasedAfter).UTC().Truncate(time.Millisecond)
	return at, departures.SetErasure(ctx, who.Tenant, at)
}
