package mail

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"parley/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// await returns what a channel brings.
func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

func plan(t *testing.T, w *world, m chat.Mail) {
	t.Helper()
	if m.Ref == (chat.Ref{}) {
		m.Ref = testRef
	}
	if err := w.PlanMail(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestAMailIsSentOnceAndItsReaderIsNotToldTheSameAgain(t *testing.T) {
	t.Parallel()
	server := serveMail(t, serverOptions{})
	w := newWorld()
	w.say(says(anna, "are you there?"))
	config, counted := w.config(server.sender(t, "smtp", "")), prometheus.NewRegistry()
	config.Metrics = counted
	start(t, config)
	plan(t, w, chat.Mail{ID: "mai_1", Kind: chat.MailMissed, Seq: 1})
	await(t, server.came, "the mail")
	await(t, w.done, "its end")
	if w.marks["mail"] != 1 {
		t.Errorf("the mail is kept to have brought %d", w.marks["mail"])
	}
	plan(t, w, chat.Mail{ID: "mai_2", Kind: chat.MailMissed, Seq: 1})
	await(t, w.done, "the end of a mail that says nothing new")
	w.say(says(anna, "I wait"))
	plan(t, w, chat.Mail{ID: "mai_3", Kind: chat.MailMissed, Seq: 2})
	await(t, server.came, "the second mail")
	await(t, w.done, "its end")
	mails := server.all()
	if len(mails) != 2 || strings.Contains(mails[1].raw, "are you there?") || !strings.Contains(mails[1].raw, "I wait") {
		t.Errorf("%d mails: %+v", len(mails), mails)
	}
	if sent, dropped := count(t, counted, "parley_mails_sent_total"), count(t, counted, "parley_mails_dropped_total"); sent != 2 || dropped != 1 {
		t.Errorf("counted %v sent, %v dropped", sent, dropped)
	}
}

func TestWhatIsWrittenWhileItsMailIsSentIsMailedNext(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(anna, "first"))
	box := &letterbox{}
	box.sending = func(_ context.Context, n int, _ Message) error {
		if n == 1 {
			w.say(says(anna, "second"))
			plan(t, w, chat.Mail{ID: "mai_2", Kind: chat.MailMissed, Seq: 2})
		}
		return nil
	}
	start(t, w.config(box))
	plan(t, w, chat.Mail{ID: "mai_1", Kind: chat.MailMissed, Seq: 1})
	await(t, w.done, "the first")
	await(t, w.done, "the second")
	got := box.all()
	if len(got) != 2 || strings.Contains(got[1].Text, "first") || !strings.Contains(got[1].Text, "second") || got[0].ID == got[1].ID {
		t.Errorf("%+v", got)
	}
}

func TestAMailThatADeadProcessHadTakenIsSentUnderTheSameID(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(anna, "are you there?"))
	plan(t, w, chat.Mail{ID: "mai_1", Kind: chat.MailMissed, Seq: 1})
	taken, err := w.TakeMails(t.Context(), 1, time.Nanosecond) // its lease is over at once
	if err != nil || len(taken) != 1 {
		t.Fatal(taken, err)
	}
	dead := &letterbox{} // had sent it, and died before it could say so
	if _, _, err := w.loop(dead).send(t.Context(), taken[0]); err != nil {
		t.Fatal(err)
	}
	box := &letterbox{}
	start(t, w.config(box))
	if m := await(t, w.done, "the mail"); m.Tries != 2 {
		t.Errorf("attempt %d", m.Tries)
	}
	if got := box.all(); len(got) != 1 || got[0].ID != dead.all()[0].ID {
		t.Errorf("%+v", got)
	}
}

func TestWhatFailsIsTriedAgainAndWhatIsRefusedIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failures []error
		tries    int // attempts made
		sent     int
		logged   string
	}{
		"a server that is away for a while": {[]error{errBroken, &Failure{Stage: "connect"}}, 3, 1, "is tried again"},
		"a recipient who is unknown":        {[]error{&Failure{Stage: "recipient", Code: 550, Permanent: true}}, 1, 0, "is given up"},
		"a server that never comes back":    {[]error{errBroken, errBroken, errBroken, errBroken, errBroken, errBroken, errBroken, errBroken, errBroken, errBroken}, maxTries, 0, "is given up"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.say(says(mia, "hello, my secret is hunter2"))
			box := &letterbox{sending: func(_ context.Context, n int, _ Message) error {
				if n <= len(c.failures) {
					return c.failures[n-1]
				}
				return nil
			}}
			log := &journal{}
			config := w.config(box)
			config.Logger = slog.New(slog.NewTextHandler(log, nil))
			config.retry = func(now time.Time, tries int) time.Time {
				if retryAt(now, tries).IsZero() {
					return time.Time{}
				}
				return now
			}
			start(t, config)
			plan(t, w, chat.Mail{ID: "mai_1", Kind: chat.MailTranscript, To: "boss@example.com"})
			if m := await(t, w.done, "its end"); m.Tries != c.tries {
				t.Errorf("ended at attempt %d, want %d", m.Tries, c.tries)
			}
			if got := box.all(); len(got) != c.sent || len(w.planned()) != 0 {
				t.Errorf("%d sent, %d left", len(got), len(w.planned()))
			}
			text := log.String()
			if !strings.Contains(text, c.logged) || !strings.Contains(text, "mail=mai_1") || !strings.Contains(text, "conversation=cnv_1") {
				t.Errorf("logged %s", text)
			}
			if strings.Contains(text, "example.com") || strings.Contains(text, "hunter2") || strings.Contains(text, "Mia") {
				t.Errorf("the log tells who or what: %s", text)
			}
		})
	}
}

func TestPausesGrowToADayAndThenEnd(t *testing.T) {
	t.Parallel()
	now := testTime
	var last, all time.Duration
	for tries := 1; tries < maxTries; tries++ {
		pause := retryAt(now, tries).Sub(now)
		if pause <= last || pause > longest*11/10 {
			t.Errorf("the pause after attempt %d is %s, after %s", tries, pause, last)
		}
		last, all = pause, all+pause
	}
	if last < longest*8/10 || all < 24*time.Hour || all > 72*time.Hour {
		t.Errorf("the last pause is %s, all are %s", last, all)
	}
	if at := retryAt(now, maxTries); !at.IsZero() {
		t.Errorf("after the last attempt it is tried again at %s", at)
	}
}

func TestWhatAMailTellsOfMayBeGone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	box := &letterbox{}
	start(t, w.config(box))
	plan(t, w, chat.Mail{ID: "mai_1", Ref: chat.Ref{Tenant: "tnt_1", Conversation: "cnv_erased"}, Kind: chat.MailTranscript, To: "boss@example.com"})
	await(t, w.done, "its end")
	if len(box.all()) > 0 || len(w.late) > 0 {
		t.Errorf("sent %d, postponed %d", len(box.all()), len(w.late))
	}
}

func TestAFewMailsAreSentAtATimeAndAServerThatHangsHoldsUpNoEnd(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(mia, "hello"))
	var now, most atomic.Int64
	full, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	box := &letterbox{sending: func(context.Context, int, Message) error {
		n := now.Add(1)
		defer now.Add(-1)
		most.Store(max(most.Load(), n))
		if n == places {
			once.Do(func() { close(full) })
		}
		<-release
		return nil
	}}
	for i := range 3 * places {
		plan(t, w, chat.Mail{ID: fmt.Sprint("mai_", i), Kind: chat.MailTranscript, To: fmt.Sprint(i, "@example.com")})
	}
	start(t, w.config(box))
	await(t, full, "full use of the places")
	close(release)
	for range 3 * places {
		await(t, w.done, "the end of each")
	}
	if most.Load() > places {
		t.Errorf("%d at a time, want %d at most", most.Load(), places)
	}
}

func TestStoppingWaitsAndWhatIsBrokenOffStays(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(mia, "hello"))
	begun := make(chan struct{})
	box := &letterbox{sending: func(ctx context.Context, _ int, _ Message) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	}}
	l := Start(w.config(box))
	plan(t, w, chat.Mail{ID: "mai_1", Kind: chat.MailTranscript, To: "boss@example.com"})
	await(t, begun, "an attempt")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	l.Stop(ended)
	if left := w.planned(); len(left) != 1 || !left[0].Due.After(time.Now()) || len(w.late)+len(w.done) > 0 {
		t.Errorf("the outbox has %+v", left)
	}
}

func TestAMailThatWasSentIsKeptAsSentAlsoAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say(says(anna, "are you there?"))
	sending, release := make(chan struct{}), make(chan struct{})
	box := &letterbox{sending: func(context.Context, int, Message) error {
		close(sending)
		<-release // a server that has taken it, and whose answer comes late
		return nil
	}}
	l := Start(w.config(box))
	plan(t, w, chat.Mail{ID: "mai_1", Kind: chat.MailMissed, Seq: 1})
	await(t, sending, "an attempt")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	stopped := make(chan struct{})
	go func() {
		l.Stop(ended)
		close(stopped)
	}()
	<-l.work.Ctx.Done() // broken off
	close(release)
	await(t, stopped, "the end")
	if len(w.planned()) != 0 || w.marks["mail"] != 1 {
		t.Errorf("it is still in the outbox, or its mark (%d) is not kept", w.marks["mail"])
	}
}

// count sums a counter over its labels.
func count(t *testing.T, from prometheus.Gatherer, name string) (sum float64) {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name {
				sum += metric.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// journal is a log that may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
