package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// MarkRead keeps how far somebody has read. It never goes back, nor ahead of the log.
func (s *Store) MarkRead(ctx context.Context, ref chat.Ref, reader string, seq int64) error {
	marked, err := s.writes.MarkRead(ctx, db.MarkReadParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Reader: reader, Seq: seq})
	if err == nil && marked == 0 {
		err = pgx.ErrNoRows
	}
	return s.explain(err, "mark as read "+ref.String())
}

// ReadMarks returns how far a conversation was read, by reader.
func (s *Store) ReadMarks(ctx context.Context, ref chat.Ref) (map[string]int64, error) {
	rows, err := s.reads.ReadMarks(ctx, db.ReadMarksParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err == nil && len(rows) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return nil, s.explain(err, "read how far was read "+ref.String())
	}
	marks := make(map[string]int64, len(rows))
	for _, row := range rows {
		if row.Reader != nil {
			marks[*row.Reader] = *row.Seq
		}
	}
	return marks, nil
}
