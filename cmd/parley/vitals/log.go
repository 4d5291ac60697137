package vitals

import (
	"context"
	"time"

	"parley/chat"
)

// Log measures what is written to conversations.
func (v *Vitals) Log(log chat.Log) chat.Log { return measuredLog{log, v} }

type measuredLog struct {
	chat.Log
	vitals *Vitals
}

func (m measuredLog) Append(ctx context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	begun := time.Now()
	outcomes, err := m.Log.Append(ctx, batch)
	if err != nil {
		m.vitals.uncommitted.Inc()
		return outcomes, err
	}
	m.vitals.commits.Observe(time.Since(begun).Seconds())
	m.vitals.batch.Observe(float64(len(batch)))
	for i, outcome := range outcomes {
		switch {
		case i >= len(batch) || outcome.Duplicate != nil:
		case outcome.Err != nil:
			m.vitals.unappended.WithLabelValues(chat.AsError(outcome.Err).Code).Inc()
		default:
			m.vitals.appended(&batch[i])
		}
	}
	return outcomes, nil
}

// appended counts what a conversation gained.
func (v *Vitals) appended(entry *chat.Append) {
	for _, body := range entry.Bodies {
		switch body := body.(type) {
		case chat.MessageCreated:
			v.messages.WithLabelValues(string(body.Author.Kind)).Inc()
		case chat.MessageCompleted:
			v.answers.WithLabelValues(completed).Inc()
			if entry.Trace != nil && entry.Trace.Ended > 0 {
				v.answered.Observe(entry.Trace.Ended.Seconds())
			}
		case chat.MessageInterrupted:
			v.answers.WithLabelValues(string(body.Reason)).Inc()
		}
	}
	if entry.Trace != nil && entry.Trace.FirstPiece > 0 {
		v.firstPiece.Observe(entry.Trace.FirstPiece.Seconds())
	}
}
