package account

import (
	"context"
	"time"
)

// AnomalyPrefix begins the ids of anomalies.
const AnomalyPrefix = "ano"

// Anomaly is a finding that was kept, of which people are told.
type Anomaly struct {
	ID string
	Subject
	Finding
	At     time.Time // the hour
	SeenAt time.Time // zero: nobody has said so
	SeenBy string    // user
	Tries  int       // to mail it
}

// day is that of an anomaly: of one kind and subject people are told once in it.
func (a Anomaly) day() time.Time { return a.At.UTC().Truncate(24 * time.Hour) }

// AnomaliesKept is how long anomalies are kept.
const AnomaliesKept = 400 * 24 * time.Hour

// Anomalies keeps what was unlike itself.
type Anomalies interface {
	// PutAnomaly keeps one, to be mailed at once, unless there is one of the same subject, kind and day.
	PutAnomaly(ctx context.Context, a Anomaly, day time.Time) (added bool, err error)
	// Anomalies returns a page of a tenant's, latest first, and the cursor of the next ("" at the end). A cursor that was not given
	// out is Invalid.
	Anomalies(ctx context.Context, tenant, cursor string, limit int) ([]Anomaly, string, error)
	// SeeAnomaly keeps who said first that they saw it: chat.ErrNotFound.
	SeeAnomaly(ctx context.Context, tenant, id, user string, at time.Time) error
	// AnomaliesToMail returns those of all tenants whose mail is due, limit at most.
	AnomaliesToMail(ctx context.Context, now time.Time, limit int) ([]Anomaly, error)
	// AnomalyMailed counts an attempt to mail one; it is due again at a time, or never if that is zero.
	AnomalyMailed(ctx context.Context, tenant, id string, again time.Time) error
	// ForgetAnomalies deletes those before a time.
	ForgetAnomalies(ctx context.Context, before time.Time) error
}

// Alert is an anomaly as a mail tells of it.
type Alert struct {
	Anomaly
	Company string
	Key     string // the name of the key; empty: it is of the whole business
	Link    string // where the dashboard shows it
}

// Alarm sends alerts.
type Alarm interface {
	// Alert mails one to all of these addresses. ErrUndeliverable: trying again is of no use.
	Alert(ctx context.Context, to []string, alert Alert) error
}
