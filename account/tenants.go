package account

import (
	"context"
	"errors"
	"fmt"

	"parley/chat"
)

// Tenants keeps what owners decide about a business itself.
type Tenants interface {
	// RenameTenant: chat.ErrNotFound, there is no such tenant.
	RenameTenant(ctx context.Context, tenant, name string) error
	// TransferOwnership makes one member an owner and another, who is one, an admin, together, and revokes the access tokens of both:
	// chat.ErrNotFound when either is no member, ErrForbidden when `from` is no owner.
	TransferOwnership(ctx context.Context, tenant, from, to string) error
}

// Belonging is a business that a person belongs to.
type Belonging struct {
	Tenant Tenant
	Role   Role
}

// Belongings returns the businesses of a person, in the order in which they joined.
func (s *Service) Belongings(ctx context.Context, who Identity) ([]Belonging, error) {
	_, members, err := s.store.User(ctx, who.User)
	if err != nil {
		return nil, fmt.Errorf("list businesses: %w", err)
	}
	belongings := make([]Belonging, 0, len(members))
	for _, member := range members {
		tenant, err := s.store.Tenant(ctx, member.Tenant)
		if errors.Is(err, chat.ErrNotFound) { // erased since
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list businesses: %w", err)
		}
		belongings = append(belongings, Belonging{Tenant: tenant, Role: member.Role})
	}
	return belongings, nil
}

// Switch signs a person into another of their businesses. The sign-in that the request comes from goes on. Codes: not_found, suspended.
func (s *Service) Switch(ctx context.Context, who Identity, tenant string) (Tokens, error) {
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("switch: %w", err)
	}
	user, members, err := s.store.User(ctx, who.User)
	if err != nil {
		return Tokens{}, fmt.Errorf("switch: %w", err)
	}
	member, ok := memberOf(members, tenant)
	if !ok {
		return Tokens{}, chat.ErrNotFound
	}
	if err := s.checkTenant(ctx, tenant); err != nil {
		return Tokens{}, err
	}
	return s.begin(ctx, user, member, version)
}

// RenameTenant changes the name of the business. Code: company_invalid.
func (s *Service) RenameTenant(ctx context.Context, who Identity, name string) error {
	name, err := cleanName(name, "company_invalid", "Please enter the name of your company")
	if err != nil {
		return err
	}
	if err := s.still(ctx, who, ManageTenant); err != nil {
		return err
	}
	if err := s.tenants.RenameTenant(ctx, who.Tenant, name); err != nil {
		return fmt.Errorf("rename a business: %w", err)
	}
	return nil
}

// still refuses who may not do something any more: another node may have revoked their token within the last second.
func (s *Service) still(ctx context.Context, who Identity, action Action) error {
	profile, err := s.Profile(ctx, who)
	if err != nil {
		return err
	}
	if profile.Tenant.Suspended {
		return ErrSuspended
	}
	if !profile.Role.May(action) {
		return ErrForbidden
	}
	return nil
}
