package account

import (
	"context"
	"fmt"

	"parley/chat"
)

var errOwnsAlready = chat.Fail(chat.Conflict, "already_owner", "You are an owner already: choose a colleague to hand the account over to.")

// TransferOwnership makes a colleague an owner and the one who asks an admin, who gives their password. What both have signed in with
// must be refreshed. Codes: password_wrong, sign_in_locked, not_found, already_owner, forbidden, suspended.
func (s *Service) TransferOwnership(ctx context.Context, who Identity, to, password string) error {
	if to == who.User {
		return errOwnsAlready
	}
	if err := s.still(ctx, who, Own); err != nil {
		return err
	}
	if _, err := s.prove(ctx, who, password); err != nil {
		return err
	}
	if err := s.tenants.TransferOwnership(ctx, who.Tenant, who.User, to); err != nil {
		return fmt.Errorf("transfer the ownership: %w", err)
	}
	s.revoked.spread(ctx, who.Tenant, who.User)
	s.revoked.spread(ctx, who.Tenant, to)
	return nil
}
