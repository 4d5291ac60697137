package redis

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"parley/chat"
)

func newAnswers(t *testing.T, c *Client, secret string) *Answers {
	t.Helper()
	answers, err := c.Answers([]byte(fmt.Sprintf("%32s", secret)))
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

func (a *Answers) mustPut(t *testing.T, key string, value []byte, ttl time.Duration) {
	t.Helper()
	insist(t, "put", func() error { return a.Put(t.Context(), key, value, ttl) })
}

func (a *Answers) mustGet(t *testing.T, key string) (value []byte) {
	t.Helper()
	insist(t, "get", func() (err error) { value, err = a.Get(t.Context(), key); return err })
	return value
}

func TestAnAnswerIsKeptUntilItIsTooOld(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		c, _ := open(t, url)
		answers := newAnswers(t, c, "secret")
		if got := answers.mustGet(t, "a"); got != nil {
			t.Errorf("nothing was put, and there is %q", got)
		}
		answers.mustPut(t, "a", []byte("first"), time.Hour)
		answers.mustPut(t, "a", []byte("Copper."), time.Hour)
		answers.mustPut(t, "b", []byte("short"), time.Second)
		if got := answers.mustGet(t, "a"); string(got) != "Copper." {
			t.Errorf("got %q", got)
		}
		eventually(t, "it is too old", func() bool { return answers.mustGet(t, "b") == nil })
		if got := answers.mustGet(t, "a"); string(got) != "Copper." {
			t.Errorf("got %q", got)
		}
	})
}

func TestAnAnswerIsSealedForItsKey(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		c, _ := open(t, url)
		answers := newAnswers(t, c, "secret")
		answers.mustPut(t, "a", []byte("Copper."), time.Hour)
		raw, err := c.rdb.Get(t.Context(), answerKey("a")).Bytes()
		if err != nil || bytes.Contains(raw, []byte("Copper")) {
			t.Fatalf("Redis has %q, %v", raw, err)
		}
		if err := c.rdb.Set(t.Context(), answerKey("b"), raw, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		if got := answers.mustGet(t, "b"); got != nil {
			t.Errorf("under another key it is %q", got)
		}
		if got := newAnswers(t, c, "another").mustGet(t, "a"); got != nil {
			t.Errorf("with another secret it is %q", got)
		}
	})
}

func TestAnAnswerThatIsTooLargeIsRefused(t *testing.T) {
	c, _ := open(t, "")
	answers := newAnswers(t, c, "secret")
	answers.mustPut(t, "a", make([]byte, largestAnswer), time.Hour)
	if err := answers.Put(t.Context(), "b", make([]byte, largestAnswer+1), time.Hour); err == nil {
		t.Error("it was kept")
	}
	if err := answers.Put(t.Context(), "b", nil, 0); err == nil {
		t.Error("it was kept for ever")
	}
	if _, err := c.Answers([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func TestTheInnerRedisKeepsTheYoungestAnswersThatHaveRoom(t *testing.T) {
	t.Parallel()
	c, _ := open(t, "")
	answers := newAnswers(t, c, "secret")
	value := make([]byte, largestAnswer)
	room := embeddedAnswers / (largestAnswer + keptOverhead)
	answers.mustPut(t, "again", value, time.Hour)
	for i := range room + 10 {
		answers.mustPut(t, fmt.Sprint(i), value, time.Hour)
		answers.mustPut(t, "again", value, time.Hour) // always among the youngest
	}
	there := 0
	for i := range room + 10 {
		if answers.mustGet(t, fmt.Sprint(i)) != nil {
			there++
		} else if there > 0 {
			t.Errorf("%d is gone, and an older one is there", i)
		}
	}
	if there < room-3 || there > room {
		t.Errorf("%d are there, want about %d", there, room)
	}
	if answers.mustGet(t, "again") == nil {
		t.Error("what was put last is gone")
	}
	if size := c.embedded.kept.bytes; size > embeddedAnswers {
		t.Errorf("it holds %d bytes", size)
	}
}

func TestNobodyWaitsForAnswersOfARedisThatIsAway(t *testing.T) {
	t.Parallel()
	c, _ := open(t, "redis://127.0.0.1:1") // nobody listens there
	answers := newAnswers(t, c, "secret")
	if _, err := answers.Get(t.Context(), "a"); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("get: %v", err)
	}
	if err := answers.Put(t.Context(), "a", []byte("Copper."), time.Hour); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("put: %v", err)
	}
}

func TestAnAnswerThatIsForgottenIsGone(t *testing.T) {
	t.Parallel()
	embedded, err := Open(t.Context(), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = embedded.Close() })
	answers, err := embedded.Answers(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"aa", "bb"} {
		if err := answers.Put(t.Context(), key, []byte("Hello Bo"), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if err := answers.Forget(t.Context(), []string{"aa", "never kept"}); err != nil {
		t.Fatal(err)
	}
	gone, err := answers.Get(t.Context(), "aa")
	stays, err2 := answers.Get(t.Context(), "bb")
	if err != nil || err2 != nil || gone != nil || string(stays) != "Hello Bo" {
		t.Errorf("got %q, %q, %v, %v", gone, stays, err, err2)
	}
}
