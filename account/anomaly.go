package account

import (
	"math"
	"slices"
	"time"
)

// AnomalyKind says what is unlike itself.
type AnomalyKind string

// What is watched.
const (
	UnusualRate     AnomalyKind = "rate"             // requests and messages
	UnusualErrors   AnomalyKind = "errors"           // the share of requests that end in an error
	UnusualSpend    AnomalyKind = "spend"            // what language models cost
	UnusualFailures AnomalyKind = "sign_in_failures" // wrong passwords
	UnusualRefusals AnomalyKind = "refused"          // by limits
)

// AnomalyUnit says what a value is a number of.
type AnomalyUnit string

// Units of values.
const (
	InCount   AnomalyUnit = "count"
	InShare   AnomalyUnit = "share"   // of 1
	InDollars AnomalyUnit = "dollars" // US
	InTokens  AnomalyUnit = "tokens"  // where prices are not known
)

// Finding is something in an hour that is unlike the same hour of other days.
type Finding struct {
	Kind  AnomalyKind
	Unit  AnomalyUnit
	Value float64
	Usual float64 // the median of those hours
}

const (
	// comparedDays are how far back an hour is compared: four weeks have twenty of its working days and eight of its weekend.
	comparedDays = 28
	// leastDays is how many of these hours there must be for a median to say something.
	leastDays = 5
	// deviations is how many standard deviations above the median an hour must be. With six, chance alone would need centuries; real traffic is
	// less even than chance, which is what the minimum of a deviation is for (see measure).
	deviations = 6
	// toSigma makes a standard deviation of a median absolute deviation, where values are normally distributed.
	toSigma = 1.4826
	// leastTimes is how many times the median an hour must be, however even the others were.
	leastTimes = 2
)

// measure is how one thing is judged.
type measure struct {
	kind AnomalyKind
	unit AnomalyUnit
	of   func(Activity) (value float64, enough bool)
	// floor is what nobody is told of below, whatever is usual; fresh is the same for a business, or a key, that has no history
	// to be compared with.
	floor, fresh float64
	// spread is the least deviation of hours whose median is so much.
	spread func(median float64) float64
}

// ofCount is the spread of a number: that of chance (Poisson's), and a third, which the same hours of days differ by.
func ofCount(median float64) float64 { return max(math.Sqrt(median), median/3) }

func ofAmount(median float64) float64 { return median / 3 }

func ofShare(float64) float64 { return 0.03 }

// leastErrors is how many errors there must be for their share to say something.
const leastErrors = 20

// measures are all that is watched. Floors are what somebody would want to be told of at all: ten requests or messages in a minute, a tenth of
// all requests, a dollar in an hour, a wrong password every two minutes, a refusal every half a minute.
var measures = []measure{
	{UnusualRate, InCount, func(a Activity) (float64, bool) { return float64(a.Requests + a.Messages), true }, 600, 6000, ofCount},
	{UnusualErrors, InShare, func(a Activity) (float64, bool) {
		return float64(a.Errors) / float64(max(a.Requests, 1)), a.Errors >= leastErrors
	}, 0.1, 0.3, ofShare},
	{UnusualSpend, InDollars, func(a Activity) (float64, bool) { return float64(a.CostMicros) / 1e6, a.CostMicros > 0 }, 1, 10, ofAmount},
	{UnusualSpend, InTokens, func(a Activity) (float64, bool) { return float64(a.Tokens), a.CostMicros == 0 }, 500_000, 5_000_000, ofAmount},
	{UnusualFailures, InCount, func(a Activity) (float64, bool) { return float64(a.SignInFailures), true }, 30, 30, ofCount},
	{UnusualRefusals, InCount, func(a Activity) (float64, bool) { return float64(a.Refused), true }, 120, 600, ofCount},
}

// watched is the least that an hour must have of anything for a finding.
var watched = Activity{Requests: 600, Errors: leastErrors, Refused: 120, Tokens: 500_000, CostMicros: 1_000_000, SignInFailures: 30}

// judge compares an hour, or what there is of it yet, with the hours of the same subject before it.
func judge(hour ActivityHour, before []ActivityHour) []Finding {
	compared := alike(hour.At, before)
	var found []Finding
	for _, m := range measures {
		value, enough := m.of(hour.Activity)
		if !enough {
			continue
		}
		if usual, threshold := m.threshold(compared); value >= threshold {
			found = append(found, Finding{m.kind, m.unit, value, usual})
		}
	}
	return found
}

// threshold is from what value on an hour is unusual.
func (m measure) threshold(compared []Activity) (usual, threshold float64) {
	values := make([]float64, len(compared))
	for i, a := range compared {
		values[i], _ = m.of(a)
	}
	usual = median(values)
	if len(values) < leastDays {
		return usual, m.fresh
	}
	for i, v := range values {
		values[i] = math.Abs(v - usual)
	}
	sigma := max(toSigma*median(values), m.spread(usual))
	return usual, max(m.floor, leastTimes*usual, usual+deviations*sigma)
}

// alike are the same hours of the days before, on working days or on weekends as the hour is; of all days, if those are too few. Hours
// in which nothing happened are among them, from the first one on in which anything did.
func alike(at time.Time, before []ActivityHour) []Activity {
	known := make(map[time.Time]Activity, len(before))
	var first time.Time
	for _, h := range before {
		known[h.At.UTC()] = h.Activity
		if first.IsZero() || h.At.Before(first) {
			first = h.At
		}
	}
	var same, all []Activity
	for day := 1; day <= comparedDays && !first.IsZero(); day++ {
		then := at.UTC().AddDate(0, 0, -day)
		if then.Before(first) {
			break
		}
		all = append(all, known[then])
		if weekend(then) == weekend(at) {
			same = append(same, known[then])
		}
	}
	if len(same) < leastDays {
		return all
	}
	return same
}

func weekend(at time.Time) bool {
	day := at.UTC().Weekday()
	return day == time.Saturday || day == time.Sunday
}

// median of no values is 0. It sorts them.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	slices.Sort(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
