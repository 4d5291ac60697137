package chat

import (
	"fmt"
	"sync"
	"time"
)

// Hours are a bot's business hours, in which people answer. No day: always.
type Hours struct {
	Zone string      `json:"zone"` // an IANA name; empty: UTC
	Week []OpenHours `json:"week"`
}

// OpenHours is one span of a day. Several may be on the same day.
type OpenHours struct {
	Day  string `json:"day"`  // mon … sun
	From string `json:"from"` // 09:00
	To   string `json:"to"`   // 17:30; 24:00 is the day's end
}

// maxHours bounds the spans of a week.
const maxHours = 28

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
	"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

// Check returns an Invalid error with code "hours_invalid" that says what is wrong with them.
func (h Hours) Check() error {
	if _, err := location(h.Zone); err != nil {
		return Fail(Invalid, "hours_invalid", fmt.Sprintf("There is no time zone %q.", h.Zone))
	}
	if len(h.Week) > maxHours {
		return Fail(Invalid, "hours_invalid", fmt.Sprintf("A week has %d business hours at most.", maxHours))
	}
	for _, span := range h.Week {
		_, known := weekdays[span.Day]
		from, to, ok := span.minutes()
		if !known || !ok || from >= to {
			return Fail(Invalid, "hours_invalid", "Business hours need a day (mon to sun), and a beginning before their end (such as 09:00 and 17:30).")
		}
	}
	return nil
}

// At tells whether it is business time, and, if not, when it next is; zero: never.
func (h Hours) At(now time.Time) (open bool, opens time.Time) {
	if len(h.Week) == 0 {
		return true, time.Time{}
	}
	zone, err := location(h.Zone)
	if err != nil {
		return true, time.Time{}
	}
	local := now.In(zone)
	for ahead := range 8 { // today's spans may all be over, and be the only ones
		day := time.Date(local.Year(), local.Month(), local.Day()+ahead, 0, 0, 0, 0, zone)
		for _, span := range h.Week {
			from, to, ok := span.minutes()
			if !ok || weekdays[span.Day] != day.Weekday() {
				continue
			}
			begin, end := clock(day, from), clock(day, to)
			if !local.Before(begin) && local.Before(end) {
				return true, time.Time{}
			}
			if local.Before(begin) && (opens.IsZero() || begin.Before(opens)) {
				opens = begin
			}
		}
		if !opens.IsZero() {
			return false, opens.UTC()
		}
	}
	return false, time.Time{}
}

// zones are those that were asked for, *time.Location by name: to read one from disk takes 15 µs, and a desk asks for
// each who waits. There are some 600.
var zones sync.Map

func location(name string) (*time.Location, error) {
	if zone, known := zones.Load(name); known {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, zone)
	}
	return zone, err
}

// clock is a time of a day by its own clock, also on days with 23 or 25 hours.
func clock(day time.Time, minutes int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), minutes/60, minutes%60, 0, 0, day.Location())
}

// minutes are the beginning and the end in minutes of the day.
func (o OpenHours) minutes() (from, to int, ok bool) {
	from, fromOK := minutesOf(o.From)
	to, toOK := minutesOf(o.To)
	return from, to, fromOK && toOK
}

func minutesOf(text string) (int, bool) {
	if len(text) != len("09:00") || text[2] != ':' {
		return 0, false
	}
	hour, hourOK := twoDigits(text[:2])
	minute, minuteOK := twoDigits(text[3:])
	total := 60*hour + minute
	return total, hourOK && minuteOK && minute < 60 && total <= 24*60
}

func twoDigits(text string) (int, bool) {
	tens, ones := text[0]-'0', text[1]-'0'
	return 10*int(tens) + int(ones), tens <= 9 && ones <= 9
}
