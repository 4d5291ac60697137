package billing

import (
	"slices"
	"testing"
	"time"

	_ "time/tzdata" // zones, also where the machine has none

	"pgregory.net/rapid"
)

func instant(t interface{ Fatalf(string, ...any) }, text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatalf("the test's own time: %v", err)
	}
	return at
}

func TestMonthsBeginOnTheDayOfTheAnchor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		anchor string
		begins []string // of consecutive months
	}{
		"the 31st falls back to a month's last day, and returns": {"2026-01-31T10:30:00Z", []string{
			"2026-01-31T10:30:00Z", "2026-02-28T10:30:00Z", "2026-03-31T10:30:00Z", "2026-04-30T10:30:00Z", "2026-05-31T10:30:00Z", "2026-06-30T10:30:00Z", "2026-07-31T10:30:00Z",
			"2026-08-31T10:30:00Z", "2026-09-30T10:30:00Z", "2026-10-31T10:30:00Z", "2026-11-30T10:30:00Z", "2026-12-31T10:30:00Z", "2027-01-31T10:30:00Z",
		}},
		"the 31st in a leap year":                                 {"2027-12-31T00:00:00Z", []string{"2027-12-31T00:00:00Z", "2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"}},
		"the 30th keeps to the 30th":                              {"2026-01-30T23:59:59Z", []string{"2026-01-30T23:59:59Z", "2026-02-28T23:59:59Z", "2026-03-30T23:59:59Z"}},
		"the 29th in a leap year and after it":                    {"2028-01-29T12:00:00Z", []string{"2028-01-29T12:00:00Z", "2028-02-29T12:00:00Z", "2028-03-29T12:00:00Z"}},
		"the leap day":                                            {"2028-02-29T08:00:00Z", []string{"2028-02-29T08:00:00Z", "2028-03-29T08:00:00Z", "2028-04-29T08:00:00Z"}},
		"the leap day a year later":                               {"2028-02-29T08:00:00Z", []string{"2029-01-29T08:00:00Z", "2029-02-28T08:00:00Z", "2029-03-29T08:00:00Z"}},
		"the next leap day":                                       {"2028-02-29T08:00:00Z", []string{"2032-01-29T08:00:00Z", "2032-02-29T08:00:00Z", "2032-03-29T08:00:00Z"}},
		"1900 was no leap year":                                   {"1899-12-31T00:00:00Z", []string{"1900-01-31T00:00:00Z", "1900-02-28T00:00:00Z", "1900-03-31T00:00:00Z"}},
		"2000 was one":                                            {"1999-12-31T00:00:00Z", []string{"2000-01-31T00:00:00Z", "2000-02-29T00:00:00Z", "2000-03-31T00:00:00Z"}},
		"months before the anchor, for a trial":                   {"2026-03-31T10:00:00Z", []string{"2025-12-31T10:00:00Z", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z"}},
		"bought in New York on the evening before a month of UTC": {"2026-10-31T23:30:00-04:00", []string{"2026-11-01T03:30:00Z", "2026-12-01T03:30:00Z", "2027-01-01T03:30:00Z"}},
		"bought in Kiritimati when it was still yesterday in UTC": {"2026-11-01T00:30:00+14:00", []string{"2026-10-31T10:30:00Z", "2026-11-30T10:30:00Z", "2026-12-31T10:30:00Z"}},
		"fractions of a second are no part of an anchor":          {"2026-05-05T05:05:05.999999999Z", []string{"2026-05-05T05:05:05Z", "2026-06-05T05:05:05Z"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			anchor := instant(t, test.anchor)
			for i := range len(test.begins) - 1 {
				want := Period{instant(t, test.begins[i]), instant(t, test.begins[i+1])}
				for _, now := range []time.Time{want.Start, want.Start.Add(1), want.Start.Add(want.End.Sub(want.Start) / 2), want.End.Add(-1)} {
					if got := PeriodOf(anchor, now); got != want {
						t.Errorf("%v lies in %v – %v, want %v – %v", now, got.Start, got.End, want.Start, want.End)
					}
				}
				if got := PeriodOf(anchor, want.Start.Add(-1)); got.End != want.Start {
					t.Errorf("a nanosecond before %v lies in the month to %v", want.Start, got.End)
				}
				if got := PeriodOf(anchor, want.End); got.Start != want.End {
					t.Errorf("%v lies in the month from %v", want.End, got.Start)
				}
			}
		})
	}
}

func TestWithoutAnAnchorMonthsAreThoseOfTheCalendar(t *testing.T) {
	t.Parallel()
	for now, key := range map[string]string{
		"2026-11-23T18:00:00Z":           "2026-11",
		"2026-11-01T00:00:00Z":           "2026-11",
		"2026-10-31T23:59:59.999999999Z": "2026-10",
		"2026-11-30T20:00:00-05:00":      "2026-12", // in UTC it is December
		"2028-02-29T23:00:00Z":           "2028-02",
	} {
		if got := PeriodOf(time.Time{}, instant(t, now)).Key(); got != key {
			t.Errorf("%s is counted in %s, want %s", now, got, key)
		}
	}
}

func TestAPeriodsKeyIsItsFirstInstant(t *testing.T) {
	t.Parallel()
	for anchor, key := range map[string]string{
		"2026-11-14T09:00:00Z":      "2026-11-14T09:00:00Z",
		"2026-11-14T09:00:00+02:00": "2026-11-14T07:00:00Z",
		"2026-11-01T00:00:00Z":      "2026-11",
		"2026-11-01T00:00:01Z":      "2026-11-01T00:00:01Z",
		"2026-11-01T00:00:00-07:00": "2026-11-01T07:00:00Z",
	} {
		at := instant(t, anchor)
		if got := PeriodOf(at, at).Key(); got != key {
			t.Errorf("the month that begins %s is named %s, want %s", anchor, got, key)
		}
	}
}

// A year of somebody who pays by the year, hour by hour: the answers of each are counted in twelve months that are the year, whatever clock the
// node has and whatever its zone does to it in spring and autumn.
func TestAYearOfAYearlySubscriberHasTwelveMonths(t *testing.T) {
	t.Parallel()
	policy := Policy{GraceDays: 14, KeepDays: 30}
	for name, test := range map[string]struct {
		begun, zone string
		ends        string // of the year, as Stripe has it
	}{
		"an ordinary year":                       {"2026-11-14T09:00:00Z", "UTC", "2027-11-14T09:00:00Z"},
		"from the 31st":                          {"2026-12-31T23:59:59Z", "Europe/Berlin", "2027-12-31T23:59:59Z"},
		"over a leap day":                        {"2027-08-30T00:30:00Z", "America/New_York", "2028-08-30T00:30:00Z"},
		"from a leap day":                        {"2028-02-29T12:00:00Z", "Australia/Lord_Howe", "2029-02-28T12:00:00Z"},
		"from the hour that is missing in March": {"2027-03-28T02:30:00+01:00", "Europe/Berlin", "2028-03-28T01:30:00Z"},
		"where a day was left out":               {"2026-12-30T10:00:00Z", "Pacific/Apia", "2027-12-30T10:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			begun, end := instant(t, test.begun), instant(t, test.ends)
			state := State{Tenant: "t", Contract: &Contract{Status: ContractActive, Interval: Yearly, Begun: begun, Anchor: begun, PeriodStart: begun, PeriodEnd: end}}
			counted := map[string]int{}
			var months []Period
			for now := begun; now.Before(end); now = now.Add(time.Hour) {
				standing := StandingOf(state, policy, now.In(zone))
				if standing.Status != Active {
					t.Fatalf("at %v it is %s", now, standing.Status)
				}
				if !standing.Period.Contains(now) {
					t.Fatalf("%v is not in its own month from %v to %v", now, standing.Period.Start, standing.Period.End)
				}
				counted[standing.Period.Key()]++
				if len(months) == 0 || months[len(months)-1] != standing.Period {
					months = append(months, standing.Period)
				}
			}
			if len(months) != 12 || len(counted) != 12 {
				t.Fatalf("it has %d months under %d names", len(months), len(counted))
			}
			if !months[0].Start.Equal(begun.Truncate(time.Second)) || !months[11].End.Equal(end) {
				t.Errorf("the months go from %v to %v, and the year from %v to %v", months[0].Start, months[11].End, begun, end)
			}
			for i, month := range months {
				if i > 0 && months[i-1].End != month.Start {
					t.Errorf("between %v and %v nothing is counted, or twice", months[i-1].End, month.Start)
				}
				if hours := int(month.End.Sub(month.Start).Hours()); counted[month.Key()] != hours {
					t.Errorf("in the %d hours from %v, %d answers were counted", hours, month.Start, counted[month.Key()])
				}
			}
		})
	}
}

// Stripe's own months, as its API says them of billing_cycle_anchor: period ends of a subscription that began on 31 January.
func TestMonthsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	anchor := instant(t, "2028-01-31T16:20:00Z")
	ends := []string{"2028-02-29T16:20:00Z", "2028-03-31T16:20:00Z", "2028-04-30T16:20:00Z", "2028-05-31T16:20:00Z"}
	start := anchor
	for _, text := range ends {
		end := instant(t, text)
		contract := &Contract{Status: ContractActive, Interval: Monthly, Begun: anchor, Anchor: anchor, PeriodStart: start, PeriodEnd: end}
		for _, now := range []time.Time{start, end.Add(-1)} {
			if got := StandingOf(State{Contract: contract}, Policy{}, now).Period; got != (Period{start, end}) {
				t.Errorf("at %v answers are counted from %v to %v, and paid for from %v to %v", now, got.Start, got.End, start, end)
			}
		}
		start = end
	}
}

// times are instants of four centuries, often close to the end of a month or of February.
func times() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		day := rapid.OneOf(rapid.IntRange(1, 31), rapid.IntRange(28, 31)).Draw(t, "day")
		month := rapid.OneOf(rapid.IntRange(1, 12), rapid.IntRange(1, 3)).Draw(t, "month")
		second := rapid.OneOf(rapid.IntRange(0, 86399), rapid.SampledFrom([]int{0, 1, 86399})).Draw(t, "second")
		nano := rapid.SampledFrom([]int{0, 1, 999_999_999}).Draw(t, "nano")
		offset := rapid.IntRange(-14*4, 14*4).Draw(t, "quarter hours") * 900
		return time.Date(rapid.IntRange(1900, 2300).Draw(t, "year"), time.Month(month), day, 0, 0, second, nano, time.FixedZone("", offset))
	})
}

func TestMonthsTileAllTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		anchor, now := times().Draw(t, "anchor"), times().Draw(t, "now")
		p := PeriodOf(anchor, now)
		if !p.Contains(now) {
			t.Fatalf("%v is not in %v – %v", now, p.Start, p.End)
		}
		if elsewhere := PeriodOf(anchor.In(time.Local), now.In(time.FixedZone("", 5*3600+1800))); elsewhere != p {
			t.Fatalf("on another clock it is %v – %v instead of %v – %v", elsewhere.Start, elsewhere.End, p.Start, p.End)
		}
		for _, at := range []time.Time{p.Start, p.End.Add(-1)} {
			if same := PeriodOf(anchor, at); same != p {
				t.Fatalf("%v lies in %v – %v, and not in %v – %v", at, same.Start, same.End, p.Start, p.End)
			}
		}
		if next := PeriodOf(anchor, p.End); next.Start != p.End || next.Key() == p.Key() {
			t.Fatalf("after %v comes %v", p.End, next.Start)
		}
		if last := PeriodOf(anchor, p.Start.Add(-1)); last.End != p.Start || last.Key() == p.Key() {
			t.Fatalf("before %v comes %v", p.Start, last.End)
		}
		if d := p.End.Sub(p.Start); d < 28*day || d > 31*day {
			t.Fatalf("a month has %v", d)
		}
		// From the anchor, never drifting: its own day wherever the month has that, and the last day elsewhere.
		utc := anchor.UTC()
		last := p.Start.AddDate(0, 0, 1).Day() == 1
		if p.Start.Day() != utc.Day() && (!last || p.Start.Day() > utc.Day()) {
			t.Fatalf("counted from the %d, a month begins on %v", utc.Day(), p.Start)
		}
		if !slices.Equal([]int{p.Start.Hour(), p.Start.Minute(), p.Start.Second(), p.Start.Nanosecond()}, []int{utc.Hour(), utc.Minute(), utc.Second(), 0}) {
			t.Fatalf("counted from %v, a month begins at %v", utc, p.Start)
		}
	})
}
