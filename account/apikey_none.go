package account

import (
	"context"
	"time"

	"parley/chat"
)

// keyless is APIKeys of a Service that has none.
type keyless struct{}

func (keyless) CreateAPIKey(context.Context, APIKey, time.Time) error { return chat.ErrUnavailable }

func (keyless) APIKeyByHash(context.Context, []byte) (APIKey, error) {
	return APIKey{}, chat.ErrNotFound
}

func (keyless) APIKey(context.Context, string, string) (APIKey, error) {
	return APIKey{}, chat.ErrNotFound
}

func (keyless) APIKeys(context.Context, string) ([]APIKey, error) { return nil, nil }

func (keyless) UpdateAPIKey(context.Context, string, string, func(*APIKey) error) (APIKey, error) {
	return APIKey{}, chat.ErrNotFound
}

func (keyless) RotateAPIKey(context.Context, APIKey, string, time.Time) error {
	return chat.ErrNotFound
}
func (keyless) DeleteAPIKey(context.Context, string, string) error         { return chat.ErrNotFound }
func (keyless) UseAPIKey(context.Context, string, string, time.Time) error { return nil }

// orKeyless is keys, if there are any.
func orKeyless(keys APIKeys) APIKeys {
	if keys == nil {
		return keyless{}
	}
	return keys
}
