package postgres

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

var _ account.Letters = (*Store)(nil)

// subjectOf is what a letter's row is found by beside its kind.
func (k *keyring) subjectOf(letter account.Letter) string {
	if letter.Subject != "" {
		return letter.Subject
	}
	return hex.EncodeToString(k.emailHash(letter.Address))
}

// PutLetter adds a letter, or makes the one due again that is there.
func (s *Store) PutLetter(ctx context.Context, letter account.Letter) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.putLetter(ctx, q, letter) })
	return s.explain(err, "keep letter "+letter.ID)
}

func (s *Store) putLetter(ctx context.Context, q *db.Queries, letter account.Letter) error {
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return err
	}
	subject := s.keys.subjectOf(letter)
	row, err := q.LetterOfSubject(ctx, db.LetterOfSubjectParams{Kind: string(letter.Kind), Subject: subject})
	if errors.Is(err, pgx.ErrNoRows) {
		body, err := sealLetter(key, letter)
		if err != nil {
			return err
		}
		return q.InsertLetter(ctx, db.InsertLetterParams{
			ID: letter.ID, Kind: string(letter.Kind), Subject: subject, Body: body, DueAt: maybe(letter.Due), ExpiresAt: storable(letter.Expires),
		})
	}
	if err != nil {
		return fmt.Errorf("look for an earlier one: %w", err)
	}
	earlier, err := openLetter(key, row)
	if err != nil {
		return err
	}
	letter.ID = earlier.ID
	if strings.EqualFold(earlier.Address, letter.Address) {
		letter.Secrets = earlier.Secrets
	}
	if letter.Expires.Before(earlier.Expires) {
		letter.Expires = earlier.Expires
	}
	return rewriteLetter(ctx, q, key, letter, row.Body, row.Tries, 0)
}

// rewriteLetter replaces what a row says that has not changed since it was read; pgx.ErrNoRows: it has.
func rewriteLetter(ctx context.Context, q *db.Queries, key *seal.Key, letter account.Letter, was []byte, wasTries, tries int64) error {
	body, err := sealLetter(key, letter)
	if err != nil {
		return err
	}
	rows, err := q.RewriteLetter(ctx, db.RewriteLetterParams{
		ID: letter.ID, Body: body, Tries: tries, DueAt: maybe(letter.Due), ExpiresAt: storable(letter.Expires), WasBody: was, WasTries: wasTries,
	})
	if err == nil && rows == 0 {
		return pgx.ErrNoRows
	}
	return err
}

// TakeLetters leases letters that are due.
func (s *Store) TakeLetters(ctx context.Context, limit int, lease time.Duration) ([]account.Letter, error) {
	letters, err := s.takeLetters(ctx, limit, lease)
	return letters, s.explain(err, "take letters")
}

func (s *Store) takeLetters(ctx context.Context, limit int, lease time.Duration) (letters []account.Letter, err error) {
	at := now()
	ids, err := s.reads.DueLetters(ctx, db.DueLettersParams{Now: &at, Count: rowCount(limit)})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		until := at.Add(lease)
		row, err := s.writes.TakeLetter(ctx, db.TakeLetterParams{ID: id, LeasedUntil: &until, Now: &at})
		if errors.Is(err, pgx.ErrNoRows) { // another node has it
			continue
		}
		if err != nil {
			return nil, err
		}
		letter, err := openLetter(key, row)
		if err != nil {
			return nil, err
		}
		letters = append(letters, letter)
	}
	return letters, nil
}

// KeepLetter keeps what came of an attempt to send a letter, unless it was put again or used since.
func (s *Store) KeepLetter(ctx context.Context, letter account.Letter) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		row, err := q.Letter(ctx, letter.ID)
		if err != nil {
			return err
		}
		if row.Tries != int64(letter.Tries) {
			return pgx.ErrNoRows
		}
		key, err := s.keys.accounts(ctx, q)
		if err != nil {
			return err
		}
		return rewriteLetter(ctx, q, key, letter, row.Body, row.Tries, row.Tries)
	})
	return s.explain(err, "keep letter "+letter.ID)
}

// Letter returns a letter.
func (s *Store) Letter(ctx context.Context, id string) (account.Letter, error) {
	letter, err := s.letter(ctx, id)
	return letter, s.explain(err, "read letter "+id)
}

func (s *Store) letter(ctx context.Context, id string) (account.Letter, error) {
	row, err := s.reads.Letter(ctx, id)
	if err != nil {
		return account.Letter{}, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return account.Letter{}, err
	}
	return openLetter(key, row)
}

// useLetter deletes a letter whose secret was used; pgx.ErrNoRows: somebody was first. Without an id there is nothing to delete.
func useLetter(ctx context.Context, q *db.Queries, id string) error {
	if id == "" {
		return nil
	}
	rows, err := q.UseLetter(ctx, id)
	if err == nil && rows == 0 {
		return pgx.ErrNoRows
	}
	return err
}

// errAddressTaken refuses to move an account.
var errAddressTaken = chat.Fail(chat.Conflict, "email_taken", "There is another account with this e-mail address.")
