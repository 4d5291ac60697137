package account

import (
	"net/netip"
	"testing"
	"time"

	"parley/chat"
)

func TestAddressesAreReadAndWrittenInOneForm(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"203.0.113.7": "203.0.113.7/32", " 203.0.113.7/24 ": "203.0.113.0/24", "2001:DB8::1": "2001:db8::1/128",
		"2001:db8::1/32": "2001:db8::/32", "::ffff:203.0.113.7": "203.0.113.7/32", "0.0.0.0/0": "0.0.0.0/0",
	} {
		if got, err := ParseAddresses([]string{entry, entry}); err != nil || len(got) != 1 || got[0].String() != want {
			t.Errorf("%q: %v, %v", entry, got, err)
		}
	}
	for _, entry := range []string{"", "here", "203.0.113", "203.0.113.7/33", "203.0.113.7/-1", "fe80::1%eth0", "::ffff:203.0.113.0/120", "203.0.113.7, 203.0.113.8", "[2001:db8::1]", "203.0.113.7:80"} {
		if got, err := ParseAddresses([]string{entry}); code(err) != "address_invalid" {
			t.Errorf("%q: %v, %v", entry, got, err)
		}
	}
}

func TestMembersAreRefusedFromWhereTheirBusinessDoesNotWantThem(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	ctx, away := t.Context(), netip.MustParseAddr("198.51.100.1")
	if err := s.Admit(ctx, s.mia, away); err != nil {
		t.Errorf("without a list: %v", err)
	}
	if _, err := s.SetTenantAccess(ctx, s.mia, away, []string{"203.0.113.0/24"}); code(err) != "would_lock_you_out" {
		t.Errorf("a list without oneself: %v", err)
	}
	if _, err := s.SetTenantAccess(ctx, s.mia, netip.Addr{}, []string{"203.0.113.0/24"}); code(err) != "would_lock_you_out" {
		t.Errorf("from an address that is not known: %v", err)
	}
	if _, err := s.SetTenantAccess(ctx, s.mia, home, []string{"203.0.113.0/24"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Admit(ctx, s.mia, away); code(err) != "address_not_allowed" {
		t.Errorf("from elsewhere, at once: %v", err)
	}
	if err := s.Admit(ctx, s.mia, home); err != nil {
		t.Errorf("from home: %v", err)
	}
	if err := s.Admit(ctx, Identity{Tenant: s.mia.Tenant, Key: "key_1"}, away); err != nil {
		t.Errorf("a key, which has a list of its own: %v", err)
	}
	if err := s.Admit(ctx, s.register(t, "sam@rival.example").Identity, away); err != nil {
		t.Errorf("another business: %v", err)
	}
}

func TestListsAreReadOnceASecondAndOutliveStorage(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	ctx := t.Context()
	for range 100 {
		if err := s.Admit(ctx, s.mia, home); err != nil {
			t.Fatal(err)
		}
		s.clock = s.clock.Add(20 * time.Millisecond)
	}
	if s.ring.looks != 2 {
		t.Errorf("%d looks in two seconds", s.ring.looks)
	}
	// Another node changes the list.
	if err := s.ring.PutTenantAccess(ctx, s.mia.Tenant, []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}); err != nil {
		t.Fatal(err)
	}
	s.clock = s.clock.Add(time.Second)
	if err := s.Admit(ctx, s.mia, home); code(err) != "address_not_allowed" {
		t.Errorf("a second later: %v", err)
	}
	s.ring.away = chat.ErrUnavailable
	s.clock = s.clock.Add(time.Hour)
	if err := s.Admit(ctx, s.mia, home); code(err) != "address_not_allowed" {
		t.Errorf("while storage is away: %v", err)
	}
	if err := s.Admit(ctx, Identity{Tenant: "tnt_new", Role: Owner}, home); code(err) != "unavailable" {
		t.Errorf("of whom nothing is known: %v", err)
	}
}
