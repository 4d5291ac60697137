package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
)

const (
	// wordsAsked is how many words of a search count.
	wordsAsked = 8
	// lookedThrough is how many conversations are compared in one step; lookedFor how long one search goes on. What
	// it did not come to is behind the cursor.
	lookedThrough = 500
	lookedFor     = 2 * time.Second
)

// conversationsWith returns a page of those of a list that have all words of a text.
func (s *Store) conversationsWith(ctx context.Context, l listing, size int, list []string) ([]chat.Conversation, string, error) {
	if s.texts == nil {
		return nil, "", nil
	}
	key, _, err := s.wordKey(ctx, l.tenant, false)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", nil // nothing was said yet
	}
	if err != nil {
		return nil, "", err
	}
	asked := s.texts.Asked(l.filter.Text, wordsAsked)
	if len(asked) == 0 {
		return nil, "", nil
	}
	words := make([][]trapdoor, len(asked))
	for i, terms := range asked {
		for _, term := range terms {
			words[i] = append(words[i], key.trapdoor(term))
		}
	}
	found, at, err := s.lookThrough(ctx, &l, words, size)
	if err != nil {
		return nil, "", err
	}
	page, err := s.listed(ctx, l.tenant, idsOf(found), l.filter.User)
	next := ""
	if at != (position{}) {
		next = s.cursors.encode(at, list...)
	}
	return page, next, err
}

// lookThrough returns the places of a list's conversations that have all words, and where to go on; the zero position: at its end.
func (s *Store) lookThrough(ctx context.Context, l *listing, words [][]trapdoor, size int) (found []position, at position, err error) {
	l.limit = lookedThrough
	for begun := time.Now(); ; {
		places, sets, err := s.wordedPlaces(ctx, l)
		if err != nil {
			return nil, position{}, err
		}
		for i, place := range places {
			l.from = place
			if !sets[i].hasAll(place.id, words) {
				continue
			}
			if found = append(found, place); len(found) == size {
				return found, place, nil
			}
		}
		if len(places) < lookedThrough {
			return found, position{}, nil
		}
		if time.Since(begun) > lookedFor {
			return found, l.from, nil
		}
	}
}

// wordedPlaces is places, with what each conversation is found by: nothing, if nothing is written of it yet.
func (s *Store) wordedPlaces(ctx context.Context, l *listing) (places []position, sets []wordSet, err error) {
	text, args := l.worded()
	rows, err := s.database.Reader().Query(ctx, text, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p position
		var set []byte
		if err := rows.Scan(&p.id, &p.at, &set); err != nil {
			return nil, nil, err
		}
		places, sets = append(places, p), append(sets, set)
	}
	return places, sets, rows.Err()
}

// worded is the statement for a page, with the words of each conversation.
func (l *listing) worded() (text string, args []any) {
	l.args = nil
	page, order := l.page(), "p.at DESC, p.id DESC"
	if longestFirst(l.filter.Queue) {
		order = "p.at, p.id"
	}
	text = "SELECT p.id, p.at, w.words FROM (" + page + ") AS p LEFT JOIN conversation_words w ON w.conversation = p.id AND w.tenant = " + l.arg(l.tenant) +
		" ORDER BY " + order
	return text, l.args
}
