package actors

import (
	"maps"
	"slices"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// onlooker is one who watches a conversation.
type onlooker struct {
	pid   *actor.PID
	agent *chat.Author // nil: the visitor
}

func (s *session) attach(ctx actor.Context, m *attach, sender *actor.PID) {
	// Not from where it was just made, for whoever asks now: it may have been put here, and would be again.
	if m.Follow && m.Watcher.Address != ctx.Self().Address && s.activity > 1 && len(s.watchers) == 0 && !s.busy() {
		s.retire(ctx)
		s.reply(ctx, sender, again)
		return
	}
	if m.Watcher.Address == ctx.Self().Address {
		if _, waits := ctx.ActorSystem().ProcessRegistry.GetLocal(m.Watcher.Id); !waits {
			return // its caller gave up while SQL was asked
		}
	}
	s.know(m.Visitor)
	if !slices.ContainsFunc(s.watchers, func(w onlooker) bool { return w.pid.Equal(m.Watcher) }) {
		s.watchers = append(s.watchers, onlooker{m.Watcher, m.Agent})
	}
	if m.Agent == nil && m.Visitor.Page != "" {
		s.visitor.Page = m.Visitor.Page
	}
	s.look(ctx)
	now := &attached{
		Head: s.state.head, Status: s.state.status, Agent: s.state.agent, Spoken: s.state.spoken > 0,
		Place: s.place, Here: s.here, Blocked: s.blocked,
	}
	if s.turn != nil {
		now.Open = &Snapshot{Message: s.turn.message, Text: s.turn.text.String()}
	}
	s.reply(ctx, sender, now)
}

// detach ends a watch, or takes back the wish for one: its caller may have given up.
func (s *session) detach(ctx actor.Context, watcher *actor.PID) {
	s.watchers = slices.DeleteFunc(s.watchers, func(w onlooker) bool { return w.pid.Equal(watcher) })
	s.early = slices.DeleteFunc(s.early, func(r early) bool {
		wish, attaches := r.message.(*attach)
		return attaches && wish.Watcher.Equal(watcher)
	})
	s.look(ctx)
	s.rest(ctx)
}

// departed drops those who watched from a node that is gone, or that could not be reached: should it
// live, they are told to attach anew.
func (s *session) departed(ctx actor.Context, address string) {
	s.watchers = slices.DeleteFunc(s.watchers, func(w onlooker) bool {
		if w.pid.Address == address {
			ctx.Send(w.pid, &Moved{})
		}
		return w.pid.Address == address
	})
	s.early = slices.DeleteFunc(s.early, func(r early) bool {
		wish, attaches := r.message.(*attach)
		return attaches && wish.Watcher.Address == address
	})
	s.look(ctx)
	s.rest(ctx)
}

// look tells agents when who looks at the conversation has changed.
func (s *session) look(ctx actor.Context) {
	now := Here{Page: s.visitor.Page}
	agents := map[string]chat.Author{}
	for _, w := range s.watchers {
		if w.agent == nil {
			now.Visitor = true
		} else {
			agents[w.agent.ID] = *w.agent
		}
	}
	now.Agents = slices.SortedFunc(maps.Values(agents), func(a, b chat.Author) int {
		return strings.Compare(a.Name+a.ID, b.Name+b.ID)
	})
	if now.Visitor == s.here.Visitor && now.Page == s.here.Page && slices.Equal(now.Agents, s.here.Agents) {
		return
	}
	s.here = now
	if len(agents) > 0 {
		s.deliverAgents(ctx, &now)
	}
}

// deliver shows something to all who watch, in order.
func (s *session) deliver(ctx actor.Context, output Output) {
	for _, w := range s.watchers {
		ctx.Send(w.pid, output)
	}
}

// deliverAgents shows agents something that is not for visitors.
func (s *session) deliverAgents(ctx actor.Context, output Output) {
	for _, w := range s.watchers {
		if w.agent != nil {
			ctx.Send(w.pid, output)
		}
	}
}

// show passes on what passes by.
func (s *session) show(ctx actor.Context, output Output) {
	switch o := output.(type) {
	case *Noted:
		s.deliverAgents(ctx, o)
	case *Typing:
		if o.Text == "" {
			s.deliver(ctx, o)
			return
		}
		s.deliverAgents(ctx, o)
	}
}

// read shows how far somebody has read, and tells whether that is to be kept: of the visitor it is
// what people wrote, since nobody asks how far they have read the bot's answers. The visitor is shown
// how far the agent has read who has the conversation, and not who else looks at it.
func (s *session) read(ctx actor.Context, m *read, sender *actor.PID) {
	output := &Read{Author: m.Reader, Seq: min(m.Seq, s.state.head)}
	keep := true
	switch {
	case m.Reader.Kind == chat.ByVisitor:
		keep = s.kept < s.state.spoken && s.state.spoken <= output.Seq
		if output.Seq > s.seen {
			s.seen = output.Seq
			s.deliverAgents(ctx, output)
		}
	case s.state.status == chat.WithAgent && s.state.agent.ID == m.Reader.ID:
		s.deliver(ctx, output)
	default:
		s.deliverAgents(ctx, output)
	}
	s.reply(ctx, sender, &marked{Keep: keep, Seq: output.Seq})
	s.rest(ctx)
}

// block refuses what the visitor writes, or accepts it again.
func (s *session) block(ctx actor.Context, m *block) {
	s.know(m.Visitor)
	if s.blocked != m.Blocked {
		s.blocked = m.Blocked
		s.deliver(ctx, &Barred{m.Blocked})
	}
	s.rest(ctx)
}

// placed learns of a change of the place in the line.
func (s *session) placed(ctx actor.Context, place chat.Place) {
	if s.phase != live || s.state.status != chat.Waiting || s.place == place {
		return
	}
	s.place = place
	s.deliver(ctx, &Placed{place})
}

// noticed tells lists, and the desk, what was committed.
func (s *session) noticed(events []*Event) {
	s.engine.inbox.changed(s.ref)
	for _, e := range events {
		if change, ok := e.Body.(chat.StatusChanged); ok {
			s.place = chat.Place{Position: change.Position, Absence: change.Absence, Opens: change.Opens}
			s.engine.desks.stir(s.ref.Tenant)
		}
	}
	s.queue()
}

// queue asks the desk for the place of a conversation that waits, if it is not known.
func (s *session) queue() {
	if s.state.status == chat.Waiting && s.place == (chat.Place{}) {
		s.engine.desks.stir(s.ref.Tenant, s.ref.Conversation)
	}
}
