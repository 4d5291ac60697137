package account

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

// auditBook keeps entries, once it is there.
type auditBook struct {
	Audits
	mu      sync.Mutex
	away    int // attempts that fail
	entries []Entry
}

func (b *auditBook) AppendAudit(_ context.Context, entries []Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away > 0 {
		b.away--
		return chat.ErrUnavailable
	}
	for _, e := range entries {
		if e.Action == "unfit" || strings.ContainsRune(e.Target, 0) {
			return errors.New("no database keeps this")
		}
	}
	b.entries = append(b.entries, entries...)
	return nil
}

// onePerson has an account in two businesses.
type onePerson struct{ Store }

func (onePerson) UserByEmail(_ context.Context, email string) (User, []Member, error) {
	if !strings.EqualFold(email, "mia@acme.example") {
		return User{}, nil, chat.ErrNotFound
	}
	return User{ID: "usr_mia", Name: "Mia"}, []Member{{Tenant: "tnt_1"}, {Tenant: "tnt_2"}}, nil
}

func (onePerson) User(_ context.Context, id string) (User, []Member, error) {
	if id != "usr_mia" {
		return User{}, nil, chat.ErrNotFound
	}
	return User{ID: id, Name: "Mia"}, []Member{{Tenant: "tnt_1"}, {Tenant: "tnt_2"}}, nil
}

func TestWhatIsToldIsKeptInOrder(t *testing.T) {
	t.Parallel()
	book := &auditBook{}
	r := StartRecorder(book, onePerson{}, slog.New(slog.DiscardHandler))
	for _, e := range []Entry{
		{Tenant: "tnt_1", Action: "one", Actor: Actor{Kind: ByUser, ID: "usr_mia"}},
		{Action: "login", Email: "Mia@acme.example ", Outcome: "credentials_wrong"}, {Action: "login", Email: "nobody@acme.example"},
		{Action: "code", Actor: Actor{ID: "usr_mia"}}, {Action: "code", Actor: Actor{ID: "usr_gone"}},
		{Tenant: "tnt_1", Action: "two", Actor: Actor{Kind: ByUser, ID: "usr_gone"}},
	} {
		if err := r.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	r.Stop(t.Context())
	got := ""
	for _, e := range book.entries {
		got += e.Tenant + " " + e.Action + " " + e.Actor.Name + e.Email + ", "
		if !chat.ValidID(AuditPrefix, e.ID) || e.At.IsZero() {
			t.Errorf("kept is %+v", e)
		}
	}
	if want := "tnt_1 one Mia, tnt_1 login Mia, tnt_2 login Mia, tnt_1 code Mia, tnt_2 code Mia, tnt_1 two , "; got != want {
		t.Errorf("kept are %q, not %q", got, want)
	}
}

func TestWhatIsToldWhileStorageIsAwayIsKeptLater(t *testing.T) {
	t.Parallel()
	book := &auditBook{away: 1}
	r := StartRecorder(book, onePerson{}, slog.New(slog.DiscardHandler))
	if err := r.Record(t.Context(), Entry{Tenant: "tnt_1", Action: "one"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Flush(t.Context()); err != nil && !errors.Is(err, chat.ErrUnavailable) { // a timer may have tried before
		t.Errorf("flush: %v", err)
	}
	if err := r.Flush(t.Context()); err != nil || len(book.entries) != 1 {
		t.Errorf("kept are %+v, %v", book.entries, err)
	}
	r.Stop(t.Context())
}

func TestWhoTellsWaitsWhenThereIsNoRoom(t *testing.T) {
	t.Parallel()
	r := &Recorder{waiting: make(chan Entry, 1)} // nobody writes
	ctx, cancel := context.WithCancel(t.Context())
	if err := r.Record(ctx, Entry{}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := r.Record(ctx, Entry{}); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBeKeptHoldsUpNothing(t *testing.T) {
	t.Parallel()
	book := &auditBook{}
	r := StartRecorder(book, onePerson{}, slog.New(slog.DiscardHandler))
	defer r.Stop(t.Context())
	for _, e := range []Entry{
		{Tenant: "tnt_1", Action: "getBot", Target: "\x00"}, {Tenant: "tnt_1", Action: "unfit"}, {Tenant: "tnt_1", Action: "deleteBot", Target: "bot_01h455vb4pex5vsknk084sn02q"},
		{Tenant: "tnt_1", Action: "getBot", Target: strings.Repeat("x", 65)}, {Tenant: "tnt_1", Action: "getBot", Target: "\xff"},
	} {
		if err := r.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range book.entries {
		got = append(got, e.Action+" "+e.Target)
	}
	if diff := cmp.Diff([]string{"getBot ", "deleteBot bot_01h455vb4pex5vsknk084sn02q", "getBot ", "getBot "}, got); diff != "" {
		t.Error(diff)
	}
}
