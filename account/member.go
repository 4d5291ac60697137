package account

import (
	"context"
	"slices"
	"time"

	"parley/chat"
)

// Membership is a person in a tenant, as colleagues see them.
type Membership struct {
	Member
	Name      string
	Email     string
	Available bool // takes conversations while they have the dashboard open
	JoinedAt  time.Time
}

// ErrCannotTake refuses to give a conversation to somebody whose role does not take any.
var ErrCannotTake = chat.Fail(chat.Invalid, "cannot_take", "This colleague's role does not allow them to take conversations.")

// Taker returns the one among members to whom somebody wants to give a conversation: chat.ErrNotFound, or ErrCannotTake.
func Taker(members []Membership, user string) (chat.Author, error) {
	i := slices.IndexFunc(members, func(m Membership) bool { return m.User == user })
	switch {
	case i < 0:
		return chat.Author{}, chat.ErrNotFound
	case !members[i].Role.May(Take):
		return chat.Author{}, ErrCannotTake
	}
	return chat.Author{Kind: chat.ByAgent, ID: user, Name: members[i].Name}, nil
}

// Members keeps who belongs to a tenant.
type Members interface {
	// Members returns all of a tenant's, oldest first.
	Members(ctx context.Context, tenant string) ([]Membership, error)
	// SetRole changes a member's role, and revokes their access tokens in the same transaction: ErrNotFound,
	// or a Conflict error with code "last_owner" when nobody would be left who is one.
	SetRole(ctx context.Context, tenant, user string, role Role) error
	// RemoveMember ends a membership, its sign-ins and their access tokens; refusals as SetRole's.
	RemoveMember(ctx context.Context, tenant, user string) error
	// SetAvailable keeps whether a member takes conversations.
	SetAvailable(ctx context.Context, tenant, user string, available bool) error
	// Available tells it; ErrNotFound: there is no such member.
	Available(ctx context.Context, tenant, user string) (bool, error)
	// RenameUser keeps the name under which a person is shown, in each of their tenants; ErrNotFound: there is no such user.
	RenameUser(ctx context.Context, user, name string) error
}

// InvitationPrefix begins the ids of invitations.
const InvitationPrefix = "inv"

// Invitation lets whoever has its secret join a tenant.
type Invitation struct {
	ID        string
	Tenant    string
	Email     string // where it was sent
	Role      Role
	Hash      []byte // SHA-256 of its secret
	By        string // user
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Invitations keeps those that nobody has accepted yet.
type Invitations interface {
	// Invite keeps an invitation in place of an earlier one to the same address (compared without case).
	Invite(ctx context.Context, invitation Invitation) error
	// InviteWithin is Invite unless so many seats (0: any number) are taken, by members and by other invitations that have not expired: then
	// it is a chat.Error "plan_seats". Of many who take the last one at once, one does.
	InviteWithin(ctx context.Context, invitation Invitation, seats int64) error
	// Invitation returns one by id, or chat.ErrNotFound.
	Invitation(ctx context.Context, id string) (Invitation, error)
	// Invitations returns a tenant's, oldest first.
	Invitations(ctx context.Context, tenant string) ([]Invitation, error)
	// Accept makes a member of a user, and the user too when create says so, and deletes the invitation, together.
	// ErrNotFound when the invitation is gone; Conflict "email_taken" for a user to create whose
	// address has an account; one who is a member already stays what they are.
	Accept(ctx context.Context, invitation string, user User, create bool) error
	// DeleteInvitation: repeating is ErrNotFound.
	DeleteInvitation(ctx context.Context, tenant, id string) error
}
