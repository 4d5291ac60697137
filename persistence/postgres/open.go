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
		opening, err := s.opening(ctx, ref, opened[i])
		outcomes[i] = chat.Opened{Opening: opening, Err: s.explain(err, "open conversation "+ref.String())}
	}
	return outcomes, nil
}

// openRow is what is stored of one conversation that is opened.
type openRow struct {
	conversation *db.OpenConversationsRow // nil: there is none
	tenantKey    []byte                   // nil: it is in memory
	summary      []byte
	events       []db.EventsAfterRow // oldest first
}

// openAll returns the rows of conversations, in their order, under new epochs.
// What belongs to them is read by statements of its own, which see what was
// committed while the first one waited.
func (s *Store) openAll(ctx context.Context, refs []chat.Ref) ([]openRow, error) {
	rows := make([]openRow, len(refs))
	order := inOrder(refs)
	if len(order) == 0 {
		return rows, nil
	}
	conversations := make([]db.OpenConversationsParams, len(order))
	events := make([]db.LatestEventsParams, len(order))
	summaries := make([]db.SummariesParams, len(order))
	for place, i := range order {
		tenant, id := refs[i].Tenant, refs[i].Conversation
		conversations[place] = db.OpenConversationsParams{Tenant: tenant, ID: id}
		events[place] = db.LatestEventsParams{Tenant: tenant, Conversation: id, Limit: recentEvents}
		summaries[place] = db.SummariesParams{Tenant: tenant, Conversation: id}
	}
	tenants := s.strangers(refs, order)

	var b bundle
	q := db.New(&b)
	raised, keys := q.OpenConversations(ctx, conversations), q.TenantKeys(ctx, tenants)
	latest, summed := q.LatestEvents(ctx, events), q.Summaries(ctx, summaries)
	tenantKeys := make(map[string][]byte, len(tenants))
	// An error of one is the bundle's, but for a row that is not there.
	err := s.apply(ctx, &b, func() {
		raised.QueryRow(func(place int, row db.OpenConversationsRow, err error) {
			if err == nil {
				rows[order[place]].conversation = &row
			}
		})
		keys.QueryRow(func(i int, wrapped []byte, _ error) { tenantKeys[tenants[i]] = wrapped })
		latest.Query(func(place int, found []db.LatestEventsRow, _ error) {
			events := make([]db.EventsAfterRow, len(found))
			for i, row := range found {
				events[len(found)-1-i] = db.EventsAfterRow(row)
			}
			rows[order[place]].events = events
		})
		summed.QueryRow(func(place int, body []byte, _ error) { rows[order[place]].summary = body })
	})
	for i, ref := range refs {
		rows[i].tenantKey = tenantKeys[ref.Tenant]
	}
	return rows, err
}

// inOrder returns the places of conversations in the order in which they are
// locked. What cannot be there is left out: it would fail the statement.
func inOrder(refs []chat.Ref) []int {
	order := make([]int, 0, len(refs))
	for i, ref := range refs {
		if storableID(ref.Tenant) && storableID(ref.Conversation) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(refs[a].Conversation, refs[b].Conversation) })
	return order
}

// strangers are the tenants whose keys are not in memory.
func (s *Store) strangers(refs []chat.Ref, order []int) []string {
	var tenants []string
	asked := make(map[string]bool)
	for _, i := range order {
		if tenant := refs[i].Tenant; !asked[tenant] {
			asked[tenant] = true
			if s.keys.cache.get(keyID{tenant, tableTenants, tenant}) == nil {
				tenants = append(tenants, tenant)
			}
		}
	}
	return tenants
}

// opening reads what an activation begins with.
func (s *Store) opening(ctx context.Context, ref chat.Ref, row openRow) (chat.Opening, error) {
	c := row.conversation
	if c == nil {
		return chat.Opening{}, pgx.ErrNoRows
	}
	opening := chat.Opening{Epoch: c.Epoch, Head: c.Head, Status: chat.Status(c.Status), Bot: c.Bot, Visitor: c.Visitor, Blocked: c.Blocked}
	key, err := s.keys.below(ctx, s.reads, ref.Tenant, row.tenantKey, c.Visitor, c.VisitorKey)
	if err != nil {
		return chat.Opening{}, err
	}
	var badAgent, badEvents error
	origin, badOrigin := openOrigin(key, ref, c.Origin)
	opening.Locale = origin.Locale
	opening.Agent, badAgent = openAgent(key, ref, c.Agent)
	opening.Recent, badEvents = openEvents(key, ref, row.events)
	if err := errors.Join(badOrigin, badAgent, badEvents); err != nil {
		return chat.Opening{}, err
	}
	if opening.Summary, err = openSummary(key, ref, row.summary); err != nil { // it can be made anew
		s.logger.Warn("cannot read the summary of a conversation", slog.String("conversation", ref.Conversation), slog.Any("error", err))
		opening.Summary = chat.Summary{}
	}
	s.memory.visitors.put(ref.Conversation, visitorID{ref.Tenant, c.Visitor})
	return opening, nil
}
