package storetest

import (
	"net/netip"
	"slices"
	"testing"
)

var accessTests = []test{
	{"A tenant's addresses are kept, changed and taken away, and are nobody else's", func(t *testing.T, w *world) {
		ctx, stranger := t.Context(), newWorld(t, w.Store)
		office, home := netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")
		must(t, w.PutTenantAccess(ctx, stranger.tenant.ID, []netip.Prefix{home}))
		for _, list := range [][]netip.Prefix{{office}, {office, home}, nil, {home}} {
			must(t, w.PutTenantAccess(ctx, w.tenant.ID, list))
			got, err := w.TenantAccess(ctx, w.tenant.ID)
			if must(t, err); !slices.Equal(got, list) {
				t.Errorf("got %v, want %v", got, list)
			}
		}
		must(t, w.PutTenantAccess(ctx, w.tenant.ID, nil))
		got, err := w.TenantAccess(ctx, stranger.tenant.ID)
		if must(t, err); !slices.Equal(got, []netip.Prefix{home}) {
			t.Errorf("got %v", got)
		}
	}},
}
