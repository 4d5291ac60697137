package crawl

import (
	"encoding/binary"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
)

// How many addresses that look alike are followed. What is made without end differs in numbers, or behind the "?".
const (
	maxNumbered = 500 // that differ in the numbers of their paths alone
	maxQueried  = 200 // that differ in the values of their query
	maxPatterns = 2000
)

// Trail is what a round remembers from one step to the next.
type Trail struct {
	Plan     uint64 // of the plan that the round goes by: what was left out under another may have to be found again
	Failures int    // in a row
	Full     bool   // there is more than may be looked at
	Cramped  bool   // there was no room for all that was found
	Fresh    bool   // no page is taken for unchanged by its server's word
	patterns map[uint32]uint16
}

// How a trail is packed.
const (
	trailForm = 1

	isFull    = 1
	isFresh   = 2
	isCramped = 4
)

// ReadTrail unpacks a trail; nothing and what is broken are a new one.
func ReadTrail(packed []byte) Trail {
	t := Trail{patterns: map[uint32]uint16{}}
	if len(packed) < 11 || packed[0] != trailForm {
		return t
	}
	t.Plan, t.Failures = binary.BigEndian.Uint64(packed[1:]), int(packed[9])
	t.Full, t.Fresh, t.Cramped = packed[10]&isFull != 0, packed[10]&isFresh != 0, packed[10]&isCramped != 0
	for rest := packed[11:]; len(rest) >= 6 && len(t.patterns) < maxPatterns; rest = rest[6:] {
		t.patterns[binary.BigEndian.Uint32(rest)] = binary.BigEndian.Uint16(rest[4:])
	}
	return t
}

// Pack writes the trail in 12 KB at most.
func (t Trail) Pack() []byte {
	packed := []byte{trailForm}
	packed = binary.BigEndian.AppendUint64(packed, t.Plan)
	packed = append(packed, byte(min(t.Failures, 255)), 0)
	if t.Full {
		packed[10] |= isFull
	}
	if t.Fresh {
		packed[10] |= isFresh
	}
	if t.Cramped {
		packed[10] |= isCramped
	}
	keys := make([]uint32, 0, len(t.patterns))
	for pattern := range t.patterns {
		keys = append(keys, pattern)
	}
	slices.Sort(keys)
	for _, pattern := range keys {
		packed = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(packed, pattern), t.patterns[pattern])
	}
	return packed
}

// Begin forgets what belonged to the round before. Under another plan a page leads to other addresses than those that are remembered of it.
func (t *Trail) Begin(plan uint64) {
	*t = Trail{Plan: plan, Fresh: t.Plan != plan, patterns: map[uint32]uint16{}}
}

// PlanOf is a plan in short, to tell whether it is another.
func PlanOf(parts ...string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(parts, "\x00")))
	return h.Sum64()
}

// count notes one more address of a pattern. It is false if there were enough of them, and first the first time that is so.
func (t *Trail) count(address string) (enough, first bool) {
	pattern, most := patternOf(address)
	if most == 0 {
		return false, false
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(pattern))
	key := h.Sum32()
	seen, known := t.patterns[key]
	if !known && len(t.patterns) >= maxPatterns {
		return false, false
	}
	if int(seen) > most {
		return true, false
	}
	t.patterns[key] = seen + 1
	return int(seen) == most, int(seen) == most
}

// patternOf is what an address has in common with those that differ in numbers only, and how many of them are followed; 0: it has no such parts.
func patternOf(address string) (pattern string, most int) {
	p := pathOf(address)
	numbered := numberless(p)
	if numbered != p {
		most = maxNumbered
	}
	_, query, queried := strings.Cut(address, "?")
	if queried {
		most = maxQueried
		names := strings.Split(query, "&")
		for i := range names {
			names[i] = key(names[i])
		}
		numbered += "?" + strings.Join(slices.Compact(names), "&")
	}
	return numbered, most
}

func numberless(p string) string {
	var out strings.Builder
	number := false
	for i := range len(p) {
		digit := p[i] >= '0' && p[i] <= '9'
		if !digit {
			out.WriteByte(p[i])
		} else if !number {
			out.WriteByte('#')
		}
		number = digit
	}
	return out.String()
}

// circles tells whether a path goes in circles: /a/b/a/b/a/b, as wrong relative links make them.
func circles(address string) bool {
	segments := strings.Split(strings.Trim(pathOf(address), "/"), "/")
	if len(segments) > 25 {
		return true
	}
	times := map[string]int{}
	for _, segment := range segments {
		if times[segment]++; times[segment] > 3 {
			return true
		}
	}
	for length := 1; length*3 <= len(segments); length++ {
		for from := 0; from+length*3 <= len(segments); from++ {
			part := segments[from : from+length]
			if slices.Equal(part, segments[from+length:from+2*length]) && slices.Equal(part, segments[from+2*length:from+3*length]) {
				return true
			}
		}
	}
	return false
}

// extension is the end of an address's path, "" if it has none.
func extension(address string) string {
	p := pathOf(address)
	if unescaped, err := url.PathUnescape(p); err == nil {
		p = unescaped
	}
	at := strings.LastIndexByte(p, '.')
	if at < 0 || strings.Contains(p[at:], "/") || len(p)-at > 8 {
		return ""
	}
	return strings.ToLower(p[at+1:])
}
