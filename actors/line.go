package actors

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"parley/chat"
)

// The line of those who wait, as pure functions: what each is told, and who is
// asked to take whom.

// offerFor is how long the desk waits for an agent whom it asked, before it asks another.
const offerFor = time.Minute

// offerKept is how long it may take until a line that is read shows whom the desk has asked: until then, one
// that seems to have nobody is not offered to another.
const offerKept = 5 * time.Second

// defaultCapacity is how many conversations an agent has at most before the desk asks no more
// of them, where a bot's owner says nothing.
const defaultCapacity = 5

// offer asks a user, "" for nobody, to take a conversation.
type offer struct {
	ref chat.Ref
	to  string
}

// asked is whom the desk has asked to take a conversation, and since when the last one is asked.
type asked struct {
	users []string
	at    time.Time
}

func byName(a, b Colleague) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) }

// places tells those who wait where they are, by conversation.
func places(line []chat.Waiter, bots map[string]*chat.Bot, colleagues []Colleague, now time.Time) map[string]chat.Place {
	found := make(map[string]chat.Place, len(line))
	for i, w := range line {
		place := chat.Place{Position: i + 1}
		place.Absence, place.Opens = absence(hoursOf(bots[w.Bot]), colleagues, now)
		found[w.Conversation] = place
	}
	return found
}

func hoursOf(bot *chat.Bot) chat.Hours {
	if bot == nil {
		return chat.Hours{}
	}
	return bot.Appearance.Hours
}

// absence tells why nobody takes a conversation now.
func absence(hours chat.Hours, colleagues []Colleague, now time.Time) (chat.Absence, time.Time) {
	if open, opens := hours.At(now); !open {
		return chat.OutsideHours, opens
	}
	if !slices.ContainsFunc(colleagues, func(c Colleague) bool { return c.Available }) {
		return chat.NobodyOnDuty, time.Time{}
	}
	return chat.Attended, time.Time{}
}

// deal asks for each that waits and that nobody is asked to take whoever is free and has the fewest
// conversations; one whom the desk asked in vain is not asked again before all others were. What a person has
// assigned stays. It returns what to ask, and what it remembers for the next time.
func deal(line []chat.Waiter, bots map[string]*chat.Bot, colleagues []Colleague, loads map[string]int, before map[string]asked, now time.Time) ([]offer, map[string]asked) {
	loads = maps.Clone(loads)
	if loads == nil {
		loads = map[string]int{}
	}
	free := map[string]bool{}
	for _, c := range colleagues {
		free[c.ID] = c.Available
	}
	for _, w := range line {
		if w.Assignee != "" {
			loads[w.Assignee]++
		}
	}
	var wishes []offer
	after := map[string]asked{}
	for _, w := range line {
		bot := bots[w.Bot]
		if bot == nil || !bot.Settings.AutoAssign {
			continue
		}
		past := before[w.Conversation]
		last := ""
		if len(past.users) > 0 {
			last = past.users[len(past.users)-1]
		}
		if w.Offered && last == "" { // by a desk whose memory was lost: it is as if it had asked now
			after[w.Conversation] = asked{users: []string{w.Assignee}, at: now}
			continue
		}
		if w.Assignee != "" && (w.Assignee != last || free[w.Assignee] && now.Sub(past.at) < offerFor) {
			after[w.Conversation] = past // somebody is asked, by us or by hand
			continue
		}
		if w.Assignee == "" && last != "" && now.Sub(past.at) < offerKept {
			loads[last]++
			after[w.Conversation] = past // the offer is being written
			continue
		}
		if open, _ := bot.Appearance.Hours.At(now); !open {
			continue
		}
		if w.Assignee != "" {
			loads[w.Assignee]--
		}
		to := leastLoaded(colleagues, loads, cmp.Or(bot.Settings.Capacity, defaultCapacity), past.users)
		if to == "" && len(past.users) > 0 { // all were asked: from the beginning, but not the last one
			to = leastLoaded(colleagues, loads, cmp.Or(bot.Settings.Capacity, defaultCapacity), past.users[len(past.users)-1:])
			past.users = nil
		}
		switch {
		case to == "" && w.Assignee == "":
		case to == "" && free[w.Assignee]: // there is nobody else
			loads[w.Assignee]++
			after[w.Conversation] = asked{users: []string{w.Assignee}, at: now}
		default:
			if to != "" {
				loads[to]++
				after[w.Conversation] = asked{users: append(slices.Clone(past.users), to), at: now}
			}
			wishes = append(wishes, offer{w.Ref, to})
		}
	}
	return wishes, after
}

// leastLoaded is the available colleague with the fewest conversations, below capacity and not among the
// users to be left out; "" when there is none.
func leastLoaded(colleagues []Colleague, loads map[string]int, capacity int, except []string) string {
	best := ""
	for _, c := range colleagues {
		if !c.Available || loads[c.ID] >= capacity || slices.Contains(except, c.ID) {
			continue
		}
		if best == "" || loads[c.ID] < loads[best] {
			best = c.ID
		}
	}
	return best
}
