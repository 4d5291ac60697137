package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/chat"
)

// Operator is a person who runs the installation.
type Operator struct {
	User  string
	Since time.Time
}

// Operators keeps who runs the installation, which its command line decides, and what they see of all businesses.
type Operators interface {
	// IsOperator tells whether a user is one. It is asked at each of their requests, so that whoever is none any more is refused at once.
	IsOperator(ctx context.Context, user string) (bool, error)
	// Operators returns all of them, longest first.
	Operators(ctx context.Context) ([]Operator, error)
	// MakeOperator makes a user one; repeating is not an error. chat.ErrNotFound: there is no such user.
	MakeOperator(ctx context.Context, user string, since time.Time) error
	// UnmakeOperator takes that back, which ends their visits: chat.ErrNotFound, they are none.
	UnmakeOperator(ctx context.Context, user string) error

	// TenantsBefore returns a page of all businesses, latest first, and the cursor of the next ("" at the end). A cursor that was not given out is Invalid.
	TenantsBefore(ctx context.Context, cursor string, limit int) ([]Business, string, error)
	// Business returns one of them, or chat.ErrNotFound.
	Business(ctx context.Context, tenant string) (Business, error)
	// ShutTenant says whether nobody of a business signs in any more, and revokes the access tokens of its members in the same transaction;
	// repeating is not an error. chat.ErrNotFound: there is no such business.
	ShutTenant(ctx context.Context, tenant string, shut bool) error
}

// Business is what operators see of one without the consent of its owner.
type Business struct {
	Tenant
	EraseAt time.Time // zero: never
	Members int64
	Owners  int64
}

// Operating tells whether somebody runs the installation. Keys and visits never do.
func (s *Service) Operating(ctx context.Context, who Identity) (bool, error) {
	if s.operators == nil || who.Key != "" || who.Visit != "" {
		return false, nil
	}
	is, err := s.operators.IsOperator(ctx, who.User)
	if err != nil {
		return false, fmt.Errorf("ask who operates: %w", err)
	}
	return is, nil
}

// ShutOut says whether the people of a business are kept from signing in. Who is signed in is signed out, on all nodes within a second.
func (s *Service) ShutOut(ctx context.Context, tenant string, shut bool) error {
	if s.operators == nil {
		return chat.ErrNotFound
	}
	if err := s.operators.ShutTenant(ctx, tenant, shut); err != nil {
		return fmt.Errorf("shut out a business: %w", err)
	}
	s.revoked.spread(ctx, tenant, "")
	return nil
}

// Businesses are those of a tenant's directory that operators see.
func (s *Service) Businesses(ctx context.Context, cursor string, limit int) ([]Business, string, error) {
	if s.operators == nil {
		return nil, "", nil
	}
	page, next, err := s.operators.TenantsBefore(ctx, cursor, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list businesses: %w", err)
	}
	return page, next, nil
}

// Business returns what operators see of one.
func (s *Service) Business(ctx context.Context, tenant string) (Business, error) {
	if s.operators == nil {
		return Business{}, chat.ErrNotFound
	}
	found, err := s.operators.Business(ctx, tenant)
	if err != nil {
		return Business{}, fmt.Errorf("read a business: %w", err)
	}
	return found, nil
}

// OperatorNamed returns the user with an address, of whom an operator is to be made.
func OperatorNamed(ctx context.Context, store Store, email string) (User, error) {
	clean, err := NormaliseEmail(email)
	if err != nil {
		return User{}, err
	}
	user, _, err := store.UserByEmail(ctx, clean)
	if errors.Is(err, chat.ErrNotFound) {
		return User{}, errNobodyThere
	}
	if err != nil {
		return User{}, fmt.Errorf("find who is to operate: %w", err)
	}
	return user, nil
}

var errNobodyThere = chat.Fail(chat.NotFound, "user_unknown", "Nobody has an account with this address. Register it first, in the dashboard.")
