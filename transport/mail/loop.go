package mail

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/chat"
	"parley/transport/drain"
)

// Tenants, Bots and Members are what mails ask of stores.
type (
	Tenants interface {
		Tenant(ctx context.Context, id string) (account.Tenant, error)
	}
	Bots interface {
		Bot(ctx context.Context, tenant, id string) (chat.Bot, error)
	}
	Members interface {
		Members(ctx context.Context, tenant string) ([]account.Membership, error)
	}
)

// Config is what a loop is made of. All fields are required but Logger and Metrics.
type Config struct {
	Mails         chat.Mails
	Log           Events
	Conversations chat.Conversations
	Reads         chat.Reads
	Notes         chat.Notes
	Tenants       Tenants
	Bots          Bots
	Members       Members
	Visitors      *account.Visitors
	// OnDuty tells whether anybody of a tenant has the dashboard open, on any node.
	OnDuty    func(ctx context.Context, tenant string) (bool, error)
	Sender    Sender
	PublicURL string                // without a slash at its end
	Logger    *slog.Logger          // nil: slog.Default()
	Metrics   prometheus.Registerer // nil: they are counted for nobody

	poll  time.Duration                                 // between looks at the outbox; 0: pollEvery
	retry func(now time.Time, tries int) (at time.Time) // nil: retryAt
}

const (
	pollEvery = time.Second
	// places is how many mails a node sends at a time: what a mail server allows one client.
	places = 8
	// lease is how long a mail that was taken by a process that died waits for
	// another. An attempt ends within attemptTime, long before.
	lease       = 3 * time.Minute
	attemptTime = time.Minute
	// keepTime is how long it may take to keep what came of an attempt, also when it was broken off.
	keepTime = 3 * time.Second
)

// Loop sends until it is stopped.
type Loop struct {
	Config
	metrics metrics
	work    *drain.Work
	ended   chan struct{}
}

// Start begins to send.
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
	l := &Loop{Config: config, work: drain.New(), metrics: newMetrics(config.Metrics), ended: make(chan struct{}, places)}
	l.work.Go(l.run)
	return l
}

// Stop takes nothing new and waits for what is under way. When ctx ends first, that
// is broken off; it is tried again when its lease is over.
func (l *Loop) Stop(ctx context.Context) {
	l.work.Stop(ctx)
}

// run takes as many mails as there are places, at each poll and when an attempt ended:
// what is taken is begun at once, so that it does not age under its lease.
func (l *Loop) run() {
	poll := time.NewTicker(l.poll)
	defer poll.Stop()
	busy := 0
	for {
		for _, m := range l.take(places - busy) {
			busy++
			l.work.Go(func() {
				l.attempt(m)
				l.ended <- struct{}{} // there is a place for each that is under way
			})
		}
		select {
		case <-l.work.Stopping.Done():
			return
		case <-poll.C:
		case <-l.ended:
			busy--
		}
	}
}

func (l *Loop) take(most int) []chat.Mail {
	if most == 0 {
		return nil
	}
	mails, err := l.Mails.TakeMails(l.work.Stopping, most, lease)
	if err != nil {
		l.complain("look for mails", err)
		return nil
	}
	return mails
}

// attempt writes and sends one mail, and keeps what came of it. When even that
// cannot be kept, the mail is due again after its lease.
func (l *Loop) attempt(m chat.Mail) {
	ctx, cancel := context.WithTimeout(l.work.Ctx, attemptTime)
	defer cancel()
	sent, brought, err := l.send(ctx, m)
	if l.work.Ctx.Err() != nil && err != nil {
		return // it was broken off, which says nothing of the server
	}
	// A mail that is sent stays sent, whoever wants to end now.
	keep, cancelKeep := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancelKeep()
	if err != nil && !errors.Is(err, chat.ErrNotFound) { // what a mail tells of may have been deleted: nobody needs it
		l.failed(keep, m, err)
		return
	}
	if brought > 0 {
		if err := l.Reads.MarkRead(keep, m.Ref, broughtBy, brought); err != nil {
			l.complain("keep what a mail brought", err, slog.String("mail", m.ID))
			return
		}
	}
	if sent {
		l.metrics.sent.WithLabelValues(string(m.Kind)).Inc()
	} else {
		l.metrics.dropped.WithLabelValues(string(m.Kind)).Inc()
	}
	l.complain("end a mail", l.Mails.MailDone(keep, m), slog.String("mail", m.ID))
}

// send tells whether the mail was needed.
func (l *Loop) send(ctx context.Context, m chat.Mail) (sent bool, brought int64, err error) {
	letter, brought, err := l.write(ctx, m)
	if err != nil || letter == nil {
		return false, 0, err
	}
	message, err := letter.render()
	if err != nil {
		return false, 0, err
	}
	began := time.Now()
	if err := l.Sender.Send(ctx, message); err != nil {
		return false, 0, err
	}
	l.metrics.seconds.Observe(time.Since(began).Seconds())
	return true, brought, nil
}

// failed postpones a mail, or gives it up.
func (l *Loop) failed(ctx context.Context, m chat.Mail, err error) {
	about := []any{
		slog.String("mail", m.ID), slog.String("kind", string(m.Kind)), slog.String("conversation", m.Conversation),
		slog.Int("tries", m.Tries), slog.Any("error", err),
	}
	var failure *Failure
	again := l.retry(time.Now(), m.Tries)
	if errors.As(err, &failure) && failure.Permanent || again.IsZero() {
		l.metrics.failed.WithLabelValues("given_up").Inc()
		l.Logger.Warn("a mail is given up", about...)
		l.complain("give up a mail", l.Mails.MailDone(ctx, m), slog.String("mail", m.ID))
		return
	}
	l.metrics.failed.WithLabelValues("retried").Inc()
	l.Logger.Warn("a mail was not sent and is tried again", append(about, slog.Time("at", again))...)
	l.complain("postpone a mail", l.Mails.PostponeMail(ctx, m, again), slog.String("mail", m.ID))
}

// complain logs what went wrong on our side, unless that is the end.
func (l *Loop) complain(attempt string, err error, about ...any) {
	if err == nil || l.work.Stopping.Err() != nil {
		return
	}
	l.Logger.Error("cannot "+attempt, append(about, slog.Any("error", err))...)
}
