package account

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"parley/chat"
)

// watchtower is a watch at a quarter past two, over one business that has a month behind it.
type watchtower struct {
	*AnomalyWatch
	memory *activityMemory
	leader *leader
	bell   *bell
	at     time.Time
}

const lookout = "ten_lookout"

func newWatchtower(t *testing.T) *watchtower {
	t.Helper()
	w := &watchtower{memory: newActivityMemory(), leader: &leader{}, bell: &bell{}, at: wednesday.Add(15 * time.Minute)}
	w.AnomalyWatch = newAnomalyWatch(AnomalyWatchConfig{
		Activities: w.memory, Anomalies: w.memory, Leases: w.leader, Alarm: w.bell,
		Keys: ring{keys: []APIKey{{ID: "key_1", Tenant: lookout, Line: "key_1", Name: "Till"}, {ID: "key_2", Tenant: lookout, Line: "key_1", Name: "New till"}}},
		People: crew{members: []Membership{
			{Member: Member{User: "usr_mia", Role: Owner}, Email: "mia@acme.example"}, {Member: Member{User: "usr_bo", Role: Admin}, Email: "bo@acme.example"},
			{Member: Member{User: "usr_zoe", Role: Owner}, Email: "zoe@acme.example"},
		}},
		Operator: "ops@platform.example", PublicURL: "https://chat.example/", Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, func() time.Time { return w.at })
	for day := 1; day <= comparedDays; day++ {
		for hour := -1; hour <= 1; hour++ {
			w.did("", hour-24*day, Activity{Requests: 100, Messages: 10})
		}
	}
	return w
}

// did adds to an hour, counted from that of wednesday.
func (w *watchtower) did(line string, hour int, a Activity) {
	_ = w.memory.AddActivity(context.Background(), []ActivityHour{{Subject{lookout, line}, wednesday.Add(time.Duration(hour) * time.Hour), a}})
}

func (w *watchtower) watch(t *testing.T) {
	t.Helper()
	if err := w.round(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *watchtower) kinds() (kinds []AnomalyKind) {
	for _, a := range w.memory.anomalies {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func TestOwnersAndTheOperatorAreToldOnceOfWhatIsUnusual(t *testing.T) {
	t.Parallel()
	w := newWatchtower(t)
	w.watch(t)
	if len(w.bell.alerts) != 0 {
		t.Fatalf("on an ordinary day: %+v", w.bell.alerts)
	}
	w.at = w.at.Add(lookEvery)
	w.did("", 0, Activity{Requests: 20_000})
	for range 4 { // and it goes on
		w.watch(t)
		w.at = w.at.Add(lookEvery)
		w.did("", 0, Activity{Requests: 20_000})
	}
	if len(w.bell.alerts) != 1 || !slices.Equal(w.bell.to[0], []string{"mia@acme.example", "zoe@acme.example", "ops@platform.example"}) {
		t.Fatalf("told %v of %+v", w.bell.to, w.bell.alerts)
	}
	alert := w.bell.alerts[0]
	if alert.Kind != UnusualRate || alert.Value != 20_000 || alert.Usual != 110 || alert.Company != "Acme" || alert.Key != "" ||
		alert.Link != "https://chat.example/settings/activity" || !chat.ValidID(AnomalyPrefix, alert.ID) || !alert.At.Equal(wednesday) {
		t.Errorf("told %+v", alert)
	}
	w.at = w.at.Add(24 * time.Hour)
	w.did("", 24, Activity{Requests: 90_000})
	w.watch(t)
	if len(w.bell.alerts) != 2 {
		t.Errorf("the next day: %d alerts in all", len(w.bell.alerts))
	}
}

func TestWhatAKeyExplainsIsNotToldOfItsBusiness(t *testing.T) {
	t.Parallel()
	w := newWatchtower(t)
	w.did("key_1", 0, Activity{Requests: 30_000})
	w.did("", 0, Activity{Requests: 30_100, SignInFailures: 50})
	w.watch(t)
	var told []string
	for _, a := range w.bell.alerts {
		told = append(told, string(a.Kind)+" of "+a.Key)
	}
	if want := []string{"rate of New till", "sign_in_failures of "}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestAnHourIsJudgedOnceMoreWhenItIsOver(t *testing.T) {
	t.Parallel()
	w := newWatchtower(t)
	w.did("", 0, Activity{SignInFailures: 29})
	w.watch(t)
	w.did("", 0, Activity{SignInFailures: 1}) // in its last minute
	w.at = wednesday.Add(time.Hour + time.Minute)
	w.watch(t)
	if got := w.kinds(); !slices.Equal(got, []AnomalyKind{UnusualFailures}) {
		t.Errorf("found %v", got)
	}
}

func TestOneNodeWatches(t *testing.T) {
	t.Parallel()
	w := newWatchtower(t)
	w.leader.other = true
	w.did("", 0, Activity{SignInFailures: 500})
	w.watch(t)
	if got := w.kinds(); len(got) != 0 {
		t.Errorf("another node watches, and this one found %v", got)
	}
}

func TestAnAlertThatIsNotSentIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWatchtower(t)
	w.bell.fails = errors.New("the mail server is away")
	w.did("", 0, Activity{SignInFailures: 500})
	w.watch(t)
	w.bell.fails = nil
	w.watch(t) // before it is due
	if len(w.bell.alerts) != 0 {
		t.Fatal("it is sent again at once")
	}
	w.at = w.at.Add(time.Minute)
	w.watch(t)
	if len(w.bell.alerts) != 1 || w.bell.alerts[0].Tries != 1 {
		t.Fatalf("sent %+v", w.bell.alerts)
	}
	for range alertTries + 5 {
		w.at = w.at.Add(time.Hour)
		w.watch(t)
	}
	if len(w.bell.alerts) != 1 {
		t.Errorf("sent %d times", len(w.bell.alerts))
	}
}

func TestAnAlertIsGivenUpInTheEnd(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]error{"away": errors.New("away"), "undeliverable": ErrUndeliverable} {
		w := newWatchtower(t)
		w.bell.fails = fails
		w.did("", 0, Activity{SignInFailures: 500})
		for range 2 * alertTries {
			w.watch(t)
			w.at = w.at.Add(time.Hour)
		}
		if tries := w.memory.anomalies[0].Tries; len(w.memory.due) != 0 || tries > alertTries || name == "undeliverable" && tries != 1 {
			t.Errorf("%s: tried %d times, still due: %v", name, tries, w.memory.due)
		}
	}
}
