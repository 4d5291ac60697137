package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// recentEvents is how many events an activation begins with.
const recentEvents = 200

// Open starts activations, which fences all earlier ones: one transaction in
// one round trip raises all epochs and reads what belongs to them. The
// conversations are locked in order of their ids, as appends do. What is wrong
// with one of them harms no other.
func (s *Store) Open(ctx context.Context, refs []chat.Ref) ([]chat.Opened, error) {
	var opened []openRow
	err := again(func() (err error) {
		opened, err = s.openAll(ctx, refs)
		return err
	})
	if err != nil {
		return nil, s.explain(err, fmt.Sprintf("open %d conversations", len(refs)))
	}
	outcomes := make([]chat.Opened, len(refs))
	for i, ref := range refs {
		opening, err := s.opening(ref, opened[i])
		outcomes[i] = chat.Opened{Opening: opening, Err: s.explain(err, "open conversation "+ref.String())}
	}
	return outcomes, nil
}

// openRow is what is stored of one conversation that is opened.
type openRow struct {
	conversation *db.OpenConversationsRow // nil: there is none
	belongings   *db.OpenBelongingsRow
	events       []db.EventsAfterRow
}

// openAll returns the rows of conversations, in their order, under new epochs.
func (s *Store) openAll(ctx context.Context, refs []chat.Ref) ([]openRow, error) {
	order := make([]int, 0, len(refs))
	for i, ref := range refs {
		if storableID(ref.Tenant) && storableID(ref.Conversation) { // others cannot be there, and would fail the statement
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(refs[a].Conversation, refs[b].Conversation) })
	conversations := make([]db.OpenConversationsParams, len(order))
	belongings := make([]db.OpenBelongingsParams, len(order))
	events := make([]db.OpenEventsParams, len(order))
	for place, i := range order {
		tenant, id := refs[i].Tenant, refs[i].Conversation
		conversations[place] = db.OpenConversationsParams{Tenant: tenant, ID: id}
		belongings[place] = db.OpenBelongingsParams{Tenant: tenant, ID: id}
		events[place] = db.OpenEventsParams{Tenant: tenant, ID: id, Count: recentEvents}
	}
	rows := make([]openRow, len(refs))
	if len(order) == 0 {
		return rows, nil
	}
	var b bundle
	q := db.New(&b)
	raised, belonging, recent := q.OpenConversations(ctx, conversations), q.OpenBelongings(ctx, belongings), q.OpenEvents(ctx, events)
	err := s.apply(ctx, &b, func() { // errors are the bundle's, but for a row that is not there
		raised.QueryRow(func(place int, row db.OpenConversationsRow, err error) {
			if err == nil {
				rows[order[place]].conversation = &row
			}
		})
		belonging.QueryRow(func(place int, row db.OpenBelongingsRow, err error) {
			if err == nil {
				rows[order[place]].belongings = &row
			}
		})
		recent.Query(func(place int, found []db.OpenEventsRow, _ error) {
			events := make([]db.EventsAfterRow, len(found))
			for i, row := range found {
				events[i] = db.EventsAfterRow(row)
			}
			rows[order[place]].events = events
		})
	})
	return rows, err
}

// opening reads what an activation begins with.
func (s *Store) opening(ref chat.Ref, row openRow) (chat.Opening, error) {
	c, b := row.conversation, row.belongings
	if c == nil || b == nil {
		return chat.Opening{}, pgx.ErrNoRows
	}
	opening := chat.Opening{Epoch: c.Epoch, Head: c.Head, Status: chat.Status(c.Status), Bot: c.Bot, Visitor: c.Visitor}
	key, err := s.keys.below(ref.Tenant, b.TenantKey, c.Visitor, b.VisitorKey)
	if err != nil {
		return chat.Opening{}, err
	}
	var badOrigin, badAgent, badEvents error
	_, opening.Locale, badOrigin = openOrigin(key, ref, c.Origin)
	opening.Agent, badAgent = openAgent(key, ref, c.Agent)
	opening.Recent, badEvents = openEvents(key, ref, row.events)
	if err := errors.Join(badOrigin, badAgent, badEvents); err != nil {
		return chat.Opening{}, err
	}
	if opening.Summary, err = openSummary(key, ref, b.Summary); err != nil { // it can be made anew
		s.logger.Warn("cannot read the summary of a conversation", slog.String("conversation", ref.Conversation), slog.Any("error", err))
		opening.Summary = chat.Summary{}
	}
	s.memory.visitors.put(ref.Conversation, visitorID{ref.Tenant, c.Visitor})
	return opening, nil
}
