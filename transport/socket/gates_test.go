package socket

import (
	"fmt"
	"testing"
	"time"

	"parley/chat"
)

// standard are the gates as they are where the operator says nothing.
func standard() gates { return newGates(Limits{}.withDefaults()) }

// noon is when these tests take place.
var noon = time.Unix(1_000_000, 0)

const (
	theOffice = "192.0.2.7"
	elsewhere = "198.51.100.1"
	shopkeep  = "ten_shop"
)

func TestAnOfficeOf300VisitorsBehindOneAddressWorks(t *testing.T) {
	t.Parallel()
	g := standard()
	for n := range 300 { // within the same second, each in three tabs
		for tab := range 3 {
			who := fmt.Sprint("visitor ", n)
			if wait := g.admit(theOffice, noon); wait > 0 {
				t.Fatalf("tab %d of visitor %d waits %v to connect", tab, n, wait)
			}
			if err := g.visit(theOffice, who, tab > 0, noon); err != nil {
				t.Fatalf("tab %d of visitor %d: %v", tab, n, err)
			}
			if _, err := g.sit(shopkeep, who); err != nil {
				t.Fatalf("tab %d of visitor %d: %v", tab, n, err)
			}
		}
	}
	for minute := range 5 { // each sends six messages a minute
		for message := range 6 {
			now := noon.Add(time.Duration(minute)*time.Minute + time.Duration(message)*10*time.Second)
			for n := range 300 {
				if err := g.post(theOffice, shopkeep, fmt.Sprint("visitor ", n), now); err != nil {
					t.Fatalf("message %d of visitor %d in minute %d: %v", message, n, minute, err)
				}
			}
		}
	}
}

// flood posts as often as it can, under names that it makes, and returns how often it could.
func flood(g *gates, address string, visitors int, now time.Time) (passed int) {
	for n := range visitors {
		who := fmt.Sprint("flood ", n)
		if g.visit(address, who, false, now) != nil {
			break
		}
		for g.post(address, shopkeep, who, now) == nil {
			passed++
		}
	}
	return passed
}

func TestWhoChatsIsNotSilencedByAFloodFromTheirAddress(t *testing.T) {
	t.Parallel()
	g := standard()
	passed := flood(&g, theOffice, 10_000, noon)
	if most := 600*6 + 900; passed > most {
		t.Errorf("%d messages passed, want %d at most", passed, most)
	}
	if err := g.post(theOffice, shopkeep, "colleague", noon); err != nil {
		t.Errorf("who chats beside the flood: %v", err)
	}
	if err := g.visit(theOffice, "colleague", true, noon); err != nil {
		t.Errorf("who comes back beside the flood: %v", err)
	}
	if err := g.visit(elsewhere, "stranger", false, noon); err != nil {
		t.Errorf("who comes from elsewhere: %v", err)
	}
	if err := g.post(elsewhere, shopkeep, "stranger", noon); err != nil {
		t.Errorf("who chats elsewhere: %v", err)
	}
}

func TestManyAddressesTogetherAreBoundedByTheirBusiness(t *testing.T) {
	t.Parallel()
	g := standard()
	passed := 0
	for n := range 20 {
		passed += flood(&g, fmt.Sprint("203.0.113.", n), 700, noon)
	}
	if passed != 12_000 {
		t.Errorf("%d messages passed, want the business's 12,000", passed)
	}
	if err := g.post(elsewhere, "ten_other", "visitor", noon); err != nil {
		t.Errorf("another business: %v", err)
	}
}

func TestEveryoneWhoWaitsIsToldHowLong(t *testing.T) {
	t.Parallel()
	g := newGates(Limits{
		MessagesPerMinute: 5, MessagesPerAddress: 1, MessagesPerBusiness: 4, OpensPerMinute: 1, NewcomersPerMinute: 1,
		ConnectionsPerAddress: 1, ConnectionsPerPerson: 1, ConnectionsPerBusiness: 1,
	})
	sat := func(business, who string) error {
		_, err := g.sit(business, who)
		return err
	}
	for name, try := range map[string]func() error{
		"connections of an address": func() error { return limited(g.admit(theOffice, noon)) },
		"newcomers at an address":   func() error { return g.visit(theOffice, "new", false, noon) },
		"a visitor who comes back":  func() error { return g.visit(theOffice, "old", true, noon) },
		"connections of a visitor":  func() error { return sat(shopkeep, "one") },
		"connections of a business": func() error { return sat("ten_other", fmt.Sprint(time.Now().UnixNano())) },
		"messages of a visitor":     func() error { return g.post(theOffice, "ten_large", "one", noon) },
	} {
		var err error
		for tries := 0; err == nil && tries < 100; tries++ {
			err = try()
		}
		if e := chat.AsError(err); err == nil || e.Kind != chat.Limited || e.RetryAfter <= 0 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAPlaceThatIsLeftIsFree(t *testing.T) {
	t.Parallel()
	g := newGates(Limits{ConnectionsPerPerson: 1, ConnectionsPerBusiness: 1})
	leave, err := g.sit(shopkeep, "one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.sit(shopkeep, "two"); err == nil {
		t.Fatal("a second one has a place")
	}
	leave()
	if _, err := g.sit(shopkeep, "two"); err != nil { // who was refused holds none
		t.Errorf("after it was left: %v", err)
	}
	if _, err := g.sit("", "member"); err != nil {
		t.Errorf("a member's place is none of the visitors': %v", err)
	}
}

func TestFramesAreChargedByTheirSize(t *testing.T) {
	t.Parallel()
	small, large := 0, 0
	for m := newMeter(false); m.charge(100, noon) == 0; {
		small++
	}
	for m := newMeter(false); m.charge(64<<10, noon) == 0; {
		large++
	}
	if small != framesAtOnce || large != framesAtOnce/5 {
		t.Errorf("%d small and %d large ones at once", small, large)
	}
	m := newMeter(false)
	if wait := m.charge(100<<20, noon); wait != 0 {
		t.Errorf("what costs more than there ever is waits %v", wait)
	}
	if wait := m.charge(100, noon); wait != 20*time.Millisecond {
		t.Errorf("the next one waits %v", wait)
	}
	if wait := newMeter(true).charge(100, noon); wait != 0 {
		t.Errorf("with limits off it waits %v", wait)
	}
}
