package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// activitiesAtMost bounds what is read of a conversation's.
const activitiesAtMost = 500

// done is what was done with a conversation.
type done struct {
	kind   chat.ActivityKind
	target string
}

// triage changes something beside a conversation's log, and keeps what was done, in one transaction
// that holds the conversation.
func (s *Store) triage(
	ctx context.Context, ref chat.Ref, by string, change func(q *db.Queries, c db.HoldConversationRow) ([]done, error),
) error {
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		c, err := q.HoldConversation(ctx, db.HoldConversationParams{Tenant: ref.Tenant, ID: ref.Conversation})
		if err != nil {
			return err
		}
		all, err := change(q, c)
		if err != nil {
			return err
		}
		at := now()
		activities := make([]db.InsertActivitiesParams, len(all))
		for i, d := range all {
			activities[i] = db.InsertActivitiesParams{
				ID: chat.NewID(chat.ActivityPrefix), Tenant: ref.Tenant, Conversation: ref.Conversation,
				Seq: c.Head, At: at, ByUser: by, Kind: string(d.kind), Target: d.target,
			}
		}
		if err := executed(ctx, activities, q.InsertActivities); err != nil {
			return fmt.Errorf("keep what was done: %w", err)
		}
		return nil
	})
}

// Snooze hides a conversation until a time; the zero time shows it.
func (s *Store) Snooze(ctx context.Context, ref chat.Ref, by string, until time.Time) error {
	var wished *time.Time
	if !until.IsZero() {
		until = storable(until)
		wished = &until
	}
	err := s.triage(ctx, ref, by, func(q *db.Queries, c db.HoldConversationRow) ([]done, error) {
		if orZero(c.SnoozedUntil).Equal(orZero(wished)) {
			return nil, nil
		}
		err := q.SetSnoozed(ctx, db.SetSnoozedParams{Tenant: ref.Tenant, ID: ref.Conversation, SnoozedUntil: wished})
		if err != nil {
			return nil, fmt.Errorf("write the time: %w", err)
		}
		if wished != nil {
			return []done{{chat.Snoozed, until.Format(time.RFC3339)}}, nil
		}
		if c.SnoozedUntil.After(now()) {
			return []done{{chat.Unsnoozed, ""}}, nil
		}
		return nil, nil // its time had come
	})
	return s.explain(err, "snooze conversation "+ref.String())
}

// MarkSpam takes a conversation out of all queues but one, or puts it back.
func (s *Store) MarkSpam(ctx context.Context, ref chat.Ref, by string, spam bool) error {
	err := s.triage(ctx, ref, by, func(q *db.Queries, c db.HoldConversationRow) ([]done, error) {
		if c.Spam == spam {
			return nil, nil
		}
		if err := q.SetSpam(ctx, db.SetSpamParams{Tenant: ref.Tenant, ID: ref.Conversation, Spam: spam}); err != nil {
			return nil, fmt.Errorf("write the mark: %w", err)
		}
		return []done{{either(spam, chat.Spam, chat.NotSpam), ""}}, nil
	})
	return s.explain(err, "mark conversation "+ref.String())
}

// SetLabels replaces the labels of a conversation.
func (s *Store) SetLabels(ctx context.Context, ref chat.Ref, by string, labels []string) error {
	err := s.triage(ctx, ref, by, func(q *db.Queries, _ db.HoldConversationRow) ([]done, error) {
		has, err := q.LabelsOfConversation(ctx, db.LabelsOfConversationParams{Tenant: ref.Tenant, Conversation: ref.Conversation})
		if err != nil {
			return nil, fmt.Errorf("read its labels: %w", err)
		}
		return relabel(ctx, q, ref, has, labels)
	})
	return s.explain(err, "label conversation "+ref.String())
}

// relabel adds the labels that are missing, and takes those off that are too many.
func relabel(ctx context.Context, q *db.Queries, ref chat.Ref, has, wanted []string) ([]done, error) {
	var all []done
	for _, label := range has {
		if slices.Contains(wanted, label) {
			continue
		}
		err := q.RemoveLabel(ctx, db.RemoveLabelParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Label: label})
		if err != nil {
			return nil, fmt.Errorf("take label %s off: %w", label, err)
		}
		all = append(all, done{chat.Unlabelled, label})
	}
	for _, label := range wanted {
		if slices.Contains(has, label) {
			continue
		}
		has = append(has, label) // it may be named twice
		added, err := q.AddLabel(ctx, db.AddLabelParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Label: label})
		if err != nil {
			return nil, fmt.Errorf("add label %s: %w", label, err)
		}
		if added == 0 {
			return nil, chat.ErrNotFound
		}
		all = append(all, done{chat.Labelled, label})
	}
	return all, nil
}

// Block refuses what a visitor writes from now on, or takes that back.
func (s *Store) Block(ctx context.Context, ref chat.Ref, by string, blocked bool) error {
	err := s.triage(ctx, ref, by, func(q *db.Queries, c db.HoldConversationRow) ([]done, error) {
		changed, err := q.SetBlocked(ctx, db.SetBlockedParams{Tenant: ref.Tenant, ID: c.Visitor, Blocked: blocked})
		if err != nil {
			return nil, fmt.Errorf("write the visitor: %w", err)
		}
		if changed == 0 {
			return nil, nil
		}
		return []done{{either(blocked, chat.Blocked, chat.Unblocked), ""}}, nil
	})
	return s.explain(err, "block the visitor of conversation "+ref.String())
}

// Activities returns what was done with a conversation, oldest first.
func (s *Store) Activities(ctx context.Context, ref chat.Ref) ([]chat.Activity, error) {
	activities, err := s.activities(ctx, ref)
	return activities, s.explain(err, "read what was done with conversation "+ref.String())
}

func (s *Store) activities(ctx context.Context, ref chat.Ref) ([]chat.Activity, error) {
	rows, err := s.reads.LatestActivities(ctx, db.LatestActivitiesParams{
		Tenant: ref.Tenant, Conversation: ref.Conversation, Limit: activitiesAtMost,
	})
	if err == nil && len(rows) == 0 {
		_, err = s.reads.ConversationVisitor(ctx, db.ConversationVisitorParams{Tenant: ref.Tenant, ID: ref.Conversation})
	}
	if err != nil {
		return nil, err
	}
	activities := make([]chat.Activity, len(rows))
	for i, row := range rows {
		activities[len(rows)-1-i] = chat.Activity{
			ID: row.ID, Ref: ref, Seq: row.Seq, At: row.At, By: row.ByUser, Kind: chat.ActivityKind(row.Kind), Target: row.Target,
		}
	}
	return activities, nil
}

func either(is bool, yes, no chat.ActivityKind) chat.ActivityKind {
	if is {
		return yes
	}
	return no
}
