package rest

import (
	"context"
	"log/slog"
	"time"

	"parley/account"
	"parley/chat"
	"parley/transport/takeout"
)

// keepPrivate has the API keep what is private where its store does; elsewhere nobody is known.
func keepPrivate(config *Config, store any) {
	config.Privacy, config.Private = noPrivacy{}, noPrivacy{}
	if kept, ok := store.(PrivateStore); ok {
		config.Private = kept
	}
	if kept, ok := store.(account.Privates); ok {
		config.Privacy = &account.Privacy{
			Store: kept, Live: quietEngine{}, Announcer: config.Announcer, Logger: slog.New(slog.DiscardHandler),
		}
	}
	if kept, ok := store.(takeout.Store); ok {
		config.Takeout = kept
	}
}

// quietEngine remembers nothing.
type quietEngine struct{}

func (quietEngine) Forget(context.Context, chat.Ref, int64) error     { return nil }
func (quietEngine) ForgetAnswers(context.Context, []string) error     { return nil }
func (noPrivacy) EraseVisitor(context.Context, string, string) error  { return chat.ErrNotFound }
func (noPrivacy) GiveConsent(context.Context, account.Consent) error  { return nil }
func (noPrivacy) DeleteUser(context.Context, string) error            { return nil }
func (noPrivacy) CreateExport(context.Context, account.Export) error  { return nil }
func (noPrivacy) SetErasure(context.Context, string, time.Time) error { return nil }

// noPrivacy is a store that keeps nothing of anybody.
type noPrivacy struct{}

func (noPrivacy) Consented(context.Context, string, string, string) (bool, error) { return false, nil }
func (noPrivacy) ConsentsOf(context.Context, string, string) ([]account.Consent, error) {
	return nil, nil
}
func (noPrivacy) Retention(context.Context, string) (account.Retention, error) {
	return account.Retention{}, nil
}
func (noPrivacy) PutRetention(context.Context, string, account.Retention) error { return nil }
func (noPrivacy) Erasure(context.Context, string) (time.Time, error)            { return time.Time{}, nil }
func (noPrivacy) Departing(context.Context, time.Time) ([]string, error)        { return nil, nil }
func (noPrivacy) EraseTenant(context.Context, string, time.Time) (account.Leaving, error) {
	return account.Leaving{}, nil
}
func (noPrivacy) Export(context.Context, string, string) (account.Export, error) {
	return account.Export{}, chat.ErrNotFound
}
