package account

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"parley/chat"
)

// Access keeps from which addresses members reach their business.
type Access interface {
	// TenantAccess returns a tenant's list; empty: from everywhere.
	TenantAccess(ctx context.Context, tenant string) ([]netip.Prefix, error)
	// PutTenantAccess keeps a list in place of the one before.
	PutTenantAccess(ctx context.Context, tenant string, list []netip.Prefix) error
}

var errLockedOut = chat.Fail(chat.Invalid, "would_lock_you_out", "Your own address is not on this list, so that you could not change it again. Please add it, or empty the list.")

// TenantAccess returns from where members reach the business; empty: from everywhere.
func (s *Service) TenantAccess(ctx context.Context, who Identity) ([]netip.Prefix, error) {
	if s.access == nil {
		return nil, nil
	}
	list, err := s.access.store.TenantAccess(ctx, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("read allowed addresses: %w", err)
	}
	return list, nil
}

// SetTenantAccess says from where members reach the business. It holds on all nodes within a second, and not for keys
// of the API, which have lists of their own. A list without whoever sets it is refused.
func (s *Service) SetTenantAccess(ctx context.Context, who Identity, from netip.Addr, addresses []string) ([]netip.Prefix, error) {
	if s.access == nil {
		return nil, chat.ErrUnavailable
	}
	list, err := ParseAddresses(addresses)
	if err != nil {
		return nil, err
	}
	if !admits(list, from) {
		return nil, errLockedOut
	}
	if err := s.access.store.PutTenantAccess(ctx, who.Tenant, list); err != nil {
		return nil, fmt.Errorf("keep allowed addresses: %w", err)
	}
	s.access.forget(who.Tenant)
	return list, nil
}

// Admit refuses a member with ErrAddress who comes from where their business's members may not. What
// concerns nobody but oneself needs no Admit: somebody may belong to another business, too. Visits are by the owner's consent, from wherever operators work.
func (s *Service) Admit(ctx context.Context, who Identity, from netip.Addr) error {
	if s.access == nil || who.Key != "" || who.Visit != "" {
		return nil
	}
	list, err := s.access.of(ctx, who.Tenant, s.now())
	if err != nil {
		return err
	}
	if !admits(list, from) {
		return ErrAddress
	}
	return nil
}

const (
	// accessFresh is how old a list may be that a request is checked by.
	accessFresh = time.Second
	// accessAtMost bounds the tenants whose lists are remembered, some 200 bytes each.
	accessAtMost = 10_000
)

// accessLists remembers lists, so that not every request reads one.
type accessLists struct {
	store Access

	mu    sync.Mutex
	known map[string]accessList // by tenant
}

type accessList struct {
	list []netip.Prefix
	at   time.Time
}

func newAccessLists(store Access) *accessLists {
	if store == nil {
		return nil
	}
	return &accessLists{store: store, known: make(map[string]accessList)}
}

// of returns a tenant's list of the last second, or the last that was known while it cannot be read: then
// nobody can change it either.
func (a *accessLists) of(ctx context.Context, tenant string, now time.Time) ([]netip.Prefix, error) {
	a.mu.Lock()
	last, known := a.known[tenant]
	a.mu.Unlock()
	if known && now.Sub(last.at) < accessFresh {
		return last.list, nil
	}
	list, err := a.store.TenantAccess(ctx, tenant)
	if err != nil && known && chat.AsError(err).Kind == chat.Unavailable {
		return last.list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read allowed addresses: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.known[tenant]; !again && len(a.known) >= accessAtMost {
		for other := range a.known {
			delete(a.known, other)
			break
		}
	}
	a.known[tenant] = accessList{list, now}
	return list, nil
}

func (a *accessLists) forget(tenant string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, tenant)
}
