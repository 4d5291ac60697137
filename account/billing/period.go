package billing

import "time"

// PeriodOf returns the month of a subscription in which an instant lies. Month k begins k months after the anchor, at the same time of day in
// UTC; on the month's last day where it is too short: one that began on the 31st goes on on 28 February, and on 31 March. It is counted from
// the anchor each time, so that a short month shifts nothing, and it is what Stripe does with billing_cycle_anchor. Months tile all time, also before
// the anchor. Yearly subscribers have months too: their answers are counted like everybody's. The zero anchor has the months of the calendar.
//
// Anchors count in whole seconds: a Period's Key is all of it.
func PeriodOf(anchor, now time.Time) Period {
	anchor, now = anchor.UTC(), now.UTC()
	k := (now.Year()-anchor.Year())*12 + int(now.Month()) - int(anchor.Month())
	start := monthsAfter(anchor, k)
	if start.After(now) {
		return Period{Start: monthsAfter(anchor, k-1), End: start}
	}
	return Period{Start: start, End: monthsAfter(anchor, k+1)}
}

// monthsAfter returns the begin of month k, in whole seconds.
func monthsAfter(anchor time.Time, k int) time.Time {
	first := time.Date(anchor.Year(), anchor.Month()+time.Month(k), 1, anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return first.AddDate(0, 0, min(anchor.Day(), last)-1)
}

// Contains tells whether an instant lies in the period.
func (p Period) Contains(at time.Time) bool { return !at.Before(p.Start) && at.Before(p.End) }
