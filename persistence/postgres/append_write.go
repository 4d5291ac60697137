package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// write makes the changes of a plan.
func write(ctx context.Context, q *db.Queries, p *plan) error {
	// One order of locking for all nodes. Stable: appends to the same
	// conversation follow each other.
	slices.SortStableFunc(p.accepted, func(a, b accepted) int { return cmp.Compare(a.Conversation, b.Conversation) })
	slices.SortFunc(p.visitors, func(a, b *visitor) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.id, b.id))
	})
	if err := writeBirths(ctx, q, p); err != nil {
		return err
	}
	if err := writeHeads(ctx, q, p); err != nil {
		return err
	}
	if err := writeEvents(ctx, q, p); err != nil {
		return err
	}
	if err := writeTraces(ctx, q, p); err != nil {
		return err
	}
	refunds, err := writeAnswers(ctx, q, p)
	if err != nil {
		return err
	}
	return writeUsage(ctx, q, p.grants, refunds)
}

// writeBirths makes the rows of new visitors and conversations.
func writeBirths(ctx context.Context, q *db.Queries, p *plan) error {
	var visitors []db.InsertVisitorsParams
	for _, v := range p.visitors {
		visitors = append(visitors, db.InsertVisitorsParams{Tenant: v.tenant, ID: v.id, WrappedKey: v.wrapped, CreatedAt: now()})
	}
	if err := applied(ctx, visitors, q.InsertVisitors); err != nil {
		return fmt.Errorf("insert visitors: %w", err)
	}
	var conversations []db.InsertConversationsParams
	for _, a := range p.accepted {
		if !a.born {
			continue
		}
		origin, err := sealOrigin(a.key, a.Ref, a.Birth)
		if err != nil {
			return err
		}
		agent, preview, err := sealSummary(a)
		if err != nil {
			return err
		}
		conversations = append(conversations, db.InsertConversationsParams{
			ID: a.Conversation, Tenant: a.Tenant, Bot: a.Birth.Bot, Visitor: a.visitor,
			Head: int64(len(a.Bodies)), Status: string(a.Status), Unfinished: a.Unfinished,
			Origin: origin, Agent: agent, Preview: preview, CreatedAt: at(a.Append),
		})
	}
	if err := applied(ctx, conversations, q.InsertConversations); err != nil {
		return fmt.Errorf("insert conversations: %w", err)
	}
	return nil
}

// writeHeads moves the heads of conversations that were there.
func writeHeads(ctx context.Context, q *db.Queries, p *plan) error {
	var heads []db.MoveHeadsParams
	for _, a := range p.accepted {
		if a.born {
			continue
		}
		agent, preview, err := sealSummary(a)
		if err != nil {
			return err
		}
		heads = append(heads, db.MoveHeadsParams{
			Tenant: a.Tenant, ID: a.Conversation, Epoch: a.Epoch, OldHead: a.Head, NewHead: a.Head + int64(len(a.Bodies)),
			Status: string(a.Status), Unfinished: a.Unfinished, Agent: agent, Preview: preview, UpdatedAt: at(a.Append),
		})
	}
	if err := applied(ctx, heads, q.MoveHeads); err != nil {
		return fmt.Errorf("move heads: %w", err)
	}
	return nil
}

// sealSummary seals what lists show beside the plain columns.
func sealSummary(a accepted) (agent, preview []byte, err error) {
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
	if err := executed(ctx, events, q.InsertEvents); err != nil {
		return fmt.Errorf("insert events: %w", err)
	}
	return nil
}

// writeAnswers keeps a row of each answer, and returns how many of each month
// are given back: of questions whose answer failed with nothing shown.
func writeAnswers(ctx context.Context, q *db.Queries, p *plan) (map[monthID]int64, error) {
	var started []db.InsertAnswersParams
	var ended []db.EndAnswersParams
	var failed []db.RefundAnswersParams
	for _, a := range p.accepted {
		for i, body := range a.Bodies {
			switch b := body.(type) {
			case chat.MessageStarted:
				started = append(started, db.InsertAnswersParams{
					Conversation: a.Conversation, Message: b.Message, Tenant: a.Tenant, Seq: a.Head + 1 + int64(i),
					Question: b.Question, Attempt: int64(b.Attempt), Month: monthOf(a.Append).month,
					Charged: b.Attempt == 1, StartedAt: at(a.Append),
				})
			case chat.MessageCompleted:
				ended = append(ended, endOf(a, b.Message, "completed", ""))
			case chat.MessageInterrupted:
				ended = append(ended, endOf(a, b.Message, "interrupted", b.Reason))
				if b.Reason == chat.Failed && b.Text == "" {
					failed = append(failed, db.RefundAnswersParams{Tenant: a.Tenant, Conversation: a.Conversation, Message: b.Message})
				}
			}
		}
	}
	if err := executed(ctx, started, q.InsertAnswers); err != nil {
		return nil, fmt.Errorf("insert answers: %w", err)
	}
	if err := executed(ctx, ended, q.EndAnswers); err != nil {
		return nil, fmt.Errorf("end answers: %w", err)
	}
	months, err := optional(ctx, failed, q.RefundAnswers)
	if err != nil {
		return nil, fmt.Errorf("refund answers: %w", err)
	}
	refunds := make(map[monthID]int64)
	for i, month := range months {
		if month != nil {
			refunds[monthID{failed[i].Tenant, *month}]++
		}
	}
	return refunds, nil
}

// endOf settles an answer with what the append says it took.
func endOf(a accepted, message, state string, reason chat.Reason) db.EndAnswersParams {
	ended := at(a.Append)
	end := db.EndAnswersParams{
		Tenant: a.Tenant, Conversation: a.Conversation, Message: message,
		State: state, Reason: known(string(reason)), EndedAt: &ended,
	}
	if a.Usage != nil {
		end.Provider, end.Model = known(a.Usage.Provider), known(a.Usage.Model)
		end.InputTokens, end.OutputTokens = a.Usage.InputTokens, a.Usage.OutputTokens
	}
	return end
}

// writeUsage raises and lowers the months' counts. It comes last: a tenant's
// row is what its nodes contend for, and stays locked until the commit.
func writeUsage(ctx context.Context, q *db.Queries, grants map[monthID]grant, refunds map[monthID]int64) error {
	changes := make([]db.ChangeUsageParams, 0, len(grants))
	for id, g := range grants {
		changes = append(changes, db.ChangeUsageParams{
			Tenant: id.tenant, Month: id.month, Change: g.answers - refunds[id], Room: g.room,
		})
	}
	for id, n := range refunds {
		if _, ok := grants[id]; !ok {
			changes = append(changes, db.ChangeUsageParams{Tenant: id.tenant, Month: id.month, Change: -n, Room: unlimited})
		}
	}
	slices.SortFunc(changes, func(a, b db.ChangeUsageParams) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Month, b.Month))
	})
	if err := applied(ctx, changes, q.ChangeUsage); err != nil {
		return fmt.Errorf("change usage: %w", err)
	}
	return nil
}
