package hooks

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/chat"
	"parley/transport/drain"
)

// Config is what a loop is made of. All fields are required but Told, Logger and Metrics.
type Config struct {
	Outbox        chat.Outbox
	Webhooks      chat.Webhooks
	Log           Events
	Conversations Conversations
	Sender        *Sender
	// Told tells whether a tenant's servers are told what happens: what waits for those of others is dropped. Nil: all are.
	Told func(ctx context.Context, tenant string) (bool, error)

	Logger  *slog.Logger          // nil: slog.Default()
	Metrics prometheus.Registerer // nil: they are counted for nobody

	poll  time.Duration                                                          // between looks at the outbox; 0: pollEvery
	retry func(now, created time.Time, tries int, asked time.Duration) time.Time // nil: retryAt
}

const (
	pollEvery  = time.Second
	countEvery = 15 * time.Second
	// lease is how long a delivery that was taken by a process that died waits
	// for another. An attempt ends within attemptTime, long before.
	lease       = time.Minute
	attemptTime = 30 * time.Second
	// listedQueues is more than can be under way, so that queues which have their share do not hide others.
	listedQueues = 4 * perNode
)

// Loop delivers until it is stopped.
type Loop struct {
	Config
	metrics metrics
	work    *drain.Work
	ended   chan chat.Delivery
}

// Start begins to deliver.
func Start(config Config) *Loop {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.poll == 0 {
		config.poll = pollEvery
	}
	if config.retry == nil {
		config.retry = retryAt
	}
	l := &Loop{Config: config, work: drain.New(), metrics: newMetrics(config.Metrics), ended: make(chan chat.Delivery, perNode)}
	l.work.Go(l.run)
	return l
}

// Stop takes nothing new and waits for what is under way. When ctx ends first, that
// is broken off; it is tried again when its lease is over.
func (l *Loop) Stop(ctx context.Context) {
	l.work.Stop(ctx)
	l.Sender.Close()
}

// run takes what is due whenever there is room and something may be due: at
// each poll, and when an attempt ended.
func (l *Loop) run() {
	busy := newUnderWay()
	poll := time.NewTicker(l.poll)
	defer poll.Stop()
	var counted time.Time
	for {
		if time.Since(counted) >= countEvery {
			counted = time.Now()
			l.count()
		}
		for _, d := range l.take(busy) {
			busy.add(d, 1)
			l.work.Go(func() {
				l.attempt(d)
				l.ended <- d // there is a place for each that is under way
			})
		}
		select {
		case <-l.work.Stopping.Done():
			return
		case <-poll.C:
		case d := <-l.ended:
			busy.add(d, -1)
			for more := true; more; { // all that ended meanwhile
				select {
				case d := <-l.ended:
					busy.add(d, -1)
				default:
					more = false
				}
			}
		}
	}
}

func (l *Loop) take(busy *underWay) []chat.Delivery {
	if busy.all >= perNode {
		return nil
	}
	queues, err := l.Outbox.Due(l.work.Stopping, listedQueues)
	if err == nil && len(queues) > 0 {
		var taken []chat.Delivery
		if taken, err = l.Outbox.Take(l.work.Stopping, busy.shares(queues), lease); err == nil {
			return taken
		}
	}
	l.complain("look for webhooks' deliveries", err)
	return nil
}

func (l *Loop) count() {
	waiting, err := l.Outbox.Waiting(l.work.Stopping)
	if err != nil {
		l.complain("count webhooks' deliveries", err)
		return
	}
	l.metrics.waiting.Set(float64(waiting))
}

// attempt makes one call and keeps what came of it. When even that cannot be
// kept, the delivery is due again after its lease.
func (l *Loop) attempt(d chat.Delivery) {
	ctx, cancel := context.WithTimeout(l.work.Ctx, attemptTime)
	defer cancel()
	told, err := l.told(ctx, d.Tenant)
	if err != nil {
		l.complain("tell whether a tenant has webhooks", err, slog.String("tenant", d.Tenant))
		return
	}
	if !told {
		l.complain("drop a delivery", l.Outbox.Done(ctx, d), slog.String("delivery", d.ID))
		return
	}
	webhook, err := l.Webhooks.Webhook(ctx, d.Tenant, d.Webhook)
	if gone(err) || err == nil && !webhook.Enabled {
		l.complain("drop a delivery", l.Outbox.Done(ctx, d), slog.String("delivery", d.ID))
		return
	}
	if err != nil {
		l.complain("read a webhook", err, slog.String("webhook", d.Webhook))
		return
	}
	body, err := l.body(ctx, d)
	if gone(err) {
		l.complain("drop a delivery", l.Outbox.Done(ctx, d), slog.String("delivery", d.ID))
		return
	}
	if err != nil {
		l.complain("render a delivery", err, slog.String("delivery", d.ID))
		return
	}
	result := l.Sender.send(ctx, webhook, d.ID, body)
	if l.work.Ctx.Err() != nil {
		return // it was broken off, which says nothing of the server
	}
	l.metrics.seconds.Observe(result.Took.Seconds())
	if result.Failure == "" {
		l.metrics.delivered.Inc()
		l.complain("end a delivery", l.Outbox.Done(ctx, d), slog.String("delivery", d.ID))
		return
	}
	l.failed(ctx, webhook, d, result)
}

func (l *Loop) told(ctx context.Context, tenant string) (bool, error) {
	if l.Told == nil {
		return true, nil
	}
	return l.Told(ctx, tenant)
}

// failed keeps that an attempt failed, and disables a webhook that is past hope.
func (l *Loop) failed(ctx context.Context, webhook chat.Webhook, d chat.Delivery, result Result) {
	again := l.retry(time.Now(), d.CreatedAt, d.Tries, result.RetryAfter)
	then := "retried"
	if again.IsZero() {
		then = "given_up"
	}
	l.metrics.failed.WithLabelValues(then).Inc()
	l.Logger.Info("a webhook was not reached", slog.String("webhook", d.Webhook), slog.String("delivery", d.ID),
		slog.String("failure", result.Failure), slog.Int("tries", d.Tries), slog.String("then", then))
	l.complain("postpone a delivery", l.Outbox.Postpone(ctx, d, again, result.Failure), slog.String("delivery", d.ID))
	if why := hopeless(webhook, result, time.Now()); why != chat.ByOwner {
		l.disable(ctx, webhook, why)
	}
}

// hopeless says why a webhook is to be disabled after a failure; ByOwner: it is not.
func hopeless(w chat.Webhook, result Result, now time.Time) chat.Disabling {
	switch {
	case result.Gone():
		return chat.ByGone
	case w.Failures > 0 && now.Sub(w.FailingSince) >= deadAfter:
		return chat.ByFailing
	default:
		return chat.ByOwner
	}
}

func (l *Loop) disable(ctx context.Context, webhook chat.Webhook, why chat.Disabling) {
	_, err := l.Webhooks.UpdateWebhook(ctx, webhook.Tenant, webhook.ID, func(w *chat.Webhook) error {
		if why == chat.ByFailing && w.Failures == 0 || w.URL != webhook.URL || !w.Enabled {
			return nil // something arrived, or its owner was here, meanwhile
		}
		w.Enabled, w.Disabled = false, why
		return nil
	})
	if err != nil {
		l.complain("disable a webhook", err, slog.String("webhook", webhook.ID))
		return
	}
	l.metrics.disabled.Inc()
	l.Logger.Warn("a webhook was disabled", slog.String("webhook", webhook.ID), slog.String("why", string(why)))
}

// complain logs what went wrong on our side, unless that is the end.
func (l *Loop) complain(attempt string, err error, about ...any) {
	if err == nil || l.work.Stopping.Err() != nil {
		return
	}
	l.Logger.Error("cannot "+attempt, append(about, slog.Any("error", err))...)
}
