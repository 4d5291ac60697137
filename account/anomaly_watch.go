package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// AnomalyWatchConfig is what an AnomalyWatch works with. Fields are required unless they say otherwise.
type AnomalyWatchConfig struct {
	Activities Activities
	Anomalies  Anomalies
	Keys       APIKeys
	Leases     chat.Leases // which node watches
	People     interface {
		Tenant(ctx context.Context, id string) (Tenant, error)
		Members(ctx context.Context, tenant string) ([]Membership, error)
	}
	Alarm     Alarm
	Operator  string // an address that is told of every business's; empty: nobody
	PublicURL string
	Logger    *slog.Logger
}

// AnomalyWatch compares what businesses and their keys do with their own history, and tells people of what is unlike it. Of all nodes one watches at a time;
// should two, for a moment, nobody is told twice, since an anomaly is kept once. A mail may come twice when a process dies while it sends it.
type AnomalyWatch struct {
	AnomalyWatchConfig
	now    func() time.Time
	node   string
	looked time.Time

	stop  context.CancelFunc
	ended sync.WaitGroup
}

const (
	watchDuty  = "anomalies"
	watchEvery = time.Minute
	watchLease = 3 * watchEvery
	// lookEvery is how often hours are judged. An hour that is not over is judged by what there is of it: what is too much already is told now.
	lookEvery = 5 * time.Minute
	// hourEnds is how long after its end an hour is judged again: until then all nodes have written what they counted.
	hourEnds  = 2 * lookEvery
	lookTime  = 50 * time.Second
	alertTime = 30 * time.Second
	// alertTries is how often a mail is tried, with pauses that grow from a minute to an hour: for some ten hours.
	alertTries   = 15
	alertsAtOnce = 20
)

// StartAnomalyWatch begins to watch, until Stop.
func StartAnomalyWatch(config AnomalyWatchConfig) *AnomalyWatch {
	w := newAnomalyWatch(config, time.Now)
	ctx, stop := context.WithCancel(context.Background()) // ends with Stop
	w.stop = stop
	w.ended.Go(func() { w.run(ctx) })
	return w
}

func newAnomalyWatch(config AnomalyWatchConfig, now func() time.Time) *AnomalyWatch {
	return &AnomalyWatch{AnomalyWatchConfig: config, now: now, node: chat.NewID("nod"), stop: func() {}}
}

// Stop ends what is under way.
func (w *AnomalyWatch) Stop() {
	w.stop()
	w.ended.Wait()
}

func (w *AnomalyWatch) run(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		within, cancel := context.WithTimeout(ctx, lookTime)
		err := w.round(within)
		cancel()
		if err != nil && ctx.Err() == nil {
			w.Logger.Warn("what is unusual could not be looked for", slog.Any("error", err))
		}
	}
}

// round is what the node that leads does each minute.
func (w *AnomalyWatch) round(ctx context.Context) error {
	leads, err := w.Leases.Lead(ctx, watchDuty, w.node, watchLease)
	if err != nil || !leads {
		return err
	}
	if now := w.now(); now.Sub(w.looked) >= lookEvery {
		if err := w.look(ctx, now); err != nil {
			return err
		}
		w.looked = now
	}
	return w.tell(ctx)
}

// look judges this hour, and the one before when it has just ended.
func (w *AnomalyWatch) look(ctx context.Context, now time.Time) error {
	hour := hourOf(now)
	if now.Sub(hour) < hourEnds {
		if err := w.judge(ctx, hour.Add(-time.Hour)); err != nil {
			return err
		}
		err := errors.Join(w.Activities.ForgetActivity(ctx, now.Add(-ActivityKept)), w.Anomalies.ForgetAnomalies(ctx, now.Add(-AnomaliesKept)))
		if err != nil {
			return fmt.Errorf("forget old activity: %w", err)
		}
	}
	return w.judge(ctx, hour)
}

// judge looks at all that had enough of anything in an hour: keys first, so that what one of them explains is not told of its business again.
func (w *AnomalyWatch) judge(ctx context.Context, at time.Time) error {
	busy, err := w.Activities.ActivityOver(ctx, at, watched)
	if err != nil {
		return fmt.Errorf("read who did much: %w", err)
	}
	explained := make(map[string]map[AnomalyKind]bool)
	for _, keys := range []bool{true, false} {
		for _, hour := range busy {
			if (hour.Line != "") != keys {
				continue
			}
			if explained[hour.Tenant] == nil {
				explained[hour.Tenant] = make(map[AnomalyKind]bool)
			}
			if err := w.compare(ctx, hour, explained[hour.Tenant]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *AnomalyWatch) compare(ctx context.Context, hour ActivityHour, explained map[AnomalyKind]bool) error {
	before, err := w.Activities.Activity(ctx, hour.Subject, hour.At.AddDate(0, 0, -comparedDays), hour.At)
	if err != nil {
		return fmt.Errorf("read what is usual: %w", err)
	}
	for _, f := range judge(hour, before) {
		if explained[f.Kind] {
			continue
		}
		explained[f.Kind] = true
		a := Anomaly{ID: chat.NewID(AnomalyPrefix), Subject: hour.Subject, Finding: f, At: hour.At}
		added, err := w.Anomalies.PutAnomaly(ctx, a, a.day())
		if err != nil {
			return fmt.Errorf("keep an anomaly: %w", err)
		}
		if added {
			w.Logger.Warn("something is unlike itself", slog.String("anomaly", a.ID), slog.String("tenant", a.Tenant), slog.String("line", a.Line),
				slog.String("kind", string(f.Kind)), slog.Float64("value", f.Value), slog.Float64("usual", f.Usual), slog.String("unit", string(f.Unit)))
		}
	}
	return nil
}

// tell mails what is due.
func (w *AnomalyWatch) tell(ctx context.Context) error {
	due, err := w.Anomalies.AnomaliesToMail(ctx, w.now(), alertsAtOnce)
	if err != nil {
		return fmt.Errorf("look for alerts: %w", err)
	}
	for _, a := range due {
		again := time.Time{}
		if err := w.alert(ctx, a); err != nil && !errors.Is(err, ErrUndeliverable) && a.Tries+1 < alertTries {
			again = w.now().Add(min(time.Hour, time.Minute<<a.Tries))
			w.Logger.Warn("an alert was not sent and is tried again", slog.String("anomaly", a.ID), slog.Time("at", again), slog.Any("error", err))
		}
		if err := w.Anomalies.AnomalyMailed(ctx, a.Tenant, a.ID, again); err != nil {
			return fmt.Errorf("keep that an alert was sent: %w", err)
		}
	}
	return nil
}

// alert mails one to the owners and to the operator.
func (w *AnomalyWatch) alert(ctx context.Context, a Anomaly) error {
	ctx, cancel := context.WithTimeout(ctx, alertTime)
	defer cancel()
	tenant, err := w.People.Tenant(ctx, a.Tenant)
	if errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read whose alert it is: %w", err)
	}
	members, err := w.People.Members(ctx, a.Tenant)
	if err != nil {
		return fmt.Errorf("read who is told: %w", err)
	}
	var to []string
	for _, member := range members {
		if member.Role == Owner {
			to = append(to, member.Email)
		}
	}
	if w.Operator != "" {
		to = append(to, w.Operator)
	}
	if len(to) == 0 {
		return nil
	}
	key, err := w.keyOf(ctx, a.Subject)
	if err != nil {
		return err
	}
	return w.Alarm.Alert(ctx, to, Alert{Anomaly: a, Company: tenant.Name, Key: key.Name, Link: strings.TrimSuffix(w.PublicURL, "/") + "/settings/activity"})
}

// keyOf is the latest key of a line; the zero key, if it is gone or of none.
func (w *AnomalyWatch) keyOf(ctx context.Context, of Subject) (APIKey, error) {
	if of.Line == "" {
		return APIKey{}, nil
	}
	keys, err := w.Keys.APIKeys(ctx, of.Tenant)
	if err != nil {
		return APIKey{}, fmt.Errorf("read whose key it is: %w", err)
	}
	return latestOf(keys, of.Line), nil
}

// latestOf is the last of the keys, oldest first, of a line.
func latestOf(keys []APIKey, line string) (latest APIKey) {
	for _, key := range keys {
		if key.Line == line {
			latest = key
		}
	}
	return latest
}
