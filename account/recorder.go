package account

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// Bounds of what waits to be written to audit logs.
const (
	recordRoom  = 4096                   // entries: about a megabyte
	recordBatch = 256                    // entries of a write
	recordPause = 100 * time.Millisecond // in which entries gather
	recordTries = time.Second            // between attempts while storage is away
	recordWrite = 10 * time.Second
)

// Recorder writes audit logs behind what is told in them: in the order in which it was told, on this node. A process that is
// killed loses what was told in the last tenth of a second, and nothing that Flush was waited for. When more waits than it has room
// for, who tells waits, too. It is safe for concurrent use.
type Recorder struct {
	store  Audits
	users  Store
	logger *slog.Logger

	waiting chan Entry
	flushes chan chan error
	stop    context.CancelFunc
	ended   sync.WaitGroup
}

// StartRecorder returns a recorder, which Stop ends. users finds whose business is told of a sign-in that failed.
func StartRecorder(store Audits, users Store, logger *slog.Logger) *Recorder {
	ctx, stop := context.WithCancel(context.Background())
	r := &Recorder{
		store: store, users: users, logger: logger, stop: stop,
		waiting: make(chan Entry, recordRoom), flushes: make(chan chan error),
	}
	r.ended.Go(func() { r.run(ctx) })
	return r
}

// Record tells of something that was done. It returns at once unless the recorder has no room; an error says that ctx ended then.
func (r *Recorder) Record(ctx context.Context, e Entry) error {
	if e.ID == "" {
		e.ID = chat.NewID(AuditPrefix)
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if !namesSomething(e.Target) {
		e.Target = "" // whatever a client wrote where an id belongs
	}
	select {
	case r.waiting <- e:
		return nil
	default:
	}
	select {
	case r.waiting <- e:
		return nil
	case <-ctx.Done():
		return chat.ErrUnavailable.Because(ctx.Err())
	}
}

// maxTarget is longer than any id.
const maxTarget = 64

// namesSomething tells whether a text may be an id: a path may hold anything, which is neither kept nor, perhaps, can be.
func namesSomething(target string) bool {
	return len(target) <= maxTarget && !strings.ContainsFunc(target, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// Flush returns when all is kept that was told before.
func (r *Recorder) Flush(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case r.flushes <- done:
	case <-ctx.Done():
		return chat.ErrUnavailable.Because(ctx.Err())
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return chat.ErrUnavailable.Because(ctx.Err())
	}
}

// Stop writes what waits, as long as ctx allows, and ends the recorder.
func (r *Recorder) Stop(ctx context.Context) {
	if err := r.Flush(ctx); err != nil {
		r.logger.Error("the end of the audit log is lost", slog.Int("entries", len(r.waiting)), slog.Any("error", err))
	}
	r.stop()
	r.ended.Wait()
}

func (r *Recorder) run(ctx context.Context) {
	var batch []Entry
	for {
		var due <-chan time.Time
		if len(batch) > 0 {
			due = time.After(recordPause)
		}
		full := len(batch) >= recordBatch // it could not be written before
		for !full {
			select {
			case <-ctx.Done():
				return
			case e := <-r.waiting:
				batch = append(batch, e)
				if due == nil {
					due = time.After(recordPause)
				}
				full = len(batch) >= recordBatch
			case <-due:
				full = true
			case done := <-r.flushes:
				for n := len(r.waiting); n > 0; n-- { // what was told before
					batch = append(batch, <-r.waiting)
				}
				err := r.write(ctx, batch)
				if err == nil {
					batch, due = nil, nil
				}
				done <- err
			}
		}
		if err := r.write(ctx, batch); err != nil {
			r.logger.Error("the audit log cannot be written; trying again", slog.Int("entries", len(batch)), slog.Any("error", err))
			select {
			case <-ctx.Done():
			case <-time.After(recordTries):
			}
			continue // those who tell wait when there is no more room
		}
		batch = nil
	}
}

// write keeps entries, those of unknown tenants under the tenants that they concern.
func (r *Recorder) write(ctx context.Context, batch []Entry) error {
	if len(batch) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recordWrite)
	defer cancel()
	known := make([]Entry, 0, len(batch))
	for _, e := range batch {
		if e.Tenant != "" {
			known = append(known, r.named(ctx, e))
			continue
		}
		concerned, err := r.concerned(ctx, e)
		if err != nil {
			return err
		}
		known = append(known, concerned...)
	}
	if len(known) == 0 {
		return nil
	}
	err := r.store.AppendAudit(ctx, known)
	if err == nil || errors.Is(err, chat.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	return r.single(ctx, known)
}

// single keeps entries of which one cannot be kept: it must not hold up all that comes after it.
func (r *Recorder) single(ctx context.Context, entries []Entry) error {
	for i, e := range entries {
		err := r.store.AppendAudit(ctx, entries[i:i+1])
		if errors.Is(err, chat.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			r.logger.Error("an entry of the audit log cannot be kept", slog.String("entry", e.ID), slog.String("tenant", e.Tenant), slog.String("action", e.Action), slog.Any("error", err))
		}
	}
	return nil
}

// named says who it is who has just signed in.
func (r *Recorder) named(ctx context.Context, e Entry) Entry {
	if e.Actor.Kind == ByUser && e.Actor.Name == "" {
		if user, _, err := r.users.User(ctx, e.Actor.ID); err == nil { // of whom was erased only the id is kept
			e.Actor.Name = user.Name
		}
	}
	return e
}

// concerned are the entries of a sign-in that failed: one for each business of whose it would have been. It is found out here, behind
// the answer, which must not take longer for an address that has an account.
func (r *Recorder) concerned(ctx context.Context, e Entry) ([]Entry, error) {
	user, members, err := r.tried(ctx, e)
	if errors.Is(err, chat.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e.Email, e.Actor = "", Actor{Kind: ByUser, ID: user.ID, Name: user.Name}
	var all []Entry
	for _, member := range members {
		e.Tenant = member.Tenant
		e.ID = chat.NewID(AuditPrefix)
		all = append(all, e)
	}
	return all, nil
}

// tried is who could not sign in, or chat.ErrNotFound.
func (r *Recorder) tried(ctx context.Context, e Entry) (User, []Member, error) {
	if e.Email == "" {
		return r.users.User(ctx, e.Actor.ID)
	}
	email, err := NormaliseEmail(e.Email)
	if err != nil {
		return User{}, nil, chat.ErrNotFound
	}
	return r.users.UserByEmail(ctx, email)
}
