package chat_test

import (
	"testing"
	"time"

	"parley/chat"
)

func TestBusinessHoursFollowTheClockOfTheirZone(t *testing.T) {
	t.Parallel()
	week := chat.Hours{Zone: "Europe/Berlin", Week: []chat.OpenHours{
		{Day: "fri", From: "09:00", To: "12:00"}, {Day: "fri", From: "13:00", To: "17:00"}, {Day: "sun", From: "02:30", To: "24:00"},
	}}
	for _, c := range []struct {
		name  string
		hours chat.Hours
		now   string
		open  bool
		opens string // empty: not known
	}{
		{"none set is always", chat.Hours{Zone: "Europe/Berlin"}, "2026-11-20T03:00:00Z", true, ""},
		{"before the first", week, "2026-11-20T07:59:59Z", false, "2026-11-20T08:00:00Z"},
		{"at its beginning", week, "2026-11-20T08:00:00Z", true, ""},
		{"at noon", week, "2026-11-20T11:00:00Z", false, "2026-11-20T12:00:00Z"},
		{"the last minute", week, "2026-11-20T15:59:00Z", true, ""},
		{"at its end", week, "2026-11-20T16:00:00Z", false, "2026-11-22T01:30:00Z"},
		{"until midnight", week, "2026-11-22T22:59:59Z", true, ""},
		{"the week after", week, "2026-11-22T23:00:00Z", false, "2026-11-27T08:00:00Z"},
		{"when clocks go forward over the beginning", week, "2026-03-28T12:00:00Z", false, "2026-03-29T01:30:00Z"},
		{"the only day, when it is over", chat.Hours{Week: []chat.OpenHours{{Day: "mon", From: "09:00", To: "10:00"}}},
			"2026-11-23T10:00:00Z", false, "2026-11-30T09:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		open, opens := c.hours.At(now)
		shown := ""
		if !opens.IsZero() {
			shown = opens.Format(time.RFC3339)
		}
		if open != c.open || shown != c.opens {
			t.Errorf("%s: got %v %q, want %v %q", c.name, open, shown, c.open, c.opens)
		}
	}
}

func TestBusinessHoursThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	one := func(day, from, to string) chat.Hours {
		return chat.Hours{Week: []chat.OpenHours{{Day: day, From: from, To: to}}}
	}
	for _, bad := range []chat.Hours{
		{Zone: "Mars/Olympus"}, one("monday", "09:00", "10:00"), one("mon", "9:00", "10:00"), one("mon", "10:00", "09:00"),
		one("mon", "10:00", "10:00"), one("mon", "09:00", "24:01"), one("mon", "09:60", "10:00"), one("mon", "-1:00", "10:00"), one("mon", "+9:00", "10:00"), one("mon", " 9:00", "10:00"),
		{Week: make([]chat.OpenHours, 29)},
	} {
		if bad.Check() == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	if err := one("sat", "00:00", "24:00").Check(); err != nil {
		t.Error(err)
	}
}
