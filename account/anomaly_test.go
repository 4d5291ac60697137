package account

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// wednesday is an hour of a working day.
var wednesday = time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)

// like returns hours of so many days before, all alike.
func like(at time.Time, days int, a Activity) (hours []ActivityHour) {
	for day := 1; day <= days; day++ {
		hours = append(hours, ActivityHour{At: at.AddDate(0, 0, -day), Activity: a})
	}
	return hours
}

func TestAnHourIsJudgedByItsOwnHistory(t *testing.T) {
	t.Parallel()
	month := func(a Activity) []ActivityHour { return like(wednesday, 28, a) }
	for name, c := range map[string]struct {
		now    Activity
		before []ActivityHour
		want   []AnomalyKind
	}{
		"as always":                             {Activity{Requests: 10_000}, month(Activity{Requests: 10_000}), nil},
		"somewhat more":                         {Activity{Requests: 15_000}, month(Activity{Requests: 10_000}), nil},
		"many times as much":                    {Activity{Requests: 40_000}, month(Activity{Requests: 10_000}), []AnomalyKind{UnusualRate}},
		"messages count as well":                {Activity{Messages: 5_000}, month(Activity{Messages: 500}), []AnomalyKind{UnusualRate}},
		"many times as much of very little":     {Activity{Requests: 500}, month(Activity{Requests: 2}), nil},
		"what is new and not much":              {Activity{Requests: 5_000}, nil, nil},
		"what is new and very much":             {Activity{Requests: 7_000}, nil, []AnomalyKind{UnusualRate}},
		"a few days are no history":             {Activity{Requests: 5_000}, like(wednesday, 3, Activity{Requests: 10}), nil},
		"a silent business that wakes":          {Activity{Requests: 5_000}, like(wednesday, 28, Activity{})[27:], []AnomalyKind{UnusualRate}},
		"a few errors":                          {Activity{Requests: 100, Errors: 19}, month(Activity{Requests: 100}), nil},
		"a share of errors":                     {Activity{Requests: 100, Errors: 25}, month(Activity{Requests: 100, Errors: 1}), []AnomalyKind{UnusualErrors}},
		"errors as always":                      {Activity{Requests: 100, Errors: 25}, month(Activity{Requests: 100, Errors: 20}), nil},
		"many errors of very many":              {Activity{Requests: 1_000, Errors: 25}, month(Activity{Requests: 1_000}), nil},
		"dollars":                               {Activity{CostMicros: 9e6, Tokens: 1}, month(Activity{CostMicros: 1e6, Tokens: 1}), []AnomalyKind{UnusualSpend}},
		"dollars as always":                     {Activity{CostMicros: 9e6}, month(Activity{CostMicros: 8e6}), nil},
		"tokens without a price":                {Activity{Tokens: 2e6}, month(Activity{Tokens: 1e5}), []AnomalyKind{UnusualSpend}},
		"tokens with a price that is small":     {Activity{Tokens: 2e6, CostMicros: 1e4}, month(Activity{Tokens: 1e5, CostMicros: 500}), nil},
		"wrong passwords":                       {Activity{SignInFailures: 30}, nil, []AnomalyKind{UnusualFailures}},
		"a few wrong passwords":                 {Activity{SignInFailures: 12}, month(Activity{SignInFailures: 1}), nil},
		"refusals":                              {Activity{Refused: 200}, month(Activity{Refused: 3}), []AnomalyKind{UnusualRefusals}},
		"several things at once, as they stand": {Activity{Requests: 50_000, Errors: 40_000}, month(Activity{Requests: 100}), []AnomalyKind{UnusualRate, UnusualErrors}},
	} {
		var got []AnomalyKind
		for _, f := range judge(ActivityHour{At: wednesday, Activity: c.now}, c.before) {
			got = append(got, f.Kind)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", name, got, c.want)
		}
	}
}

func TestAFindingSaysWhatIsUsual(t *testing.T) {
	t.Parallel()
	found := judge(ActivityHour{At: wednesday, Activity: Activity{CostMicros: 50e6}}, like(wednesday, 28, Activity{CostMicros: 2e6}))
	if want := []Finding{{UnusualSpend, InDollars, 50, 2}}; !slices.Equal(found, want) {
		t.Errorf("found %+v, want %+v", found, want)
	}
}

func TestWeekendsAreComparedWithWeekends(t *testing.T) {
	t.Parallel()
	saturday := wednesday.AddDate(0, 0, 3)
	var before []ActivityHour
	for day := 1; day <= 28; day++ {
		at, a := saturday.AddDate(0, 0, -day), Activity{Requests: 50_000}
		if weekend(at) {
			a = Activity{Requests: 100}
		}
		before = append(before, ActivityHour{At: at, Activity: a})
	}
	if found := judge(ActivityHour{At: saturday, Activity: Activity{Requests: 20_000}}, before); len(found) != 1 || found[0].Usual != 100 {
		t.Errorf("a working day's load on a Saturday: found %+v", found)
	}
}

func TestWhatWouldBeFoundIsLookedAt(t *testing.T) {
	t.Parallel()
	for _, m := range measures {
		for _, at := range []float64{m.floor, m.fresh} {
			var a Activity
			switch {
			case m.kind == UnusualRate:
				a.Requests = int64(at)
			case m.kind == UnusualErrors:
				a.Requests, a.Errors = int64(leastErrors/at), leastErrors
			case m.unit == InDollars:
				a.CostMicros = int64(at * 1e6)
			case m.unit == InTokens:
				a.Tokens = int64(at)
			case m.kind == UnusualFailures:
				a.SignInFailures = int64(at)
			case m.kind == UnusualRefusals:
				a.Refused = int64(at)
			}
			if a.Requests+a.Messages < watched.Requests && a.Errors < watched.Errors && a.Refused < watched.Refused && a.Tokens < watched.Tokens &&
				a.CostMicros < watched.CostMicros && a.SignInFailures < watched.SignInFailures {
				t.Errorf("%s of %v is found and never looked at", m.kind, at)
			}
		}
	}
}

// drawn is a number of independent events in an hour that has so many on average.
func drawn(random *rand.Rand, mean float64) int64 {
	return int64(max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64())))
}

// Businesses with days and nights, weekends, growth and hours that differ by a third: of 14 days of theirs nothing should be told, and
// of an hour with five times its load always.
func TestOrdinaryWeeksAreQuietAndAnAttackIsSeen(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	alarms, hours, missed, attacks := 0, 0, 0, 0
	for business := range 20 {
		busy := 200 * math.Pow(1.4, float64(business)) // requests in an hour of the day: 200 to 120,000
		load := func(at time.Time) Activity {
			day := 0.15 + 0.85*max(0, math.Sin(math.Pi*float64(at.Hour()-6)/14))
			if weekend(at) {
				day /= 3
			}
			weeks := at.Sub(wednesday).Hours() / (7 * 24)
			mean := busy * day * math.Pow(1.05, weeks) * math.Exp(0.3*random.NormFloat64())
			requests := drawn(random, mean)
			return Activity{
				Requests: requests, Errors: drawn(random, float64(requests)*0.02), Messages: requests / 5, Answers: requests / 5,
				CostMicros: requests / 5 * 2000, Refused: drawn(random, 5), SignInFailures: drawn(random, 0.5),
			}
		}
		var before []ActivityHour
		for at := wednesday.AddDate(0, 0, -28); at.Before(wednesday.AddDate(0, 0, 14)); at = at.Add(time.Hour) {
			hour := ActivityHour{At: at, Activity: load(at)}
			if !at.Before(wednesday) {
				hours++
				alarms += len(judge(hour, before))
				attacked := hour
				attacked.Requests *= 8
				if attacked.Requests > 6000 {
					attacks++
					if len(judge(attacked, before)) == 0 {
						missed++
					}
				}
			}
			before = append(before[max(0, len(before)-comparedDays*24):], hour)
		}
	}
	t.Logf("%d false alarms in %d hours, which is one for a business in %.0f days; %d of %d attacks were missed", alarms, hours, float64(hours)/24/float64(max(alarms, 1)), missed, attacks)
	if alarms > hours/1000 {
		t.Errorf("%d false alarms in %d hours", alarms, hours)
	}
	if missed > attacks/50 {
		t.Errorf("%d of %d attacks were missed", missed, attacks)
	}
}
