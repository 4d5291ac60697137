package postgres

import (
	"context"
	"fmt"
	"time"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// traceRecord is what produced an answer.
type traceRecord struct {
	recordHead
	Asked      string         `json:"asked,omitempty"`
	Query      string         `json:"query"`
	Threshold  float64        `json:"threshold"`
	Passages   []tracedRecord `json:"passages,omitempty"`
	Settings   int64          `json:"settings"`
	Prompt     string         `json:"prompt"`
	Provider   string         `json:"provider"`
	Model      string         `json:"model,omitempty"`
	Finish     string         `json:"finish,omitempty"`
	Input      int64          `json:"input_tokens,omitempty"`
	Output     int64          `json:"output_tokens,omitempty"`
	Calls      int            `json:"calls"`
	Cost       *int64         `json:"cost_micros,omitempty"`
	Retrieved  time.Duration  `json:"retrieved_ns"`
	FirstPiece time.Duration  `json:"first_piece_ns,omitempty"`
	Ended      time.Duration  `json:"ended_ns"`
	Cached     bool           `json:"cached,omitempty"`
	Kept       string         `json:"kept,omitempty"`
	Failure    string         `json:"failure,omitempty"`
}

type tracedRecord struct {
	ID         string   `json:"id"`
	Source     string   `json:"source"`
	Part       string   `json:"part,omitempty"`
	Title      string   `json:"title"`
	Headings   []string `json:"headings,omitempty"`
	Text       string   `json:"text"`
	Page       int      `json:"page,omitempty"`
	Score      float64  `json:"score"`
	Confidence float64  `json:"confidence"`
}

// Trace returns what produced the answer that ended at seq.
func (s *Store) Trace(ctx context.Context, ref chat.Ref, seq int64) (chat.Trace, error) {
	trace, err := s.trace(ctx, ref, seq)
	return trace, s.explain(err, fmt.Sprintf("read trace %d of %s", seq, ref))
}

func (s *Store) trace(ctx context.Context, ref chat.Ref, seq int64) (chat.Trace, error) {
	row, err := s.reads.TraceAt(ctx, db.TraceAtParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Seq: seq})
	if err != nil {
		return chat.Trace{}, err
	}
	key, err := s.keys.visitor(ctx, s.reads, ref.Tenant, row.Visitor)
	if err != nil {
		return chat.Trace{}, err
	}
	var r traceRecord
	if err := openRecord(key, ref.Tenant, tableTraces, eventRow(ref, seq), row.Body, &r); err != nil {
		return chat.Trace{}, err
	}
	return r.trace(), nil
}

// writeTraces keeps the traces of answers that end.
func writeTraces(ctx context.Context, q *db.Queries, p *plan) error {
	var traces []db.InsertTracesParams
	for _, a := range p.accepted {
		if a.Trace == nil {
			continue
		}
		for i, body := range a.Bodies {
			switch body.(type) {
			case chat.MessageCompleted, chat.MessageInterrupted:
				row, err := sealTrace(a.key, a.Ref, a.Head+1+int64(i), a.Trace)
				if err != nil {
					return err
				}
				traces = append(traces, row)
			}
		}
	}
	q.InsertTraces(ctx, traces)
	return nil
}

func sealTrace(key *seal.Key, ref chat.Ref, seq int64, t *chat.Trace) (db.InsertTracesParams, error) {
	record := traceRecord{
		recordHead: head(), Asked: t.Asked, Query: t.Query, Cached: t.Cached, Kept: t.Kept, Threshold: t.Threshold, Settings: t.Settings, Prompt: t.Prompt,
		Provider: t.Provider, Model: t.Model, Finish: t.Finish, Input: t.InputTokens, Output: t.OutputTokens, Calls: t.Calls, Cost: t.CostMicros,
		Retrieved: t.Retrieved, FirstPiece: t.FirstPiece, Ended: t.Ended, Failure: t.Failure,
	}
	for _, passage := range t.Passages {
		record.Passages = append(record.Passages, tracedRecord(passage))
	}
	body, err := sealRecord(key, ref.Tenant, tableTraces, eventRow(ref, seq), record)
	return db.InsertTracesParams{Conversation: ref.Conversation, Seq: seq, Tenant: ref.Tenant, Body: body}, err
}

func (r traceRecord) trace() chat.Trace {
	t := chat.Trace{
		Asked: r.Asked, Query: r.Query, Cached: r.Cached, Kept: r.Kept, Threshold: r.Threshold, Settings: r.Settings, Prompt: r.Prompt,
		Provider: r.Provider, Model: r.Model, Finish: r.Finish, InputTokens: r.Input, OutputTokens: r.Output, Calls: r.Calls, CostMicros: r.Cost,
		Retrieved: r.Retrieved, FirstPiece: r.FirstPiece, Ended: r.Ended, Failure: r.Failure,
	}
	for _, passage := range r.Passages {
		t.Passages = append(t.Passages, chat.TracedPassage(passage))
	}
	return t
}
