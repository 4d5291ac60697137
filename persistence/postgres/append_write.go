package postgres

import (
	"cmp"
	"context"
	"slices"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// gatherWrites has q send what a plan changes.
func (s *Store) gatherWrites(ctx context.Context, q *db.Queries, p *plan) error {
	// One order of locking for all nodes. Stable: appends to the same
	// conversation follow each other.
	slices.SortStableFunc(p.accepted, func(a, b accepted) int { return cmp.Compare(a.Conversation, b.Conversation) })
	slices.SortFunc(p.visitors, func(a, b *visitor) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.id, b.id))
	})
	slices.SortFunc(p.contacts, func(a, b *visitor) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.id, b.id))
	})
	for _, gather := range []func(context.Context, *db.Queries, *plan) error{
		writeBirths, writeHeads, writeEvents, writeTraces, writeGaps, writeCited, writeSummaries, s.writeMails, writeOutbox,
	} {
		if err := gather(ctx, q, p); err != nil {
			return err
		}
	}
	if err := s.writeContacts(ctx, q, p); err != nil {
		return err
	}
	writeAnswers(ctx, q, p)
	writeUsage(ctx, q, p.grants)
	return nil
}

// writeBirths makes the rows of new visitors and conversations.
func writeBirths(ctx context.Context, q *db.Queries, p *plan) error {
	var visitors []db.InsertVisitorsParams
	for _, v := range p.visitors {
		visitors = append(visitors, db.InsertVisitorsParams{Tenant: v.tenant, ID: v.id, WrappedKey: v.wrapped, CreatedAt: now()})
	}
	q.InsertVisitors(ctx, visitors)
	var known []db.CheckVisitorsParams
	var conversations []db.InsertConversationsParams
	for _, a := range p.accepted {
		if !a.born {
			continue
		}
		if !slices.ContainsFunc(p.visitors, func(v *visitor) bool { return v.visitorID == visitorID{a.Tenant, a.visitor} }) {
			known = append(known, db.CheckVisitorsParams{Tenant: a.Tenant, ID: a.visitor})
		}
		origin, err := sealOrigin(a.key, a.Ref, a.Birth)
		if err != nil {
			return err
		}
		agent, preview, err := sealListed(a)
		if err != nil {
			return err
		}
		row := db.InsertConversationsParams{
			ID: a.Conversation, Tenant: a.Tenant, Bot: a.Birth.Bot, Visitor: a.visitor,
			Head: int64(len(a.Bodies)), Status: string(a.Status), Unfinished: a.Unfinished,
			Origin: origin, Agent: agent, Preview: preview, CreatedAt: at(a.Append),
			Assignee: text(assigned(a.Append)),
		}
		if a.Status == chat.Waiting {
			row.WaitsSince = &row.CreatedAt
		}
		conversations = append(conversations, row)
	}
	if len(known) > 0 {
		q.CheckVisitors(ctx, known)
	}
	q.InsertConversations(ctx, conversations)
	return nil
}

// writeHeads moves the heads of conversations that were there.
func writeHeads(ctx context.Context, q *db.Queries, p *plan) error {
	var heads []db.MoveHeadsParams
	for _, a := range p.accepted {
		if a.born {
			continue
		}
		agent, preview, err := sealListed(a)
		if err != nil {
			return err
		}
		heads = append(heads, db.MoveHeadsParams{
			Tenant: a.Tenant, ID: a.Conversation, Visitor: a.visitor, Epoch: a.Epoch, OldHead: a.Head, NewHead: a.Head + int64(len(a.Bodies)),
			Status: string(a.Status), Unfinished: a.Unfinished, Agent: agent, Preview: preview, UpdatedAt: at(a.Append),
			Assignee: assigned(a.Append), Waits: a.Status == chat.Waiting, StaysSnoozed: !wakes(a.Append),
		})
	}
	q.MoveHeads(ctx, heads)
	return nil
}

// sealListed seals what lists show beside the plain columns.
func sealListed(a accepted) (agent, preview []byte, err error) {
	if agent, err = sealAgent(a.key, a.Ref, a.Agent); err != nil {
		return nil, nil, err
	}
	preview, err = sealPreview(a.key, a.Ref, a.Bodies)
	return agent, preview, err
}

func writeEvents(ctx context.Context, q *db.Queries, p *plan) error {
	var events []db.InsertEventsParams
	for _, a := range p.accepted {
		for i, body := range a.Bodies {
			event, err := sealEvent(a.key, a.Ref, a.Head+1+int64(i), at(a.Append), body)
			if err != nil {
				return err
			}
			events = append(events, event)
		}
	}
	q.InsertEvents(ctx, events)
	return nil
}

// writeSummaries keeps what stands for the beginnings of conversations.
func writeSummaries(ctx context.Context, q *db.Queries, p *plan) error {
	var summaries []db.KeepSummariesParams
	for _, a := range p.accepted {
		if a.Summary == nil {
			continue
		}
		body, err := sealSummary(a.key, a.Ref, *a.Summary)
		if err != nil {
			return err
		}
		summaries = append(summaries, db.KeepSummariesParams{
			Conversation: a.Conversation, Tenant: a.Tenant, Through: a.Summary.Through, Body: body,
		})
	}
	q.KeepSummaries(ctx, summaries)
	return nil
}

// writeAnswers keeps a row of each answer, and gives back what a question took
// whose answer failed with nothing shown.
func writeAnswers(ctx context.Context, q *db.Queries, p *plan) {
	var started []db.InsertAnswersParams
	var ended []db.EndAnswersParams
	var failed []db.RefundUsageParams
	for _, a := range p.accepted {
		for i, body := range a.Bodies {
			switch b := body.(type) {
			case chat.MessageStarted:
				started = append(started, db.InsertAnswersParams{
					Conversation: a.Conversation, Message: b.Message, Tenant: a.Tenant, Seq: a.Head + 1 + int64(i),
					Question: b.Question, Attempt: int64(b.Attempt), Period: periodOf(a.Append).period,
					Charged: b.Attempt == 1, StartedAt: at(a.Append),
				})
			case chat.MessageCompleted:
				ended = append(ended, endOf(a, b.Message, "completed", ""))
			case chat.MessageInterrupted:
				ended = append(ended, endOf(a, b.Message, "interrupted", b.Reason))
				if b.Reason == chat.Failed && b.Text == "" {
					failed = append(failed, db.RefundUsageParams{Tenant: a.Tenant, Conversation: a.Conversation, Message: b.Message})
				}
			}
		}
	}
	q.InsertAnswers(ctx, started)
	q.EndAnswers(ctx, ended)
	for _, f := range failed { // one by one: the second of a question must see the first
		q.RefundUsage(ctx, []db.RefundUsageParams{f})
		q.RefundAnswers(ctx, []db.RefundAnswersParams{db.RefundAnswersParams(f)})
	}
}

// endOf settles an answer with what the append says it took.
func endOf(a accepted, message, state string, reason chat.Reason) db.EndAnswersParams {
	ended := at(a.Append)
	end := db.EndAnswersParams{
		Tenant: a.Tenant, Conversation: a.Conversation, Message: message,
		State: state, Reason: known(string(reason)), EndedAt: &ended,
	}
	if u := a.Usage; u != nil {
		end.CostMicros, end.Cached, end.Source = u.CostMicros, u.Cached, string(u.Source)
		end.Provider, end.Model = known(u.Provider), known(u.Model)
		end.InputTokens, end.OutputTokens = u.InputTokens, u.OutputTokens
	}
	return end
}

// writeUsage raises the periods' counts. It comes last: a tenant's row is what
// its nodes contend for, and stays locked until the commit.
func writeUsage(ctx context.Context, q *db.Queries, grants map[periodID]grant) {
	changes := make([]db.ChangeUsageParams, 0, len(grants))
	for id, g := range grants {
		changes = append(changes, db.ChangeUsageParams{Tenant: id.tenant, Period: id.period, Change: g.answers, Room: g.room})
	}
	slices.SortFunc(changes, func(a, b db.ChangeUsageParams) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Period, b.Period))
	})
	q.ChangeUsage(ctx, changes)
}
