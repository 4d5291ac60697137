package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"parley/chat"
)

// KeyPrefix begins the ids of keys of the API.
const KeyPrefix = "key"

// MaxKeys is how many keys a tenant may have. Those that have expired count until they are forgotten.
const MaxKeys = 100

// KeptExpired is how long a key that has expired is still shown.
const KeptExpired = 30 * 24 * time.Hour

// APIKey lets a program of a business use the API.
type APIKey struct {
	ID     string
	Tenant string
	Bot    string // the only one that it sees; empty: all
	// Line is the id of the first of the keys that replaced each other: what a program is, whichever of them it uses.
	Line      string
	Name      string
	Prefix    string // the beginning of the key, by which people tell it from others
	Hash      []byte // SHA-256 of the key
	Scopes    Scopes
	Addresses []netip.Prefix // from where it may be used; none: from everywhere
	By        string         // user
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	UsedAt    time.Time // to the minute; zero: never
}

// expired tells whether it is not good any more.
func (k APIKey) expired(now time.Time) bool { return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt) }

// identity is who uses the key.
func (k APIKey) identity() Identity {
	return Identity{Tenant: k.Tenant, User: k.Line, Name: k.Name, Key: k.ID, Bot: k.Bot, Scopes: k.Scopes}
}

// Line is that of the key with which a request is made; empty: with none.
func (i Identity) Line() string {
	if i.Key == "" {
		return ""
	}
	return i.User
}

// APIKeys keeps keys of the API.
type APIKeys interface {
	// CreateAPIKey keeps a new one, and forgets those of the tenant that expired before a time. ErrNotFound: the
	// tenant has no such bot; ErrTooManyKeys.
	CreateAPIKey(ctx context.Context, key APIKey, forget time.Time) error
	// APIKeyByHash returns the one of a secret, of whichever tenant, or ErrNotFound.
	APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error)
	// APIKey returns one of the tenant's, or ErrNotFound.
	APIKey(ctx context.Context, tenant, id string) (APIKey, error)
	// APIKeys returns all of the tenant's, oldest first.
	APIKeys(ctx context.Context, tenant string) ([]APIKey, error)
	// UpdateAPIKey changes name, scopes, addresses and expiry of one; change may be called again when somebody else was
	// faster, and its error is returned. ErrNotFound.
	UpdateAPIKey(ctx context.Context, tenant, id string, change func(*APIKey) error) (APIKey, error)
	// RotateAPIKey keeps a key in the place of another, which expires at a time unless it does before, together. Errors as CreateAPIKey's.
	RotateAPIKey(ctx context.Context, next APIKey, instead string, ends time.Time) error
	// DeleteAPIKey: repeating is ErrNotFound.
	DeleteAPIKey(ctx context.Context, tenant, id string) error
	// UseAPIKey notes when one was used last; one that is gone is no error.
	UseAPIKey(ctx context.Context, tenant, id string, at time.Time) error
}

// Errors of keys.
var (
	ErrTooManyKeys = chat.Fail(chat.Conflict, "too_many_keys", fmt.Sprintf("You can have %d API keys at most. Please delete one that you do not use.", MaxKeys))
	// ErrKeyExpired tells whoever has the key that it was a good one.
	ErrKeyExpired = chat.Fail(chat.Unauthorized, "key_expired", "This API key has expired. Please use another one.")
	// ErrPerson refuses a key what is for people.
	ErrPerson = chat.Fail(chat.Forbidden, "person_required", "This is for people who are signed in, and not for API keys.")

	errKeyExpiry = chat.Fail(chat.Invalid, "expiry_invalid", "A key can only expire in the future.")
	errOverlap   = chat.Fail(chat.Invalid, "overlap_invalid", "The old key can go on for 0 to 720 hours.")
)

// maxOverlap is how long a key goes on beside the one that replaces it: whoever needs more than a month has two keys.
const maxOverlap = 720 * time.Hour

// NewAPIKey is what somebody wants of a key.
type NewAPIKey struct {
	Name      string
	Scopes    []Scope
	Bot       string
	Addresses []string
	ExpiresAt time.Time // zero: never
}

// CreateAPIKey makes a key. Its secret is returned once and kept nowhere.
func (s *Service) CreateAPIKey(ctx context.Context, who Identity, wanted NewAPIKey) (key APIKey, secret string, err error) {
	key, secret, err = s.newAPIKey(who)
	if err != nil {
		return APIKey{}, "", err
	}
	key.Line, key.Bot = key.ID, wanted.Bot
	if key.Bot != "" && !chat.ValidID(chat.BotPrefix, key.Bot) {
		return APIKey{}, "", chat.ErrNotFound
	}
	change := APIKeyChange{Name: &wanted.Name, Scopes: &wanted.Scopes, Addresses: &wanted.Addresses, ExpiresAt: &wanted.ExpiresAt}
	if err := change.apply(&key, s.now()); err != nil {
		return APIKey{}, "", err
	}
	if err := s.keys.CreateAPIKey(ctx, key, key.CreatedAt.Add(-KeptExpired)); err != nil {
		return APIKey{}, "", fmt.Errorf("create API key: %w", err)
	}
	return key, secret, nil
}

func (s *Service) newAPIKey(who Identity) (key APIKey, secret string, err error) {
	secret, prefix, err := newKeySecret()
	if err != nil {
		return APIKey{}, "", err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	return APIKey{ID: chat.NewID(KeyPrefix), Tenant: who.Tenant, Prefix: prefix, Hash: hashSecret(secret), By: who.User, CreatedAt: now}, secret, nil
}

// APIKeys returns all keys of the business, oldest first, without those that expired long ago.
func (s *Service) APIKeys(ctx context.Context, who Identity) ([]APIKey, error) {
	all, err := s.keys.APIKeys(ctx, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	old := s.now().Add(-KeptExpired)
	return slices.DeleteFunc(all, func(k APIKey) bool { return k.expired(old) }), nil
}

// APIKeyChange is what of a key is to change; nil stays.
type APIKeyChange struct {
	Name      *string
	Scopes    *[]Scope
	Addresses *[]string
	ExpiresAt *time.Time // to zero: never
}

func (c APIKeyChange) apply(key *APIKey, now time.Time) (err error) {
	if c.Name != nil {
		if key.Name, err = cleanName(*c.Name, "name_invalid", "Please give the key a name"); err != nil {
			return err
		}
	}
	if c.Scopes != nil {
		if key.Scopes, err = parseScopes(*c.Scopes); err != nil {
			return err
		}
	}
	if c.Addresses != nil {
		if key.Addresses, err = ParseAddresses(*c.Addresses); err != nil {
			return err
		}
	}
	if c.ExpiresAt != nil {
		if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(now) {
			return errKeyExpiry
		}
		key.ExpiresAt = c.ExpiresAt.UTC().Truncate(time.Millisecond)
	}
	return nil
}

// UpdateAPIKey changes a key. The bot that it sees stays: programs have it where they should not see another.
func (s *Service) UpdateAPIKey(ctx context.Context, who Identity, id string, change APIKeyChange) (APIKey, error) {
	key, err := s.keys.UpdateAPIKey(ctx, who.Tenant, id, func(key *APIKey) error { return change.apply(key, s.now()) })
	if err != nil {
		return APIKey{}, fmt.Errorf("update API key: %w", err)
	}
	return key, nil
}

// RotateAPIKey makes a key that may do the same as another, which goes on for a while: so programs can be moved one by one.
func (s *Service) RotateAPIKey(ctx context.Context, who Identity, id string, overlap time.Duration) (key APIKey, secret string, err error) {
	if overlap < 0 || overlap > maxOverlap {
		return APIKey{}, "", errOverlap
	}
	old, err := s.keys.APIKey(ctx, who.Tenant, id)
	if err != nil {
		return APIKey{}, "", fmt.Errorf("rotate API key: %w", err)
	}
	key, secret, err = s.newAPIKey(who)
	if err != nil {
		return APIKey{}, "", err
	}
	key.Line, key.Bot, key.Name, key.Scopes, key.Addresses = old.Line, old.Bot, old.Name, old.Scopes, old.Addresses
	if !old.expired(key.CreatedAt) {
		key.ExpiresAt = old.ExpiresAt // of one that has expired the next one is good until somebody says otherwise
	}
	if err := s.keys.RotateAPIKey(ctx, key, old.ID, key.CreatedAt.Add(overlap)); err != nil {
		return APIKey{}, "", fmt.Errorf("rotate API key: %w", err)
	}
	return key, secret, nil
}

// DeleteAPIKey ends a key, on all nodes at once: each use looks it up.
func (s *Service) DeleteAPIKey(ctx context.Context, who Identity, id string) error {
	if err := s.keys.DeleteAPIKey(ctx, who.Tenant, id); err != nil {
		return fmt.Errorf("delete API key: %w", err)
	}
	return nil
}

// Bearer tells who carries a token: a member with an access token, or a program with a key, which must come from
// one of the key's addresses.
func (s *Service) Bearer(ctx context.Context, token string, from netip.Addr) (Identity, error) {
	if strings.HasPrefix(token, visitStart) {
		return s.visiting(ctx, token)
	}
	if !strings.HasPrefix(token, keyStart) {
		return s.Authenticate(token)
	}
	if !IsKey(token) {
		return Identity{}, ErrUnauthorized
	}
	key, err := s.keys.APIKeyByHash(ctx, hashSecret(token))
	if errors.Is(err, chat.ErrNotFound) {
		return Identity{}, ErrUnauthorized
	}
	if err != nil {
		return Identity{}, fmt.Errorf("look up an API key: %w", err)
	}
	now := s.now()
	switch {
	case key.expired(now):
		return Identity{}, ErrKeyExpired
	case !admits(key.Addresses, from):
		return Identity{}, ErrAddress
	}
	if err := s.checkTenant(ctx, key.Tenant); err != nil {
		return Identity{}, err
	}
	if s.keysAllowed != nil {
		if err := s.keysAllowed(ctx, key.Tenant); err != nil {
			return Identity{}, err
		}
	}
	s.used(ctx, key, now)
	return key.identity(), nil
}

// usedEvery is how often it is written that a key was used.
const usedEvery = time.Minute

// used notes that a key was. Nobody is refused for a note that could not be taken.
func (s *Service) used(ctx context.Context, key APIKey, now time.Time) {
	if now.Sub(key.UsedAt) < usedEvery {
		return
	}
	_ = s.keys.UseAPIKey(ctx, key.Tenant, key.ID, now.UTC().Truncate(time.Millisecond))
}
