package postgres

import (
	"context"
	"fmt"
	"time"

	"parley/chat"
	"parley/knowledge/improve"
	"parley/persistence/postgres/db"
)

var (
	_ improve.Gaps    = (*Store)(nil)
	_ improve.Answers = (*Store)(nil)
)

// mostGaps bounds a list of gaps.
const mostGaps = 2000

// writeGaps keeps which answers did not help, and writeCited what answers cite: ids, for the words are in the log.
func writeGaps(ctx context.Context, q *db.Queries, p *plan) error {
	var gaps []db.InsertGapsParams
	for _, a := range p.accepted {
		for _, gap := range a.Gaps {
			seq := gap.Seq
			for i, body := range a.Bodies {
				if _, ended := body.(chat.MessageCompleted); ended && seq == 0 {
					seq = a.Head + 1 + int64(i)
				}
			}
			if seq > 0 {
				gaps = append(gaps, db.InsertGapsParams{
					Tenant: a.Tenant, Conversation: a.Conversation, Seq: seq, Reason: string(gap.Reason), At: at(a.Append),
				})
			}
		}
	}
	if len(gaps) > 0 {
		q.InsertGaps(ctx, gaps)
	}
	return nil
}

func writeCited(ctx context.Context, q *db.Queries, p *plan) error {
	var cited []db.InsertCitedParams
	for _, a := range p.accepted {
		for i, body := range a.Bodies {
			completed, ok := body.(chat.MessageCompleted)
			if !ok {
				continue
			}
			for _, c := range completed.Citations {
				item := citedItem(c)
				if item == "" || !storableID(item) || !storableID(c.Source) {
					continue
				}
				cited = append(cited, db.InsertCitedParams{
					Tenant: a.Tenant, Conversation: a.Conversation, Seq: a.Head + 1 + int64(i), Item: item, Source: c.Source, At: at(a.Append),
				})
			}
		}
	}
	if len(cited) > 0 {
		q.InsertCited(ctx, cited)
	}
	return nil
}

// citedItem is what a citation rests on: the page, or the source where there are no pages.
func citedItem(c chat.Citation) string {
	if c.Part != "" {
		return c.Part
	}
	return c.Source
}

// Gaps returns questions of a bot that were not answered well. Those whose words were erased are left out.
func (s *Store) Gaps(ctx context.Context, tenant, bot string, state improve.GapState, limit int) ([]improve.Gap, error) {
	gaps, err := s.gaps(ctx, tenant, bot, state, min(max(limit, 1), mostGaps))
	return gaps, s.explain(err, "list gaps of bot "+bot)
}

func (s *Store) gaps(ctx context.Context, tenant, bot string, state improve.GapState, limit int) ([]improve.Gap, error) {
	rows, err := s.reads.GapsOfBot(ctx, db.GapsOfBotParams{Tenant: tenant, Bot: bot, State: string(state), Count: int32(limit)})
	if err != nil {
		return nil, err
	}
	visitors := make([]db.VisitorKeysParams, len(rows))
	for i, row := range rows {
		visitors[i] = db.VisitorKeysParams{Tenant: tenant, ID: row.Visitor}
	}
	keys, err := s.keys.visitors(ctx, s.reads, visitors)
	if err != nil {
		return nil, err
	}
	gaps := make([]improve.Gap, 0, len(rows))
	for i, row := range rows {
		if keys[i].key == nil {
			continue // erased, or it does not open: that is said where the conversation is shown
		}
		ref := chat.Ref{Tenant: tenant, Conversation: row.Conversation}
		events, err := openEvents(keys[i].key, ref, []db.EventsAfterRow{
			{Seq: row.QuestionSeq, At: row.AskedAt, Type: row.QuestionType, Body: row.Question},
			{Seq: row.Seq, At: row.AnsweredAt, Type: row.AnswerType, Body: row.Answer},
		})
		if err != nil {
			return nil, err
		}
		gap := improve.Gap{
			Ref: ref, Seq: row.Seq, Bot: bot, Reason: chat.GapReason(row.Reason), At: row.At, State: improve.GapState(row.State),
			Text: words(events[0].Body), Answer: words(events[1].Body),
		}
		if gap.Text != "" {
			gaps = append(gaps, gap)
		}
	}
	return gaps, nil
}

// words are those of a message.
func words(body chat.Body) string {
	switch b := body.(type) {
	case chat.MessageCreated:
		return b.Text
	case chat.MessageCompleted:
		return b.Text
	case chat.MessageInterrupted:
		return b.Text
	}
	return ""
}

// SettleGaps moves gaps to a state.
func (s *Store) SettleGaps(ctx context.Context, tenant, bot string, at []improve.Place, state improve.GapState) error {
	changes := make([]db.SettleGapsParams, len(at))
	for i, place := range at {
		changes[i] = db.SettleGapsParams{Tenant: tenant, Bot: bot, Conversation: place.Conversation, Seq: place.Seq, State: string(state)}
	}
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return executed(ctx, changes, q.SettleGaps) })
	return s.explain(err, "settle gaps of bot "+bot)
}

// oldFor is how long answers are compared with what they cite: nobody corrects one that was read a season ago.
const oldFor = 90 * 24 * time.Hour

// Old returns answers that cite something which has changed since, or is gone.
func (s *Store) Old(ctx context.Context, tenant, bot string, limit int) ([]improve.Old, error) {
	old, err := s.old(ctx, tenant, bot, min(max(limit, 1), mostGaps))
	return old, s.explain(err, "list old answers of bot "+bot)
}

func (s *Store) old(ctx context.Context, tenant, bot string, limit int) ([]improve.Old, error) {
	rows, err := s.reads.OldCited(ctx, db.OldCitedParams{Tenant: tenant, Bot: bot, Since: now().Add(-oldFor), Count: int32(limit)})
	if err != nil {
		return nil, err
	}
	visitors := make([]db.VisitorKeysParams, len(rows))
	for i, row := range rows {
		visitors[i] = db.VisitorKeysParams{Tenant: tenant, ID: row.Visitor}
	}
	keys, err := s.keys.visitors(ctx, s.reads, visitors)
	if err != nil {
		return nil, err
	}
	var old []improve.Old
	for i, row := range rows {
		if keys[i].key == nil {
			continue
		}
		ref := chat.Ref{Tenant: tenant, Conversation: row.Conversation}
		events, err := openEvents(keys[i].key, ref, []db.EventsAfterRow{{Seq: row.Seq, At: row.AnsweredAt, Type: row.Type, Body: row.Body}})
		if err != nil {
			return nil, fmt.Errorf("open the answer: %w", err)
		}
		answer, ok := events[0].Body.(chat.MessageCompleted)
		if !ok {
			continue // erased
		}
		found := improve.Old{
			Place: improve.Place{Conversation: row.Conversation, Seq: row.Seq}, Source: row.Source, At: row.At,
			Gone: row.ChangedAt == nil, Since: orZero(row.ChangedAt),
		}
		if found.Gone {
			found.Since = orZero(row.GoneAt)
		}
		for _, c := range answer.Citations {
			if citedItem(c) == row.Item {
				found.Title = c.Title
			}
		}
		old = append(old, found)
	}
	return old, nil
}
