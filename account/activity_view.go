package account

import (
	"context"
	"fmt"
	"time"

	"parley/chat"
)

// ActivityView is what a business is shown of its activity.
type ActivityView struct {
	Activities Activities
	Anomalies  Anomalies
	Keys       APIKeys
}

// mostShown is the longest span that is shown at once.
const mostShown = 31 * 24 * time.Hour

// ErrSpan refuses a span of time that is none, or too long.
var ErrSpan = chat.Fail(chat.Invalid, "span_invalid", "Please ask for a time of 31 days at most, which begins before it ends.")

// Series returns the hours of a business, or of one of its keys and those that it replaced, in which anything happened, oldest first.
// chat.ErrNotFound: the business has no such key.
func (v ActivityView) Series(ctx context.Context, who Identity, key string, from, until time.Time) ([]ActivityHour, error) {
	if !from.Before(until) || until.Sub(from) > mostShown {
		return nil, ErrSpan
	}
	of := Subject{Tenant: who.Tenant}
	if key != "" {
		if !chat.ValidID(KeyPrefix, key) {
			return nil, chat.ErrNotFound
		}
		found, err := v.Keys.APIKey(ctx, who.Tenant, key)
		if err != nil {
			return nil, fmt.Errorf("read whose activity it is: %w", err)
		}
		of.Line = found.Line
	}
	hours, err := v.Activities.Activity(ctx, of, from, until)
	if err != nil {
		return nil, fmt.Errorf("read activity: %w", err)
	}
	return hours, nil
}

// ShownAnomaly is an anomaly with the key that it is of, as it is called today.
type ShownAnomaly struct {
	Anomaly
	Key string // its id; empty: it is of the whole business, or the key is gone
}

// List returns a page of what was unlike itself, latest first.
func (v ActivityView) List(ctx context.Context, who Identity, cursor string, limit int) ([]ShownAnomaly, string, error) {
	found, next, err := v.Anomalies.Anomalies(ctx, who.Tenant, cursor, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list anomalies: %w", err)
	}
	var keys []APIKey
	shown := make([]ShownAnomaly, len(found))
	for i, a := range found {
		shown[i].Anomaly = a
		if a.Line == "" {
			continue
		}
		if keys == nil {
			if keys, err = v.Keys.APIKeys(ctx, who.Tenant); err != nil {
				return nil, "", fmt.Errorf("read whose anomalies they are: %w", err)
			}
		}
		shown[i].Key = latestOf(keys, a.Line).ID
	}
	return shown, next, nil
}

// See keeps that somebody has seen an anomaly. Repeating is no error.
func (v ActivityView) See(ctx context.Context, who Identity, id string) error {
	if !chat.ValidID(AnomalyPrefix, id) {
		return chat.ErrNotFound
	}
	if err := v.Anomalies.SeeAnomaly(ctx, who.Tenant, id, who.User, time.Now().UTC()); err != nil {
		return fmt.Errorf("keep that an anomaly was seen: %w", err)
	}
	return nil
}
