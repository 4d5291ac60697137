package account

import (
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

// shop is an office that has keys, and its owner.
type shop struct {
	*office
	ring *keyRing
	mia  Identity
}

func withKeys(t *testing.T) *shop {
	t.Helper()
	s := &shop{office: &office{store: newMemory(), clock: time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)}, ring: &keyRing{}}
	config := s.store.config()
	config.Keys, config.Access = s.ring, s.ring
	service, err := newService(config, func() time.Time { return s.clock })
	if err != nil {
		t.Fatal(err)
	}
	s.Service = service
	s.mia = s.register(t, "mia@acme.example").Identity
	return s
}

var home = netip.MustParseAddr("203.0.113.7")

func (s *shop) make(t *testing.T, wanted NewAPIKey) (APIKey, string) {
	t.Helper()
	if wanted.Name == "" {
		wanted.Name = "Shop"
	}
	if wanted.Scopes == nil {
		wanted.Scopes = AllScopes
	}
	key, secret, err := s.CreateAPIKey(t.Context(), s.mia, wanted)
	if err != nil {
		t.Fatal(err)
	}
	return key, secret
}

func (s *shop) try(t *testing.T, secret string) string {
	t.Helper()
	_, err := s.Bearer(t.Context(), secret, home)
	return code(err)
}

func TestAKeyHasTheFormThatScannersLookFor(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(`^` + KeyPattern + `$`)
	for range 1000 {
		key, prefix, err := newKeySecret()
		if err != nil || !pattern.MatchString(key) || !IsKey(key) || !strings.HasPrefix(key, prefix) || len(prefix) != len(keyStart)+4 {
			t.Fatalf("%q, %q, %v", key, prefix, err)
		}
	}
	key, _, _ := newKeySecret()
	for i := range len(key) {
		other := []byte(key)
		if other[i] = 'x'; key[i] == 'x' {
			other[i] = 'y'
		}
		if IsKey(string(other)) {
			t.Errorf("a mistake at %d was not found", i)
		}
	}
	for _, text := range []string{"", keyStart, key[:len(key)-1], key + "x", " " + key, strings.Replace(key, "live", "test", 1), strings.Repeat("_", keyLength)} {
		if IsKey(text) {
			t.Errorf("%q is a key", text)
		}
	}
}

func TestAKeyIsWhoItsScopesSay(t *testing.T) {
	t.Parallel()
	s, bot := withKeys(t), chat.NewID(chat.BotPrefix)
	key, secret := s.make(t, NewAPIKey{Name: " Till ", Scopes: []Scope{ScopeAsk, ScopeRead, ScopeAsk}, Bot: bot})
	who, err := s.Bearer(t.Context(), secret, home)
	if err != nil {
		t.Fatal(err)
	}
	if who.Tenant != s.mia.Tenant || who.Key != key.ID || who.User != key.ID || who.Bot != bot || who.Name != "Till" || who.Role != "" {
		t.Errorf("got %+v", who)
	}
	may := map[Action]bool{Read: true, Ask: true}
	for _, action := range Actions {
		if err := who.Require(action); (err == nil) != may[action] || err != nil && !errors.Is(err, ErrScope) {
			t.Errorf("%s: %v", action, err)
		}
	}
	if err := (Need{Action: Read, Person: true}).Require(who); !errors.Is(err, ErrPerson) {
		t.Errorf("what is for people: %v", err)
	}
	if err := (Need{Action: Read, Person: true}).Require(s.mia); err != nil {
		t.Errorf("what is for people, to one: %v", err)
	}
}

func TestNoScopeReachesPeopleKeysAndTheBusiness(t *testing.T) {
	t.Parallel()
	all := ScopesOf(AllScopes...)
	for _, action := range Actions {
		switch action {
		case Read, Ask, ManageBots, ManageWebhooks:
			if !all.May(action) {
				t.Errorf("no scope is for %s", action)
			}
		default:
			if all.May(action) {
				t.Errorf("a key may %s", action)
			}
		}
	}
}

func TestWhatIsNoGoodKeyIsRefused(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	_, secret := s.make(t, NewAPIKey{Addresses: []string{"198.51.100.0/24", "2001:db8::1"}})
	stranger, _, err := newKeySecret()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		token, from, want string
	}{
		"from its network":       {secret, "198.51.100.200", ""},
		"mapped into IPv6":       {secret, "::ffff:198.51.100.200", ""},
		"from its one address":   {secret, "2001:db8::1", ""},
		"from beside it":         {secret, "2001:db8::2", "address_not_allowed"},
		"from elsewhere":         {secret, "203.0.113.7", "address_not_allowed"},
		"from nobody knows":      {secret, "", "address_not_allowed"},
		"a key of nobody's":      {stranger, "198.51.100.200", "unauthorized"},
		"with a wrong checksum":  {secret[:len(secret)-1] + "!", "198.51.100.200", "unauthorized"},
		"the beginning of a key": {secret[:20], "198.51.100.200", "unauthorized"},
		"no key":                 {"nonsense", "198.51.100.200", "unauthorized"},
	} {
		from := netip.Addr{}
		if c.from != "" {
			from = netip.MustParseAddr(c.from)
		}
		if _, err := s.Bearer(t.Context(), c.token, from); code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeyEndsWhenItExpiresOrIsDeletedOrItsBusinessIsSuspended(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	key, secret := s.make(t, NewAPIKey{ExpiresAt: s.clock.Add(time.Hour)})
	other, gone := s.make(t, NewAPIKey{})
	s.clock = s.clock.Add(time.Hour - time.Millisecond)
	if got := s.try(t, secret); got != "" {
		t.Errorf("before it expires: %s", got)
	}
	s.clock = s.clock.Add(time.Millisecond)
	if got := s.try(t, secret); got != "key_expired" {
		t.Errorf("when it expires: %s", got)
	}
	if _, err := s.UpdateAPIKey(t.Context(), s.mia, key.ID, APIKeyChange{ExpiresAt: new(time.Time)}); err != nil || s.try(t, secret) != "" {
		t.Errorf("when it never expires: %v, %s", err, s.try(t, secret))
	}
	if err := s.DeleteAPIKey(t.Context(), s.mia, other.ID); err != nil || s.try(t, gone) != "unauthorized" {
		t.Errorf("deleted: %v, %s", err, s.try(t, gone))
	}
	tenant := s.store.tenants[s.mia.Tenant]
	tenant.Suspended = true
	s.store.tenants[tenant.ID] = tenant
	if got := s.try(t, secret); got != "suspended" {
		t.Errorf("of a suspended business: %s", got)
	}
	s.ring.away = chat.ErrUnavailable
	if got := s.try(t, secret); got != "unavailable" {
		t.Errorf("while keys cannot be read: %s", got)
	}
}

func TestAKeyThatIsReplacedGoesOnForAWhile(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	old, before := s.make(t, NewAPIKey{Scopes: []Scope{ScopeAsk}, Bot: chat.NewID(chat.BotPrefix), Addresses: []string{"203.0.113.7"}})
	next, after, err := s.RotateAPIKey(t.Context(), s.mia, old.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if next.ID == old.ID || next.Line != old.ID || next.Scopes != old.Scopes || next.Bot != old.Bot || next.Addresses[0] != old.Addresses[0] || !next.ExpiresAt.IsZero() {
		t.Errorf("got %+v", next)
	}
	for _, secret := range []string{before, after} {
		if who, err := s.Bearer(t.Context(), secret, home); err != nil || who.User != old.ID {
			t.Errorf("both are the same program: %+v, %v", who, err)
		}
	}
	s.clock = s.clock.Add(time.Hour)
	if s.try(t, before) != "key_expired" || s.try(t, after) != "" {
		t.Errorf("past the overlap: %q, %q", s.try(t, before), s.try(t, after))
	}
	for _, overlap := range []time.Duration{-time.Hour, maxOverlap + 1} {
		if _, _, err := s.RotateAPIKey(t.Context(), s.mia, next.ID, overlap); code(err) != "overlap_invalid" {
			t.Errorf("%s: %v", overlap, err)
		}
	}
	if _, _, err := s.RotateAPIKey(t.Context(), s.mia, next.ID, 0); err != nil || s.try(t, after) != "key_expired" {
		t.Errorf("at once: %v, %s", err, s.try(t, after))
	}
}

func TestWhenAKeyWasUsedIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	_, secret := s.make(t, NewAPIKey{})
	for range 100 {
		s.try(t, secret)
		s.clock = s.clock.Add(time.Second)
	}
	if s.ring.notes != 2 {
		t.Errorf("%d notes in 100 seconds", s.ring.notes)
	}
}

func TestKeysThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	long := make([]string, maxAddresses+1)
	for i := range long {
		long[i] = netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}).String()
	}
	for want, wanted := range map[string]NewAPIKey{
		"name_invalid":       {Name: " ", Scopes: AllScopes},
		"scopes_invalid":     {Name: "Shop"},
		"address_invalid":    {Name: "Shop", Scopes: AllScopes, Addresses: []string{"203.0.113.0/33"}},
		"too_many_addresses": {Name: "Shop", Scopes: AllScopes, Addresses: long},
		"expiry_invalid":     {Name: "Shop", Scopes: AllScopes, ExpiresAt: s.clock},
		"not_found":          {Name: "Shop", Scopes: AllScopes, Bot: "bot_1"},
	} {
		if _, _, err := s.CreateAPIKey(t.Context(), s.mia, wanted); code(err) != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	if _, _, err := s.CreateAPIKey(t.Context(), s.mia, NewAPIKey{Name: "Shop", Scopes: []Scope{"own"}}); code(err) != "scopes_invalid" {
		t.Error("there is a scope that there is not")
	}
}

func TestKeysThatExpiredLongAgoAreNotShown(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	s.make(t, NewAPIKey{ExpiresAt: s.clock.Add(time.Hour)})
	s.make(t, NewAPIKey{})
	for after, want := range map[time.Duration]int{KeptExpired: 2, KeptExpired + time.Hour: 1} {
		now := s.clock
		s.clock = now.Add(after)
		if all, err := s.APIKeys(t.Context(), s.mia); err != nil || len(all) != want {
			t.Errorf("after %s: %d, %v", after, len(all), err)
		}
		s.clock = now
	}
}
