package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"parley/e2e/client"
	"parley/e2e/faultproxy"
	"parley/llm/llmtest"
)

// proxy is a network of the visitor's own.
func (s *site) proxy() *faultproxy.Proxy {
	s.Helper()
	p, err := faultproxy.Listen("127.0.0.1:0", s.server.Address)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = p.Close() })
	return p
}

// cutter lets a visitor ask, and cuts their connection while the answer comes.
type cutter struct {
	*run
	visitor *client.Visitor
	proxy   *faultproxy.Proxy
	model   *llmtest.Model
	random  *rand.Rand
	fallen  *histogram
	left    int // cuts to make

	asked int // questions so far
	size  int // of the answer to the last one, in bytes
	last  int // the last connection that was cut
}

// reaching bounds the wait for the next place to cut at: some two seconds of an answer.
const reaching = 30 * time.Second

// asking is what is asked again and again, with a number: no two texts are the same.
var asking = []string{
	"Wie lange läuft die Garantie für Größe 38½? " + inPieces,
	"保修期多长时间？",
	"Do families 👩\u200d👩\u200d👧\u200d👦 get a discount? " + inPieces,
	"Ou\u0301 est le cafe\u0301?", // combining accents
	"Within how many days are returns accepted?",
}

func (c *cutter) work() {
	for c.left > 0 && !c.Failed() {
		if err := c.answer(); err != nil {
			c.Errorf("%s: %v", c.visitor.Name(), err)
			return
		}
	}
}

// answer asks one question, and cuts before, in and behind its answer.
func (c *cutter) answer() error {
	c.asked++
	question := fmt.Sprintf("%s %s/%d", asking[c.random.IntN(len(asking))], c.visitor.Name(), c.asked)
	c.size = len(llmtest.Text(question, answerWords))

	// All is decided before, so that the schedule does not hang on the clock.
	early, late, forced := c.random.IntN(4) == 0, c.random.IntN(2) == 0, c.random.IntN(2) == 0
	var mid []float64 // how much of the answer is shown at each cut
	for range 4 + c.random.IntN(4) {
		mid = append(mid, c.random.Float64()*0.95)
	}
	slices.Sort(mid)
	gate := c.model.Hold(question, 1+c.random.IntN(answerWords/2))
	if !forced {
		gate.Open()
	}
	defer gate.Open()

	ctx, cancel := context.WithTimeout(c.Context(), reaching)
	defer cancel()
	c.visitor.Send(ctx, question)
	if early {
		c.cut()
	}
	if forced {
		if err := c.atSnapshot(ctx, gate); err != nil {
			return err
		}
	}
	for _, share := range mid {
		if c.left == 0 {
			break
		}
		shown := max(1, int(share*float64(c.size)))
		if err := c.await(ctx, func(p client.Progress) bool { return p.Shown >= shown }); err != nil {
			return err
		}
		if p := c.visitor.Progress(); p.Ended || p.Shown >= c.size {
			break // the rest came at one go
		}
		switch c.random.IntN(8) {
		case 0, 1:
			c.tear()
		case 2:
			c.twice()
		default:
			c.cut()
		}
	}
	if late && c.left > 0 {
		return c.atEnd(ctx)
	}
	return c.ended(ctx)
}

// ended waits until the answer has ended.
func (c *cutter) ended(ctx context.Context) error {
	return c.visitor.Reach(ctx, func(p client.Progress) bool { return p.Ended })
}

// await waits until the visitor has a new connection and is far enough, or the answer has ended.
func (c *cutter) await(ctx context.Context, far func(client.Progress) bool) error {
	return c.visitor.Reach(ctx, func(p client.Progress) bool {
		return p.Ended || p.Connection > c.last && far(p)
	})
}

// cut ends the connection, in order or not.
func (c *cutter) cut(special ...string) {
	if c.random.IntN(2) == 0 {
		c.by(c.proxy.Cut, special...)
	} else {
		c.by(c.proxy.Reset, special...)
	}
}

// tear lets half a frame be the last thing that arrives; one must be to come.
func (c *cutter) tear() {
	c.by(func() int { return c.proxy.Tear(faultproxy.Down) })
}

// by breaks the connection, and counts where that fell if there was one.
func (c *cutter) by(fault func() int, special ...string) {
	at := c.visitor.Progress()
	if fault() == 0 {
		return
	}
	c.left--
	c.last = max(c.last, at.Connection)
	c.fallen.fell(at, c.size, special...)
}

// twice cuts the connection, and the next one before its session is ready.
func (c *cutter) twice() {
	barrier := c.proxy.Before("session.ready")
	defer barrier.Release()
	c.cut()
	select {
	case <-barrier.Reached():
		c.cut(resuming)
	case <-time.After(reaching):
		c.Errorf("%s did not come back", c.visitor.Name())
	}
}

// atSnapshot cuts an answer that the model holds back, and stops its resume between what is replayed and
// the snapshot, while the model goes on or finishes; then it cuts there, or lets it go on.
func (c *cutter) atSnapshot(ctx context.Context, gate *llmtest.Gate) error {
	finish, cutThere := c.random.IntN(2) == 0, c.random.IntN(2) == 0
	select {
	case <-gate.Reached():
	case <-ctx.Done():
		return fmt.Errorf("await the model: %w", ctx.Err())
	}
	if err := c.await(ctx, func(p client.Progress) bool { return p.Shown > 0 }); err != nil {
		return err
	}
	barrier := c.proxy.Before("message.snapshot")
	defer barrier.Release()
	c.cut()
	select {
	case <-barrier.Reached():
	case <-ctx.Done():
		return fmt.Errorf("await the snapshot: %w", ctx.Err())
	}
	gate.Open()
	var special []string
	if finish {
		special = append(special, afterModel)
		select {
		case <-gate.Ended():
		case <-ctx.Done():
			return fmt.Errorf("await the model's end: %w", ctx.Err())
		}
	}
	if cutThere {
		c.cut(append(special, betweenReplayAndSnapshot)...)
	}
	return nil
}

// atEnd cuts when all of the text is there, and not its end.
func (c *cutter) atEnd(ctx context.Context) error {
	barrier := c.proxy.Before("message.completed")
	defer barrier.Release()
	ended := make(chan error, 1)
	go func() { ended <- c.ended(ctx) }()
	select {
	case <-barrier.Reached():
		seeing, cancel := context.WithTimeout(ctx, time.Second) // what went before is on its way
		_ = c.visitor.Reach(seeing, func(p client.Progress) bool { return p.Shown >= c.size })
		cancel()
		c.cut()
		return <-ended
	case err := <-ended:
		return err
	}
}
