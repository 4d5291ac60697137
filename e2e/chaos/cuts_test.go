package chaos

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/llm/llmtest"
)

// How long an answer is, in words, and how long the deltas are of which it comes, in
// bytes, if not in words: many end within a character.
const (
	answerWords = 50
	splitBytes  = 7
)

// inPieces marks the questions whose answer comes in deltas of bytes instead of words.
const inPieces = "«Stück für Stück»"

// However often a visitor is cut off, the text of every answer is that of the model,
// put together from deltas and snapshots, and the model wrote it once.
func TestCutsInMidAnswerLoseAndRepeatNothing(t *testing.T) {
	r := begin(t)
	if !long {
		t.Parallel() // it is about order, not time
	}
	cuts, crowd := r.number("cuts", 300, 10_000), r.number("visitors", 25, 100)
	pace := r.number("pace", 20, 50) // milliseconds between deltas: an answer takes about as long as its cuts
	model := llmtest.NewServer(t,
		llmtest.Script{Question: inPieces, Words: answerWords, PaceMS: pace, Piece: splitBytes, Split: true},
		llmtest.Script{Words: answerWords, PaceMS: pace})
	model.Brief()
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	bots := s.bots(4)

	fallen := newHistogram()
	visitors := make([]*client.Visitor, crowd)
	begun := time.Now()
	var cutting sync.WaitGroup
	for i := range visitors {
		proxy := s.proxy()
		options := s.options(fmt.Sprintf("v%d", i), bots[i%len(bots)], proxy.Addr())
		options.Pause = 5 * time.Millisecond // they come back at once: the cuts are what takes the time
		visitors[i] = client.New(options)
		r.come(visitors[i])
		c := &cutter{
			run: r, visitor: visitors[i], proxy: proxy, model: model.Model, random: r.random(i), fallen: fallen,
			left: (cuts + crowd - 1) / crowd,
		}
		cutting.Go(c.work)
	}
	cutting.Wait()
	r.settle(visitors, time.Minute)
	all, midAnswer := fallen.counts()
	r.Logf("%d cuts in %v, %.0f%% of them in mid-answer\n%s", all, time.Since(begun).Round(time.Millisecond), 100*float64(midAnswer)/float64(all), fallen)

	logs := s.audit(visitors, check.Allow{})
	for _, log := range logs {
		r.report(check.Texts(log, func(question string) string { return llmtest.Text(question, answerWords) }))
	}
	r.report(check.Calls(logs, model.Calls(), check.Allow{}))
	r.tally(visitors)
	s.noErrors()
	if all < cuts {
		t.Errorf("there were %d cuts, want %d", all, cuts)
	}
	if 10*midAnswer < 8*all {
		t.Errorf("%d of %d cuts were in mid-answer, want 80%%", midAnswer, all)
	}
	for _, place := range []string{beforeStart, betweenReplayAndSnapshot, atCompletion} {
		if fallen.of(place) == 0 {
			t.Errorf("no cut fell %s", place)
		}
	}
}
