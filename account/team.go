package account

import (
	"context"
	"errors"
	"fmt"

	"parley/chat"
)

// Errors of changing who belongs to a business.
var (
	errRole = chat.Fail(chat.Invalid, "role_invalid", "Please choose one of the roles owner, admin, agent and viewer.")
	// errOwners refuses an admin what concerns owners.
	errOwners = chat.Fail(chat.Forbidden, "owners_only", "Only an owner can make somebody an owner, or change or remove one.")
)

// Members returns everybody of the business, oldest first.
func (s *Service) Members(ctx context.Context, who Identity) ([]Membership, error) {
	members, err := s.members.Members(ctx, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return members, nil
}

// SetRole changes what a member may do: what they have signed in with must be refreshed. Codes:
// role_invalid, not_found, owners_only, last_owner, forbidden, suspended.
func (s *Service) SetRole(ctx context.Context, who Identity, user string, role Role) (Membership, error) {
	if !role.known() {
		return Membership{}, errRole
	}
	member, err := s.changeable(ctx, who, user, role)
	if err != nil {
		return Membership{}, err
	}
	if err := s.members.SetRole(ctx, who.Tenant, user, role); err != nil {
		return Membership{}, fmt.Errorf("set role: %w", err)
	}
	s.revoked.spread(ctx, who.Tenant, user)
	member.Role = role
	return member, nil
}

// Remove ends a membership and its sign-ins. Codes as SetRole's.
func (s *Service) Remove(ctx context.Context, who Identity, user string) error {
	if _, err := s.changeable(ctx, who, user, ""); err != nil {
		return err
	}
	if err := s.members.RemoveMember(ctx, who.Tenant, user); err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	s.revoked.spread(ctx, who.Tenant, user)
	return nil
}

// changeable returns a member whom the one who asks may make into `to`; "" is no member.
func (s *Service) changeable(ctx context.Context, who Identity, user string, to Role) (Membership, error) {
	acting, err := s.managing(ctx, who)
	if err != nil {
		return Membership{}, err
	}
	members, err := s.members.Members(ctx, who.Tenant)
	if err != nil {
		return Membership{}, fmt.Errorf("find member: %w", err)
	}
	for _, member := range members {
		if member.User != user {
			continue
		}
		if !acting.Role.mayChange(member.Role, to) {
			return Membership{}, errOwners
		}
		return member, nil
	}
	return Membership{}, chat.ErrNotFound
}

// managing returns who makes a request if they may manage members at this
// moment. Another node may have revoked their token within the last second: its bearer could undo what
// was just decided about them.
func (s *Service) managing(ctx context.Context, who Identity) (Profile, error) {
	profile, err := s.Profile(ctx, who)
	if err != nil {
		return Profile{}, err
	}
	if profile.Tenant.Suspended {
		return Profile{}, ErrSuspended
	}
	if !profile.Role.May(ManageMembers) {
		return Profile{}, ErrForbidden
	}
	return profile, nil
}

// Rename changes the name under which a person is shown to colleagues and
// visitors, in each of their businesses. Tokens bear it from their next refresh on.
// Code: name_invalid.
func (s *Service) Rename(ctx context.Context, who Identity, name string) error {
	name, err := cleanName(name, "name_invalid", "Please enter your name")
	if err != nil {
		return err
	}
	if _, err := s.Profile(ctx, who); err != nil {
		return err
	}
	if err := s.members.RenameUser(ctx, who.User, name); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return nil
}

// SetAvailable keeps whether a person takes conversations of the business while
// they have the dashboard open.
func (s *Service) SetAvailable(ctx context.Context, who Identity, available bool) error {
	if err := who.Require(Take); err != nil {
		return err
	}
	return stillMember("set availability", s.members.SetAvailable(ctx, who.Tenant, who.User, available))
}

// Available tells it; ErrUnauthorized: they are a member no more.
func (s *Service) Available(ctx context.Context, who Identity) (bool, error) {
	available, err := s.members.Available(ctx, who.Tenant, who.User)
	return available, stillMember("read availability", err)
}

// stillMember turns the absence of one's own membership into the end of one's sign-in.
func stillMember(attempted string, err error) error {
	if errors.Is(err, chat.ErrNotFound) {
		return ErrUnauthorized.Because(err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", attempted, err)
	}
	return nil
}
