package account

import (
	"context"
	"time"
)

// ExportPrefix begins the ids of exports.
const ExportPrefix = "exp"

// ExportLife is how long a file of everything can be taken once it was asked for.
const ExportLife = 24 * time.Hour

// Export permits to take everything of a business along. The file is made while it is read: so nothing of it lies about.
type Export struct {
	ID        string
	Tenant    string
	By        string // user
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Exports keeps permits.
type Exports interface {
	// CreateExport keeps one, and removes those that have expired.
	CreateExport(ctx context.Context, export Export) error
	// Export returns one of the tenant's, also one that has expired a moment ago; chat.ErrNotFound.
	Export(ctx context.Context, tenant, id string) (Export, error)
}
