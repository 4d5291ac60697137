package rest

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

// roster is what inMemory keeps of teams beside the memberships.
type roster struct {
	available   map[account.Member]bool // without roles
	invitations []account.Invitation
}

func (m *inMemory) Members(_ context.Context, tenant string) ([]account.Membership, error) {
	defer m.lock()()
	var found []account.Membership
	for _, member := range m.members {
		if member.Tenant == tenant {
			u := m.users[member.User]
			found = append(found, account.Membership{
				Member: member, Name: u.Name, Email: u.Email, JoinedAt: u.CreatedAt,
				Available: m.roster.available[account.Member{Tenant: tenant, User: member.User}],
			})
		}
	}
	return found, nil
}

// membership finds one, and tells whether the tenant has another owner.
func (m *inMemory) membership(tenant, user string) (at int, otherOwner bool) {
	at = -1
	for i, member := range m.members {
		if member.Tenant == tenant && member.User == user {
			at = i
		} else if member.Tenant == tenant && member.Role == account.Owner {
			otherOwner = true
		}
	}
	return at, otherOwner
}

func (m *inMemory) SetRole(_ context.Context, tenant, user string, role account.Role) error {
	defer m.lock()()
	at, otherOwner := m.membership(tenant, user)
	if at < 0 {
		return chat.ErrNotFound
	}
	if m.members[at].Role == account.Owner && role != account.Owner && !otherOwner {
		return chat.Fail(chat.Conflict, "last_owner", "Somebody has to own this.")
	}
	m.members[at].Role = role
	return nil
}

func (m *inMemory) RemoveMember(_ context.Context, tenant, user string) error {
	defer m.lock()()
	at, otherOwner := m.membership(tenant, user)
	if at < 0 {
		return chat.ErrNotFound
	}
	if m.members[at].Role == account.Owner && !otherOwner {
		return chat.Fail(chat.Conflict, "last_owner", "Somebody has to own this.")
	}
	m.members = slices.Delete(m.members, at, at+1)
	for id, s := range m.sessions {
		if s.Tenant == tenant && s.User == user {
			delete(m.sessions, id)
		}
	}
	return nil
}

func (m *inMemory) SetAvailable(_ context.Context, tenant, user string, available bool) error {
	defer m.lock()()
	if at, _ := m.membership(tenant, user); at < 0 {
		return chat.ErrNotFound
	}
	m.roster.available[account.Member{Tenant: tenant, User: user}] = available
	return nil
}

func (m *inMemory) Available(_ context.Context, tenant, user string) (bool, error) {
	defer m.lock()()
	if at, _ := m.membership(tenant, user); at < 0 {
		return false, chat.ErrNotFound
	}
	return m.roster.available[account.Member{Tenant: tenant, User: user}], nil
}

func (m *inMemory) RenameUser(_ context.Context, user, name string) error {
	defer m.lock()()
	u, ok := m.users[user]
	if !ok {
		return chat.ErrNotFound
	}
	u.Name = name
	m.users[user] = u
	return nil
}

func (m *inMemory) Invite(ctx context.Context, invitation account.Invitation) error {
	return m.InviteWithin(ctx, invitation, 0)
}

func (m *inMemory) InviteWithin(_ context.Context, invitation account.Invitation, seats int64) error {
	defer m.lock()()
	if seats > 0 && m.seats(invitation.Tenant, invitation.Email) >= seats {
		return billing.ErrSeats
	}
	m.roster.invitations = slices.DeleteFunc(m.roster.invitations, func(i account.Invitation) bool {
		return i.Tenant == invitation.Tenant && strings.EqualFold(i.Email, invitation.Email)
	})
	m.roster.invitations = append(m.roster.invitations, invitation)
	return nil
}

// seats counts who is there, and who may come but for an address.
func (m *inMemory) seats(tenant, email string) (taken int64) {
	for _, member := range m.members {
		if member.Tenant == tenant {
			taken++
		}
	}
	for _, i := range m.roster.invitations {
		if i.Tenant == tenant && !strings.EqualFold(i.Email, email) && time.Now().Before(i.ExpiresAt) {
			taken++
		}
	}
	return taken
}

func (m *inMemory) Invitation(_ context.Context, id string) (account.Invitation, error) {
	defer m.lock()()
	for _, i := range m.roster.invitations {
		if i.ID == id {
			return i, nil
		}
	}
	return account.Invitation{}, chat.ErrNotFound
}

func (m *inMemory) Invitations(_ context.Context, tenant string) ([]account.Invitation, error) {
	defer m.lock()()
	return slices.DeleteFunc(slices.Clone(m.roster.invitations), func(i account.Invitation) bool { return i.Tenant != tenant }), nil
}

func (m *inMemory) DeleteInvitation(_ context.Context, tenant, id string) error {
	defer m.lock()()
	before := len(m.roster.invitations)
	m.roster.invitations = slices.DeleteFunc(m.roster.invitations, func(i account.Invitation) bool { return i.Tenant == tenant && i.ID == id })
	if len(m.roster.invitations) == before {
		return chat.ErrNotFound
	}
	return nil
}

func (m *inMemory) Accept(ctx context.Context, id string, user account.User, create bool) error {
	invitation, err := m.Invitation(ctx, id)
	if err != nil {
		return err
	}
	if _, _, err := m.UserByEmail(ctx, user.Email); err == nil && create {
		return chat.Fail(chat.Conflict, "email_taken", "There is an account with this e-mail address.")
	}
	if err := m.DeleteInvitation(ctx, invitation.Tenant, id); err != nil {
		return err
	}
	defer m.lock()()
	if create {
		m.users[user.ID] = user
	}
	if at, _ := m.membership(invitation.Tenant, user.ID); at < 0 {
		m.members = append(m.members, account.Member{Tenant: invitation.Tenant, User: user.ID, Role: invitation.Role})
		m.roster.available[account.Member{Tenant: invitation.Tenant, User: user.ID}] = true
	}
	return nil
}
