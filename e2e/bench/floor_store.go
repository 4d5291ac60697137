package main

import (
	"database/sql"
	"fmt"
	"strings"

	_ "parley/persistence/postgres" // registers the driver "pgx"
	_ "parley/persistence/sqlite"   // registers the driver "sqlite"
)

// batchAtMost is how many messages share a commit.
const batchAtMost = 256

type message struct{ clientID, text string }

// floorStore keeps messages. While one commit runs, the messages of the next gather.
type floorStore struct {
	db    *sql.DB
	queue chan waiting
	// insert writes messages durably.
	insert func(messages []message) error
}

type waiting struct {
	message message
	kept    chan error
}

func openFloorStore(driver, database string) (*floorStore, error) {
	db, err := sql.Open(driver, database)
	if err != nil {
		return nil, fmt.Errorf("open the floor's database: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE messages (client_id TEXT PRIMARY KEY, body TEXT NOT NULL)"); err != nil {
		return nil, fmt.Errorf("make the floor's table: %w", err)
	}
	s := &floorStore{db: db, queue: make(chan waiting, batchAtMost)}
	s.insert = s.insertAtOnce
	if driver == "sqlite" {
		prepared, err := db.Prepare("INSERT INTO messages VALUES ($1, $2)")
		if err != nil {
			return nil, fmt.Errorf("prepare the floor's insert: %w", err)
		}
		s.insert = func(messages []message) error { return s.insertEach(prepared, messages) }
	}
	go s.commit()
	return s, nil
}

// keep returns when the message is on disk.
func (s *floorStore) keep(m message) error {
	kept := make(chan error, 1)
	s.queue <- waiting{m, kept}
	return <-kept
}

func (s *floorStore) commit() {
	for first := range s.queue {
		batch, messages := []waiting{first}, []message{first.message}
		for len(batch) < batchAtMost && len(s.queue) > 0 {
			next := <-s.queue
			batch, messages = append(batch, next), append(messages, next.message)
		}
		err := s.insert(messages)
		for _, w := range batch {
			w.kept <- err
		}
	}
}

// insertAtOnce is one statement: one round trip to a server.
func (s *floorStore) insertAtOnce(messages []message) error {
	var rows []string
	var values []any
	for i, m := range messages {
		rows = append(rows, fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2))
		values = append(values, m.clientID, m.text)
	}
	_, err := s.db.Exec("INSERT INTO messages VALUES "+strings.Join(rows, ", "), values...)
	return err
}

// insertEach is one transaction of prepared statements: quicker where there is no server.
func (s *floorStore) insertEach(prepared *sql.Stmt, messages []message) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	insert := tx.Stmt(prepared)
	defer insert.Close()
	for _, m := range messages {
		if _, err := insert.Exec(m.clientID, m.text); err != nil {
			return err
		}
	}
	return tx.Commit()
}
