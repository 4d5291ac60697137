package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// findings are what the database says about the conversations of a batch.
type findings struct {
	conversations map[string]*conversation // by id: it is unique over all tenants
	visitors      map[visitorID]*visitor
	usage         map[periodID]int64
	listeners     map[string]listening // by tenant
}

// conversation is one as it is, or as appends of the batch leave it.
type conversation struct {
	exists   bool
	tenant   string // whose it is
	epoch    int64
	head     int64
	visitor  string
	receipts map[string]chat.Receipt // by client id, of those asked for
}

type visitorID struct{ tenant, id string }

// visitor has the key that conversations of a visitor are sealed under.
type visitor struct {
	visitorID
	key     *seal.Key
	err     error  // why the key cannot be used
	wanted  bool   // whether a birth asks for it: then it is made if it is not there
	wrapped []byte // set for one that was made and has no row yet

	looked  bool // whether the row is needed, and not just the key
	blocked bool
	contact chat.Contact
	version int64 // of the contact
	changed bool  // whether the contact is written
}

// periodID names a row of usage.
type periodID struct{ tenant, period string }

// periodOf is the period that an answer counts for.
func periodOf(a *chat.Append) periodID {
	return periodID{a.Tenant, cmp.Or(a.Period, a.At.UTC().Format("2006-01"))}
}

// survey reads what a plan for the batch is made from.
func (s *Store) survey(ctx context.Context, q *db.Queries, batch []*chat.Append) (findings, error) {
	conversations, err := surveyConversations(ctx, q, batch)
	if err != nil {
		return findings{}, err
	}
	visitors, err := s.surveyVisitors(ctx, q, batch, conversations)
	if err != nil {
		return findings{}, err
	}
	usage, err := surveyUsage(ctx, q, batch)
	if err != nil {
		return findings{}, err
	}
	listeners, err := surveyListeners(ctx, q, batch)
	return findings{conversations, visitors, usage, listeners}, err
}

// surveyConversations looks each conversation up, once for every client id.
func surveyConversations(ctx context.Context, q *db.Queries, batch []*chat.Append) (map[string]*conversation, error) {
	var asked []db.LookUpAppendsParams
	for _, a := range batch {
		lookUp := db.LookUpAppendsParams{Conversation: a.Conversation}
		ids := clientIDs(a)
		if len(ids) == 0 {
			asked = append(asked, lookUp)
		}
		for _, id := range ids {
			lookUp.ClientID = &id
			asked = append(asked, lookUp)
		}
	}
	rows, err := optional(ctx, asked, q.LookUpAppends)
	if err != nil {
		return nil, fmt.Errorf("look up conversations: %w", err)
	}
	found := make(map[string]*conversation, len(asked))
	for i, row := range rows {
		c := found[asked[i].Conversation]
		if c == nil {
			c = &conversation{receipts: make(map[string]chat.Receipt)}
			found[asked[i].Conversation] = c
		}
		if row == nil {
			continue
		}
		c.exists, c.tenant, c.epoch, c.head, c.visitor = true, row.Tenant, row.Epoch, row.Head, row.Visitor
		if row.Seq != nil {
			c.receipts[*asked[i].ClientID] = chat.Receipt{Seq: *row.Seq, Message: text(row.Message)}
		}
	}
	return found, nil
}

// surveyVisitors unwraps the keys that will be needed, and makes those of
// visitors that appear for the first time.
func (s *Store) surveyVisitors(
	ctx context.Context, q *db.Queries, batch []*chat.Append, conversations map[string]*conversation,
) (map[visitorID]*visitor, error) {
	found := make(map[visitorID]*visitor)
	var order []*visitor
	for _, a := range batch {
		c := conversations[a.Conversation]
		id := visitorID{a.Tenant, c.visitor}
		if !c.exists {
			if a.Birth == nil {
				continue
			}
			id.id = a.Birth.Visitor
		}
		if found[id] == nil {
			found[id] = &visitor{visitorID: id}
			order = append(order, found[id])
		}
		found[id].wanted = found[id].wanted || !c.exists
		found[id].looked = found[id].looked || !c.exists || changesContact(a)
	}
	if err := s.unwrapVisitors(ctx, q, order); err != nil {
		return nil, err
	}
	if err := s.lookUpVisitors(ctx, q, order); err != nil {
		return nil, err
	}
	for _, v := range order {
		if v.key != nil || v.err != nil || !v.wanted {
			continue
		}
		if err := s.makeVisitor(ctx, q, v); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// unwrapVisitors finds the keys of visitors of whom nothing else is asked.
func (s *Store) unwrapVisitors(ctx context.Context, q *db.Queries, visitors []*visitor) error {
	var asked []db.VisitorKeysParams
	var of []*visitor
	for _, v := range visitors {
		if !v.looked {
			asked, of = append(asked, db.VisitorKeysParams{Tenant: v.tenant, ID: v.id}), append(of, v)
		}
	}
	keys, err := s.keys.visitors(ctx, q, asked)
	for i, key := range keys {
		of[i].key, of[i].err = key.key, key.err
	}
	return err
}

// lookUpVisitors reads all that there is of the other visitors.
func (s *Store) lookUpVisitors(ctx context.Context, q *db.Queries, visitors []*visitor) error {
	var asked []db.LookUpVisitorsParams
	var of []*visitor
	for _, v := range visitors {
		if v.looked {
			asked, of = append(asked, db.LookUpVisitorsParams{Tenant: v.tenant, ID: v.id}), append(of, v)
		}
	}
	rows, err := optional(ctx, asked, q.LookUpVisitors)
	if err != nil {
		return fmt.Errorf("look up visitors: %w", err)
	}
	for i, row := range rows {
		if row == nil {
			continue
		}
		v := of[i]
		v.blocked, v.version = row.Blocked, row.ContactVersion
		parent, err := s.keys.tenant(ctx, q, v.tenant)
		if err != nil && !errors.Is(err, seal.ErrSealed) {
			return err
		}
		if v.err = err; err == nil {
			v.key, v.err = s.keys.child(parent, row.WrappedKey, keyID{v.tenant, tableVisitors, v.id})
		}
		if v.key == nil {
			continue
		}
		if v.contact, err = openContact(v.key, v.visitorID, row.Contact); err != nil { // the next change replaces it
			s.logger.Warn("cannot read a visitor's contact", slog.String("visitor", v.id), slog.Any("error", err))
		}
	}
	return nil
}

// makeVisitor makes the key of a new visitor. A tenant that is not there, or
// whose key does not open, is the visitor's error and nobody else's.
func (s *Store) makeVisitor(ctx context.Context, q *db.Queries, v *visitor) error {
	parent, err := s.keys.tenant(ctx, q, v.tenant)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		v.err = chat.ErrNotFound.Because(err)
		return nil
	case errors.Is(err, seal.ErrSealed):
		v.err = err
		return nil
	case err != nil:
		return err
	}
	v.wrapped, v.key, v.err = parent.NewKey(v.tenant, tableVisitors, v.id)
	return nil
}

// surveyUsage reads the periods that have a limit to keep.
func surveyUsage(ctx context.Context, q *db.Queries, batch []*chat.Append) (map[periodID]int64, error) {
	found := make(map[periodID]int64)
	var asked []db.UsageOfPeriodsParams
	for _, a := range batch {
		if a.Limit <= 0 || firstAttempts(a) == 0 {
			continue
		}
		id := periodOf(a)
		if _, ok := found[id]; !ok {
			found[id] = 0
			asked = append(asked, db.UsageOfPeriodsParams{Tenant: id.tenant, Period: id.period})
		}
	}
	rows, err := optional(ctx, asked, q.UsageOfPeriods)
	if err != nil {
		return nil, fmt.Errorf("read usage: %w", err)
	}
	for i, answers := range rows {
		if answers != nil {
			found[periodID{asked[i].Tenant, asked[i].Period}] = *answers
		}
	}
	return found, nil
}

// clientIDs are those of the messages that an append adds.
func clientIDs(a *chat.Append) []string {
	var ids []string
	for _, body := range a.Bodies {
		if m, ok := body.(chat.MessageCreated); ok && m.ClientID != "" {
			ids = append(ids, m.ClientID)
		}
	}
	return ids
}

// firstAttempts counts the answers that an append starts and that are charged.
func firstAttempts(a *chat.Append) int64 {
	var n int64
	for _, body := range a.Bodies {
		if m, ok := body.(chat.MessageStarted); ok && m.Attempt == 1 {
			n++
		}
	}
	return n
}

// at is the time of an append's events.
func at(a *chat.Append) time.Time { return storable(a.At) }
