package postgres

import (
	"fmt"

	"parley/account"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableInvitations is what an invited address is bound to. It never changes.
const tableInvitations = "invitations"

func sealInvited(key *seal.Key, invitation account.Invitation) ([]byte, error) {
	return key.Seal([]byte(invitation.Email), invitation.Tenant, tableInvitations, invitation.ID)
}

func openInvitation(key *seal.Key, row db.InvitationRow) (account.Invitation, error) {
	email, err := key.Open(row.Email, row.Tenant, tableInvitations, row.ID)
	if err != nil {
		return account.Invitation{}, fmt.Errorf("open %s %s: %w", tableInvitations, row.ID, err)
	}
	return account.Invitation{
		ID: row.ID, Tenant: row.Tenant, Email: string(email), Role: account.Role(row.Role), Hash: row.Hash, By: row.InvitedBy,
		CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt,
	}, nil
}
