package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

// statements are the prepared statements of a handle. There are as many as
// queries in the code.
type statements struct {
	handle *sql.DB
	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

func newStatements(handle *sql.DB) *statements {
	return &statements{handle: handle, byText: make(map[string]*sql.Stmt)}
}

// known returns a statement that was prepared before, or nil.
func (s *statements) known(text string) *sql.Stmt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byText[text]
}

// prepared implements source. It may need a connection of its own.
func (s *statements) prepared(ctx context.Context, text string) (context.Context, *sql.Stmt, error) {
	if known := s.known(text); known != nil {
		return ctx, known, nil
	}
	fresh, err := s.handle.PrepareContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.byText[text]; known != nil { // somebody was faster
		_ = fresh.Close() //nolint:sqlclosecheck // the other is kept
		return ctx, known, nil
	}
	s.byText[text] = fresh
	return ctx, fresh, nil
}

// learn prepares statements for later. One that fails will fail, and say so,
// where it is used.
func (s *statements) learn(ctx context.Context, texts []string) {
	for _, text := range texts {
		_, _, _ = s.prepared(ctx, text) //nolint:sqlclosecheck // kept for later
	}
}
