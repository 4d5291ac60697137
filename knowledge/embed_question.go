package knowledge

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// What a search spends on the vector of its question.
const (
	// questionTime is how long it waits for it: a visitor waits as long.
	questionTime = 800 * time.Millisecond
	// questionPause is for how long nobody waits any more after a failure, doubled with each up to a minute: an endpoint that is
	// away must not make every answer late.
	questionPause        = 2 * time.Second
	longestQuestionPause = time.Minute
	// cachedQuestions are remembered, at some 6 KB each.
	cachedQuestions = 1000
)

// questions remembers the vectors of what was asked last, and how the model fares.
type questions struct {
	mu      sync.Mutex
	vectors map[string]*list.Element
	recent  *list.List // of cachedQuestion, the latest first
	resume  time.Time
	pause   time.Duration
}

type cachedQuestion struct {
	text   string
	vector []float32
}

func newQuestions() *questions {
	return &questions{vectors: map[string]*list.Element{}, recent: list.New()}
}

// question returns the vector of a question, or nil if it cannot be had in time.
func (e *Embedding) question(ctx context.Context, text string) []float32 {
	text = strings.Join(strings.Fields(text), " ")
	_, dimensions := e.name()
	vector, ask := e.asked.look(text, dimensions)
	if vector != nil || !ask {
		return vector
	}
	within, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	vectors, err := e.model.Embed(within, []string{text})
	if err != nil {
		if !errors.Is(ctx.Err(), context.Canceled) { // otherwise nobody wants to know any more
			pause := e.asked.failed()
			e.logger.Warn("a question is searched for by its words alone", slog.Any("error", err), slog.Duration("pause", pause))
		}
		return nil
	}
	e.seen(len(vectors[0]))
	e.asked.keep(text, vectors[0])
	return vectors[0]
}

// look returns the vector if it is known, and whether to ask for it if not. A vector of other dimensions is another model's.
func (q *questions) look(text string, dimensions int) (vector []float32, ask bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if known := q.vectors[text]; known != nil {
		if vector := known.Value.(cachedQuestion).vector; len(vector) == dimensions {
			q.recent.MoveToFront(known)
			return vector, false
		}
		q.recent.Remove(known)
		delete(q.vectors, text)
	}
	return nil, !time.Now().Before(q.resume)
}

func (q *questions) keep(text string, vector []float32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pause = 0
	if q.vectors[text] != nil {
		return
	}
	q.vectors[text] = q.recent.PushFront(cachedQuestion{text, vector})
	for q.recent.Len() > cachedQuestions {
		oldest := q.recent.Remove(q.recent.Back()).(cachedQuestion)
		delete(q.vectors, oldest.text)
	}
}

func (q *questions) failed() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pause = min(max(2*q.pause, questionPause), longestQuestionPause)
	q.resume = time.Now().Add(q.pause)
	return q.pause
}
