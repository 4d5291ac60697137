package socket

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"parley/actors"
)

// still is an outbox whose writer does not wake by itself.
func still(bound int) *outbox { return &outbox{bound: bound, wake: func() {}} }

// text is what a piece has grown to.
func text(it item) string {
	if it.joined != nil {
		return string(it.joined)
	}
	return it.delta.Text
}

func TestPiecesThatWaitBehindEachOtherAreJoined(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.delta("", &actors.Delta{Message: "m", Index: 0, Text: "Hel"})
	o.delta("", &actors.Delta{Message: "m", Index: 3, Text: "lo "})
	o.push([]byte("event"))
	o.delta("", &actors.Delta{Message: "m", Index: 6, Text: "you"})
	o.delta("", &actors.Delta{Message: "n", Index: 0, Text: "other"})
	var got []string
	for it, more := o.take(); more; it, more = o.take() {
		if it.delta != nil {
			got = append(got, fmt.Sprint(it.delta.Message, it.delta.Index, text(it)))
		} else {
			got = append(got, string(it.frame))
		}
	}
	if want := "m0Hello |event|m6you|n0other"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestAPieceThatIsBeingWrittenDoesNotGrow(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.delta("", &actors.Delta{Message: "m", Index: 0, Text: "Hel"})
	it, _ := o.take()
	o.delta("", &actors.Delta{Message: "m", Index: 3, Text: "lo"})
	if text(it) != "Hel" {
		t.Errorf("got %q", text(it))
	}
	if it, _ := o.take(); it.delta.Index != 3 || text(it) != "lo" {
		t.Errorf("got %+v", it)
	}
}

// What goes in comes out once and in order, whatever is taken in between; the
// bytes that wait stay within the bound.
func TestAnOutboxKeepsOrderAndItsBound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const bound = 2000
		o := still(bound)
		var want, got strings.Builder
		index, waiting := 0, 0
		take := func() bool {
			it, more := o.take()
			if !more {
				return false
			}
			if it.delta != nil {
				waiting -= len(text(it))
				got.WriteString(text(it))
			} else {
				waiting -= len(it.frame)
				got.Write(it.frame)
			}
			return true
		}
		t.Repeat(map[string]func(*rapid.T){
			"delta": func(t *rapid.T) {
				text := rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "text")
				if o.delta("", &actors.Delta{Message: "m", Index: index, Text: text}) {
					want.WriteString(text)
					index += len(text)
					waiting += len(text)
				} else if o.bytes+place+len(text) <= bound {
					t.Fatal("refused without need")
				}
			},
			"event": func(t *rapid.T) {
				frame := rapid.StringMatching(`[A-Z]{1,20}`).Draw(t, "frame")
				if o.push([]byte(frame)) {
					want.WriteString(frame)
					waiting += len(frame)
				}
			},
			"take": func(*rapid.T) { take() },
			"": func(t *rapid.T) {
				places := (len(o.items) - o.next) * place
				if o.bytes != waiting+places || o.bytes > bound {
					t.Fatalf("counts %d bytes for %d and %d for places", o.bytes, waiting, places)
				}
			},
		})
		for take() {
		}
		if got.String() != want.String() {
			t.Fatalf("got %q, want %q", got.String(), want.String())
		}
	})
}

func TestAReaderThatIsAlwaysALittleBehindCostsNoMoreForIt(t *testing.T) {
	t.Parallel()
	o := still(10_000)
	o.push([]byte("first"))
	for range 10_000 {
		o.push([]byte("event"))
		o.take()
	}
	if places := cap(o.items); places > 4*kept {
		t.Errorf("one frame waits in %d places", places)
	}
}

func TestSmallPiecesOfManyAnswersAreCountedForWhatTheyTake(t *testing.T) {
	t.Parallel()
	const bound = 10_000
	o := still(bound)
	for i := 0; o.delta("", &actors.Delta{Message: fmt.Sprint(i), Text: "x"}); i++ { // no two of them can be joined
		if i > bound {
			t.Fatal("nothing is ever refused")
		}
	}
	if taken := cap(o.items) * int(unsafe.Sizeof(item{})); taken > bound {
		t.Errorf("%d bytes of places alone, of %d", taken, bound)
	}
}

func TestDroppingDeltasLeavesEventsAndOtherConversations(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.delta("a", &actors.Delta{Message: "m", Index: 0, Text: "gone"})
	o.push([]byte("event"))
	o.delta("b", &actors.Delta{Message: "n", Index: 0, Text: "stays"})
	o.delta("a", &actors.Delta{Message: "m", Index: 4, Text: "gone too"})
	o.dropDeltas("a")
	if o.bytes != 2*place+len("event")+len("stays") {
		t.Errorf("counts %d bytes", o.bytes)
	}
	first, _ := o.take()
	second, _ := o.take()
	if _, more := o.take(); string(first.frame) != "event" || text(second) != "stays" || more {
		t.Errorf("got %+v, %+v", first, second)
	}
}

func TestNothingIsTakenInBehindTheEnd(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.push([]byte("event"))
	o.finish(4002, "draining")
	o.push([]byte("late"))
	o.delta("", &actors.Delta{Message: "m", Index: 0, Text: "late"})
	o.abandon(4001, "too slow")
	o.take()
	if it, _ := o.take(); it.end == nil || it.end.code != 4002 {
		t.Errorf("got %+v", it)
	}
	if _, more := o.take(); more {
		t.Error("something came behind the end")
	}
}

func TestAFrameThatTellsAllOfItsSubjectTakesThePlaceOfOneThatWaits(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.renew("a", []byte("a1"))
	o.push([]byte("event"))
	o.renew("b", []byte("b1"))
	o.delta("a", &actors.Delta{Message: "m", Index: 0, Text: "of a"})
	o.renew("a", []byte("a2, longer"))
	if o.bytes != 4*place+len("a2, longer"+"event"+"b1"+"of a") {
		t.Errorf("counts %d bytes", o.bytes)
	}
	o.take() // is being written
	o.renew("a", []byte("a3"))
	var got []string
	for it, more := o.take(); more; it, more = o.take() {
		if it.delta != nil {
			got = append(got, text(it))
		} else {
			got = append(got, string(it.frame))
		}
	}
	if want := "event|b1|of a|a3"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestAFrameThatTakesAPlaceKeepsTheBound(t *testing.T) {
	t.Parallel()
	o := still(3 * place)
	o.push([]byte("event"))
	if !o.renew("a", make([]byte, 100)) || o.renew("a", make([]byte, 2*place)) || !o.renew("a", make([]byte, 101)) {
		t.Error("what there is room for was refused, or the other way round")
	}
	if o.bytes != 2*place+len("event")+101 {
		t.Errorf("counts %d bytes", o.bytes)
	}
	o.finish(4002, "draining")
	if !o.renew("a", make([]byte, 10*place)) {
		t.Error("who is leaving is taken for slow")
	}
}
