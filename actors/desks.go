package actors

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"parley/chat"
)

// deskKind is the name under which desks are placed in the cluster.
const deskKind = "desk"

const (
	// sitEvery is how often this node tells desks who sits at them through it. A desk that
	// began anew learns of it by that, and forgets who was not named for sitFor.
	sitEvery = 10 * time.Second
	sitFor   = 3 * sitEvery

	outlookTimeout = 300 * time.Millisecond // a visitor who asks for a person waits for it
	stirTimeout    = 5 * time.Second
)

// desks is this node's side of all tenants' desks: it keeps the seats of its connections, and
// brings changes to the desk actors. A change that is lost is made up for by the next one, or by the
// round that comes each sitEvery.
type desks struct {
	engine *Engine
	store  chat.Desks

	mutex    sync.Mutex
	seats    map[string]map[*seat]struct{} // by tenant
	dirty    map[string][]string           // tenants to stir, with the conversations that ask for their place
	underWay map[string]bool               // tenants whose desk is being stirred
	wake     chan struct{}
}

func newDesks(engine *Engine, store chat.Desks) *desks {
	return &desks{
		engine: engine, store: store,
		seats: map[string]map[*seat]struct{}{}, dirty: map[string][]string{}, underWay: map[string]bool{}, wake: make(chan struct{}, 1),
	}
}

func (d *desks) sit(s *seat) {
	d.mutex.Lock()
	if d.seats[s.tenant] == nil {
		d.seats[s.tenant] = map[*seat]struct{}{}
	}
	d.seats[s.tenant][s] = struct{}{}
	d.mutex.Unlock()
	d.stir(s.tenant)
}

func (d *desks) leave(s *seat) {
	d.mutex.Lock()
	delete(d.seats[s.tenant], s)
	if len(d.seats[s.tenant]) == 0 {
		delete(d.seats, s.tenant)
	}
	d.mutex.Unlock()
	d.stir(s.tenant)
}

// stir tells a tenant's desk that its line, or who sits at it, has changed. Conversations that ask are
// told their place even if it is what they were told before.
func (d *desks) stir(tenant string, asking ...string) {
	d.mutex.Lock()
	d.dirty[tenant] = append(d.dirty[tenant], asking...)
	d.mutex.Unlock()
	d.nudge()
}

// nudge has run look for what is to be stirred.
func (d *desks) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// stirAll stirs all desks at which somebody sits through this node.
func (d *desks) stirAll() {
	d.mutex.Lock()
	for tenant := range d.seats {
		d.dirty[tenant] = append(d.dirty[tenant], []string(nil)...)
	}
	d.mutex.Unlock()
	d.nudge()
}

// run stirs desks until ctx ends.
func (d *desks) run(ctx context.Context) {
	ticker := time.NewTicker(sitEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-ticker.C:
			d.stirAll()
		}
		for tenant, asking := range d.due() {
			message := &stir{Node: d.engine.node.System().ID, Seats: d.seated(tenant), Asking: asking}
			d.engine.tasks.Go(func() {
				limited, cancel := context.WithTimeout(ctx, stirTimeout)
				defer cancel()
				if _, err := d.engine.askDesk(limited, tenant, message); err != nil && ctx.Err() == nil {
					d.engine.logger.Warn("cannot reach a desk", slog.String("tenant", tenant), slog.Any("error", err))
				}
				d.stirred(tenant)
			})
		}
	}
}

// due returns the tenants to stir now, with the conversations that ask for their place. One whose desk has not answered
// yet waits for that, and no other tenant does.
func (d *desks) due() map[string][]string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	due := map[string][]string{}
	for tenant, asking := range d.dirty {
		if !d.underWay[tenant] {
			due[tenant] = asking
			d.underWay[tenant] = true
			delete(d.dirty, tenant)
		}
	}
	return due
}

func (d *desks) stirred(tenant string) {
	d.mutex.Lock()
	delete(d.underWay, tenant)
	_, again := d.dirty[tenant]
	d.mutex.Unlock()
	if again {
		d.nudge()
	}
}

// seated lists who sits at a tenant's desk through this node.
func (d *desks) seated(tenant string) []sitter {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	seated := make([]sitter, 0, len(d.seats[tenant]))
	for s := range d.seats[tenant] {
		seated = append(seated, sitter{s.pid, s.agent, *s.state.Load()})
	}
	return seated
}

// outlook is the place at which a visitor would wait who asks for a person now; what cannot be had in time is not known.
func (d *desks) outlook(ctx context.Context, visitor Visitor) chat.Place {
	ctx, cancel := context.WithTimeout(ctx, outlookTimeout)
	defer cancel()
	message := &outlook{}
	if bot, err := d.engine.bots.snapshot(ctx, visitor.Tenant, visitor.Bot); err == nil {
		message.Hours = bot.Appearance.Hours
	}
	reply, err := d.engine.askDesk(ctx, visitor.Tenant, message)
	if err != nil {
		return chat.Place{}
	}
	return *reply.(*chat.Place)
}

// assign asks a user to take a conversation that waits; one that does not is left as it is. While storage is
// away it is tried for as long as the caller waits, as what was written before it was.
func (d *desks) assign(ctx context.Context, ref chat.Ref, by, to string) error {
	_, err := patiently(ctx, func() (struct{}, error) { return struct{}{}, d.store.Assign(ctx, ref, by, to) })
	if errors.Is(err, chat.ErrNotWaiting) {
		return nil
	}
	if err != nil {
		return err
	}
	d.engine.inbox.changed(ref)
	d.stir(ref.Tenant)
	return nil
}

// mention tells those whom a note names.
func (d *desks) mention(note chat.Note) {
	if len(note.Mentions) == 0 || d.engine.running.Err() != nil {
		return
	}
	d.engine.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(d.engine.running, stirTimeout)
		defer cancel()
		if _, err := d.engine.askDesk(ctx, note.Tenant, &mentioned{note}); err != nil && ctx.Err() == nil {
			d.engine.logger.Warn("cannot tell who was mentioned", slog.String("tenant", note.Tenant), slog.Any("error", err))
		}
	})
}
