package actors

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"parley/chat"
)

// membersAtOnce bounds the tenants that wait for a look at their orphans. Of more of them the next round thinks.
const membersAtOnce = 1000

// orphans puts conversations back into the line whose agents may not have them any more: who was removed, left, or only looks now.
// A look follows each announcement of a change of members; the rounds make up for what was not announced.
type orphans struct {
	engine  *Engine
	store   chat.Orphans
	changed chan string // tenants
}

func newOrphans(engine *Engine, store chat.Orphans) *orphans {
	return &orphans{engine: engine, store: store, changed: make(chan string, membersAtOnce)}
}

// listen hears of changes of members until the engine stops.
func (o *orphans) listen() error {
	return o.engine.inbox.announcer.Subscribe(o.engine.running, chat.TopicMember, chat.Listener{
		Heard: func(key string) {
			tenant, _, _ := strings.Cut(key, "/")
			select {
			case o.changed <- tenant:
			default:
			}
		},
		Missed: o.engine.rounds.now,
	})
}

// run looks at what it heard of until ctx ends.
func (o *orphans) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case tenant := <-o.changed:
			if o.engine.rounds.leads.Load() {
				o.look(ctx, tenant)
			}
		}
	}
}

// look puts a tenant's orphans, "" for those of all, back into the line. What cannot be reached now, and the rest of a long list, comes with
// the next round.
func (o *orphans) look(ctx context.Context, tenant string) {
	found, err := o.store.Orphans(ctx, tenant, sweepPage)
	if err != nil {
		if ctx.Err() == nil {
			o.engine.logger.Warn("cannot look for conversations that nobody goes on with", slog.Any("error", err))
		}
		return
	}
	each(found, func(orphan chat.Orphan) {
		limited, cancel := context.WithTimeout(ctx, stirTimeout)
		defer cancel()
		if err := o.free(limited, orphan); err != nil && !errors.Is(err, chat.ErrNotWaiting) && ctx.Err() == nil {
			o.engine.logger.Warn("cannot take a conversation from somebody who may have none",
				slog.String("conversation", orphan.Conversation), slog.Any("error", err))
		}
	})
}

// free takes one from its assignee, if it still is theirs.
func (o *orphans) free(ctx context.Context, orphan chat.Orphan) error {
	if orphan.Status == chat.WithAgent {
		place := o.engine.desks.outlook(ctx, Visitor{Ref: orphan.Ref, Bot: orphan.Bot})
		_, err := o.engine.request(ctx, orphan.Ref, &write{Order: &relieve{Agent: orphan.Assignee, Place: place}})
		return err
	}
	if err := o.store.Unassign(ctx, orphan.Ref, orphan.Assignee); err != nil {
		return err
	}
	o.engine.inbox.changed(orphan.Ref)
	o.engine.desks.stir(orphan.Tenant)
	return nil
}
