package postgres

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ chat.Replies = (*Store)(nil)

var (
	errShortcutTaken  = chat.Fail(chat.Conflict, "shortcut_taken", "Another saved reply has this shortcut already. Please choose a different one.")
	errTooManyReplies = chat.Fail(chat.Conflict, "too_many_replies", fmt.Sprintf("You have %d saved replies, which is as many as there can be. Please delete one first.", chat.MaxReplies))
)

// Replies returns all of a tenant's, by shortcut.
func (s *Store) Replies(ctx context.Context, tenant string) ([]chat.Reply, error) {
	replies, err := s.replies(ctx, tenant)
	return replies, s.explain(err, "list saved replies of "+tenant)
}

func (s *Store) replies(ctx context.Context, tenant string) ([]chat.Reply, error) {
	rows, err := s.reads.RepliesOfTenant(ctx, tenant)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	replies := make([]chat.Reply, len(rows))
	for i, row := range rows {
		if replies[i], err = openReply(key, tenant, row); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(replies, func(a, b chat.Reply) int { return cmp.Compare(a.Shortcut, b.Shortcut) })
	return replies, nil
}

// PutReply adds a reply, or changes the one of its id.
func (s *Store) PutReply(ctx context.Context, reply chat.Reply) error {
	return s.explain(s.putReply(ctx, reply), "keep saved reply "+reply.ID)
}

func (s *Store) putReply(ctx context.Context, reply chat.Reply) error {
	key, err := s.keys.tenant(ctx, s.reads, reply.Tenant)
	if err != nil {
		return err
	}
	body, err := sealReply(key, reply)
	if err != nil {
		return err
	}
	hash := s.keys.shortcutHash(reply.Tenant, reply.Shortcut)
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, reply.Tenant); err != nil {
			return err
		}
		switch id, err := q.ReplyByShortcut(ctx, db.ReplyByShortcutParams{Tenant: reply.Tenant, ShortcutHash: hash}); {
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return fmt.Errorf("look for the shortcut: %w", err)
		case err == nil && id != reply.ID:
			return errShortcutTaken
		}
		changed, err := q.UpdateReply(ctx, db.UpdateReplyParams{Tenant: reply.Tenant, ID: reply.ID, ShortcutHash: hash, Body: body})
		if err != nil {
			return fmt.Errorf("change the reply: %w", err)
		}
		if changed > 0 {
			return nil
		}
		return insertReply(ctx, q, db.InsertReplyParams{ID: reply.ID, Tenant: reply.Tenant, ShortcutHash: hash, Body: body})
	})
}

// insertReply adds a reply to those of a tenant that is locked.
func insertReply(ctx context.Context, q *db.Queries, row db.InsertReplyParams) error {
	count, err := q.CountReplies(ctx, row.Tenant)
	if err != nil {
		return fmt.Errorf("count replies: %w", err)
	}
	if count >= chat.MaxReplies {
		return errTooManyReplies
	}
	err = q.InsertReply(ctx, row)
	if taken(err) { // another tenant's has the id
		return chat.ErrNotFound.Because(err)
	}
	return err
}

// DeleteReply removes a reply.
func (s *Store) DeleteReply(ctx context.Context, tenant, id string) error {
	rows, err := s.writes.DeleteReply(ctx, db.DeleteReplyParams{Tenant: tenant, ID: id})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "delete saved reply "+id)
}

// shortcutHash is what a shortcut is found by; equal ones of two tenants do not look alike.
func (k *keyring) shortcutHash(tenant, shortcut string) []byte {
	mac := hmac.New(sha256.New, k.root.Derive("persistence/shortcuts/"+tenant, sha256.Size))
	mac.Write([]byte(shortcut))
	return mac.Sum(nil)
}
