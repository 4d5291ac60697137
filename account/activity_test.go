package account

import (
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"parley/chat"
)

func newCounting() (*ActivityCounter, *activityMemory, *time.Time) {
	memory, at := newActivityMemory(), wednesday.Add(59*time.Minute)
	return newActivityCounter(memory, slog.New(slog.NewTextHandler(io.Discard, nil)), func() time.Time { return at }), memory, &at
}

func TestWhatIsCountedIsWrittenBehindByTheHour(t *testing.T) {
	t.Parallel()
	c, memory, at := newCounting()
	key := Identity{Tenant: "ten_a", User: "key_line", Key: "key_2"}
	c.CountRequest(Identity{Tenant: "ten_a", User: "usr_mia"}, Activity{Requests: 1, Errors: 1})
	c.CountRequest(key, Activity{Requests: 1})
	c.Count("", Activity{Requests: 1}) // of nobody known
	*at = at.Add(time.Minute)
	c.Count("ten_a", Activity{Messages: 2})
	if len(memory.hours) != 0 {
		t.Fatal("it was written at once")
	}
	c.Stop(t.Context())
	want := map[counted]Activity{
		{Subject{"ten_a", ""}, wednesday}:                {Requests: 2, Errors: 1},
		{Subject{"ten_a", "key_line"}, wednesday}:        {Requests: 1},
		{Subject{"ten_a", ""}, wednesday.Add(time.Hour)}: {Messages: 2},
	}
	for k, a := range want {
		if memory.hours[k] != a {
			t.Errorf("%+v: %+v, want %+v", k, memory.hours[k], a)
		}
	}
	if len(memory.hours) != len(want) {
		t.Errorf("written: %+v", memory.hours)
	}
}

func TestWhatAKeyIsAnsweredIsCountedForItToo(t *testing.T) {
	t.Parallel()
	c, memory, _ := newCounting()
	key, mia := Identity{Tenant: "ten_a", User: "key_line", Key: "key_2"}, Identity{Tenant: "ten_a", User: "usr_mia"}
	c.CountOf(Subject{"ten_a", key.Line()}, Activity{Tokens: 10})
	c.CountOf(Subject{"ten_a", mia.Line()}, Activity{Tokens: 5})
	c.write(t.Context())
	if of := memory.hours[counted{Subject{"ten_a", ""}, wednesday}]; of.Tokens != 15 {
		t.Errorf("the business: %+v", of)
	}
	if of := memory.hours[counted{Subject{"ten_a", "key_line"}, wednesday}]; of.Tokens != 10 {
		t.Errorf("the key: %+v", of)
	}
	if len(memory.hours) != 2 {
		t.Errorf("written: %+v", memory.hours)
	}
}

func TestWhatCannotBeWrittenIsKeptInBoundedMemory(t *testing.T) {
	t.Parallel()
	c, memory, at := newCounting()
	memory.away = errors.New("away")
	c.Count("ten_a", Activity{Requests: 1})
	c.write(t.Context())
	c.Count("ten_a", Activity{Requests: 1})
	for range mostCounted + 10 {
		*at = at.Add(time.Hour)
		c.Count("ten_b", Activity{Requests: 1})
	}
	if len(c.waiting) > mostCounted {
		t.Errorf("%d hours wait", len(c.waiting))
	}
	memory.away = nil
	c.write(t.Context())
	if of := memory.hours[counted{Subject{"ten_a", ""}, wednesday}]; of.Requests != 2 {
		t.Errorf("after storage came back: %+v", of)
	}
	c.write(t.Context())
	if of := memory.hours[counted{Subject{"ten_a", ""}, wednesday}]; of.Requests != 2 {
		t.Errorf("it is written twice: %+v", of)
	}
}

func TestWithoutACounterNothingIsCounted(t *testing.T) {
	t.Parallel()
	var c *ActivityCounter
	c.Count("ten_a", Activity{Requests: 1})
	c.CountRequest(Identity{Tenant: "ten_a", Key: "key_1"}, Activity{Requests: 1})
	c.CountOf(Subject{"ten_a", "key_1"}, Activity{Answers: 1})
}

func TestAKeysActivityIsThatOfAllThatItReplaced(t *testing.T) {
	t.Parallel()
	_, memory, _ := newCounting()
	view := ActivityView{Activities: memory, Anomalies: memory, Keys: ring{keys: []APIKey{
		{ID: "key_06f1w3k8q0000000000000001z", Tenant: "ten_a", Line: "line"}, {ID: "key_06f1w3k8q0000000000000002z", Tenant: "ten_a", Line: "line"},
	}}}
	who := Identity{Tenant: "ten_a", User: "usr_mia"}
	_ = memory.AddActivity(t.Context(), []ActivityHour{{Subject{"ten_a", "line"}, wednesday, Activity{Requests: 3}}})
	hours, err := view.Series(t.Context(), who, "key_06f1w3k8q0000000000000002z", wednesday, wednesday.Add(time.Hour))
	if err != nil || len(hours) != 1 || hours[0].Requests != 3 {
		t.Errorf("%+v, %v", hours, err)
	}
	for name, key := range map[string]string{"malformed": "x", "of nobody": "key_06f1w3k8q0000000000000003z"} {
		if _, err := view.Series(t.Context(), who, key, wednesday, wednesday.Add(time.Hour)); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, until := range map[string]time.Time{"none": wednesday, "too long": wednesday.AddDate(0, 0, 32)} {
		if _, err := view.Series(t.Context(), who, "", wednesday, until); chat.AsError(err).Code != "span_invalid" {
			t.Errorf("a span that is %s: %v", name, err)
		}
	}
	_, _ = memory.PutAnomaly(t.Context(), Anomaly{ID: "ano_06f1w3k8q0000000000000001z", Subject: Subject{"ten_a", "line"}}, wednesday)
	shown, _, err := view.List(t.Context(), who, "", 10)
	if err != nil || len(shown) != 1 || shown[0].Key != "key_06f1w3k8q0000000000000002z" {
		t.Errorf("%+v, %v", shown, err)
	}
	if err := view.See(t.Context(), who, "x"); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("an id that is none: %v", err)
	}
	if err := view.See(t.Context(), who, shown[0].ID); err != nil || memory.anomalies[0].SeenBy != "usr_mia" {
		t.Errorf("%v, %+v", err, memory.anomalies[0])
	}
}
