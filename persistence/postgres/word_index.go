package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

const (
	// wordsDuty is what one node among all leads that writes words.
	wordsDuty = "words"
	// wordsEvery is how long words wait at most to be looked for, when there is little to do; wordsLease is
	// how long others wait for a node that died over it.
	wordsEvery = 5 * time.Second
	wordsLease = 30 * time.Second
	// readAtOnce is how many conversations are looked at together, and kept in one transaction; pagesInTurn how many such pages
	// a tenant gets before the next one has its turn; eventsAtOnce how many events of one are in memory.
	readAtOnce   = 100
	pagesInTurn  = 5
	eventsAtOnce = 200
	tenantsRead  = 200
	// wordsOverlap is how far back a conversation may appear behind others that changed after it: as long as a commit may take,
	// and as clocks of nodes may differ.
	wordsOverlap = time.Minute
)

// StartWords keeps what conversations are found by up to date, until stop is called, which must be before Close: behind
// them, in transactions of its own that hold no conversation. Of all nodes one does it.
func (s *Store) StartWords() (stop func()) {
	if s.texts == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.writeWords(ctx, rand.Text())
	}()
	return func() { cancel(); <-done }
}

// writeWords does it until ctx ends. node is what this one is called among others.
func (s *Store) writeWords(ctx context.Context, node string) {
	ticker := time.NewTicker(wordsEvery)
	defer ticker.Stop()
	for {
		if err := s.writeWordsRound(ctx, node); err != nil && ctx.Err() == nil {
			s.logger.Warn("cannot write what conversations are found by", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_ = s.Resign(ctx, wordsDuty, node) // else it ends by itself
			return
		case <-ticker.C:
		}
	}
}

// writeWordsRound writes until nothing is left, as long as this node leads.
func (s *Store) writeWordsRound(ctx context.Context, node string) error {
	for more := true; more; {
		leads, err := s.Lead(ctx, wordsDuty, node, wordsLease)
		if err != nil || !leads {
			return err
		}
		if more, err = s.CatchUpWords(ctx); err != nil {
			return err
		}
	}
	return nil
}

// CatchUpWords gives each tenant that has something to be written a turn, and tells whether more is left.
func (s *Store) CatchUpWords(ctx context.Context) (more bool, err error) {
	for after := ""; ; {
		tenants, err := s.reads.TenantsToRead(ctx, db.TenantsToReadParams{After: after, Beginning: time.Unix(0, 0).UTC(), Count: tenantsRead})
		if err != nil {
			return false, s.explain(err, "list the tenants whose words are to be written")
		}
		for _, tenant := range tenants {
			switch left, err := s.catchUpTenant(ctx, tenant); {
			case errors.Is(err, seal.ErrSealed) || errors.Is(err, pgx.ErrNoRows): // damaged, or gone: the others go on
				s.logger.Warn("cannot write words", slog.String("tenant", tenant), slog.Any("error", err))
			case err != nil:
				return false, s.explain(err, "write words of "+tenant)
			default:
				more = more || left
			}
		}
		if len(tenants) < tenantsRead {
			return more, nil
		}
		after = tenants[len(tenants)-1]
	}
}

// catchUpTenant writes some pages of a tenant's, and tells whether more are left.
func (s *Store) catchUpTenant(ctx context.Context, tenant string) (more bool, err error) {
	key, through, err := s.wordKey(ctx, tenant, true)
	if err != nil {
		return false, err
	}
	from := position{at: through}
	for range pagesInTurn {
		rows, err := s.reads.ConversationsToRead(ctx, db.ConversationsToReadParams{Tenant: tenant, Since: from.at, After: from.id, Count: readAtOnce})
		if err != nil {
			return false, fmt.Errorf("list conversations to read: %w", err)
		}
		if err := s.keepWords(ctx, tenant, key, rows); err != nil {
			return false, err
		}
		if len(rows) > 0 {
			last := rows[len(rows)-1]
			from = position{last.UpdatedAt, last.ID}
			safe := last.UpdatedAt
			if bound := now().Add(-wordsOverlap); safe.After(bound) {
				safe = bound
			}
			if err := s.writes.MoveWordKey(ctx, db.MoveWordKeyParams{Tenant: tenant, Through: safe}); err != nil {
				return false, fmt.Errorf("keep how far words are written: %w", err)
			}
		}
		if len(rows) < readAtOnce {
			return false, nil
		}
	}
	return from.at.Before(now().Add(-wordsOverlap)), nil
}

// wordKey returns a tenant's key of words, and until when its conversations were read. pgx.ErrNoRows: there is none yet, and none is to be made.
func (s *Store) wordKey(ctx context.Context, tenant string, make bool) (wordKey, time.Time, error) {
	parent, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, time.Time{}, err
	}
	row, err := s.reads.WordKey(ctx, tenant)
	if errors.Is(err, pgx.ErrNoRows) && make {
		var body []byte
		if body, err = newWordKey(parent, tenant); err != nil {
			return nil, time.Time{}, err
		}
		if err = s.writes.InsertWordKey(ctx, db.InsertWordKeyParams{Tenant: tenant, Body: body, Through: time.Unix(0, 0).UTC()}); err == nil {
			row, err = s.reads.WordKey(ctx, tenant) // another node's, if it was first
		}
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read the key of words: %w", err)
	}
	key, err := openWordKey(parent, tenant, row.Body)
	return key, row.Through, err
}

// keepWords adds what was said since to the words of conversations, in one transaction.
func (s *Store) keepWords(ctx context.Context, tenant string, key wordKey, rows []db.ConversationsToReadRow) error {
	var stale []db.ConversationsToReadRow
	var asked []db.WordsOfConversationsParams
	for _, row := range rows {
		if row.Through < row.Head {
			stale = append(stale, row)
			asked = append(asked, db.WordsOfConversationsParams{Tenant: tenant, Conversation: row.ID})
		}
	}
	sets, err := optional(ctx, asked, s.reads.WordsOfConversations)
	if err != nil {
		return fmt.Errorf("read words: %w", err)
	}
	var changes []db.PutWordsParams
	for i, row := range stale {
		set := wordSet{}
		if sets[i] != nil {
			set = *sets[i]
		}
		set, through, err := s.readWords(ctx, key, chat.Ref{Tenant: tenant, Conversation: row.ID}, row, set)
		if errors.Is(err, pgx.ErrNoRows) {
			continue // it was deleted meanwhile
		}
		if err != nil {
			return err
		}
		changes = append(changes, db.PutWordsParams{Tenant: tenant, Conversation: row.ID, Visitor: row.Visitor, Through: through, Words: set})
	}
	if len(changes) == 0 {
		return nil
	}
	var b bundle
	db.New(&b).PutWords(ctx, changes)
	if err := again(func() error { return s.apply(ctx, &b, nil) }); err != nil {
		return fmt.Errorf("keep words: %w", err)
	}
	return nil
}

// readWords adds the words of a conversation's later events to a set. What does not open has none.
func (s *Store) readWords(ctx context.Context, key wordKey, ref chat.Ref, row db.ConversationsToReadRow, set wordSet) (wordSet, int64, error) {
	visitor, err := s.keys.visitor(ctx, s.reads, ref.Tenant, row.Visitor)
	if errors.Is(err, seal.ErrSealed) {
		return set, row.Head, nil
	}
	if err != nil {
		return nil, 0, err
	}
	seen := make(map[string]bool)
	var more [][wordLength]byte
	through := row.Through
	for through < row.Head {
		rows, err := s.reads.EventsAfter(ctx, db.EventsAfterParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Seq: through, Limit: eventsAtOnce})
		if err != nil {
			return nil, 0, fmt.Errorf("read events: %w", err)
		}
		if len(rows) == 0 {
			return set, row.Head, nil
		}
		for _, one := range rows {
			through = one.Seq
			events, err := openEvents(visitor, ref, []db.EventsAfterRow{one})
			if err != nil {
				continue // what it says cannot be shown either
			}
			for _, term := range s.texts.Terms(words(events[0].Body)) {
				if !seen[term] {
					seen[term] = true
					more = append(more, key.trapdoor(term).in(ref.Conversation))
				}
			}
		}
	}
	return set.with(more), through, nil
}
