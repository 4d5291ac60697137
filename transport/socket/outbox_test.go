package socket

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// still is an outbox whose writer does not wake by itself.
func still(bound int) *outbox { return &outbox{bound: bound, wake: func() {}} }

func TestPiecesThatWaitBehindEachOtherAreJoined(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.delta("", "m", 0, "Hel")
	o.delta("", "m", 3, "lo ")
	o.push([]byte("event"))
	o.delta("", "m", 6, "you")
	o.delta("", "n", 0, "other")
	var got []string
	for it, more := o.take(); more; it, more = o.take() {
		if it.piece != nil {
			got = append(got, fmt.Sprint(it.piece.message, it.piece.index, string(it.piece.text)))
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
	o.delta("", "m", 0, "Hel")
	it, _ := o.take()
	o.delta("", "m", 3, "lo")
	if string(it.piece.text) != "Hel" {
		t.Errorf("got %q", it.piece.text)
	}
	if it, _ := o.take(); it.piece.index != 3 || string(it.piece.text) != "lo" {
		t.Errorf("got %+v", it.piece)
	}
}

// What goes in comes out once and in order, whatever is taken in between; the
// bytes that wait stay within the bound.
func TestAnOutboxKeepsOrderAndItsBound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const bound = 64
		o := still(bound)
		var want, got strings.Builder
		index, waiting := 0, 0
		take := func() bool {
			it, more := o.take()
			if !more {
				return false
			}
			waiting -= it.size()
			if it.piece != nil {
				got.Write(it.piece.text)
			} else {
				got.Write(it.frame)
			}
			return true
		}
		t.Repeat(map[string]func(*rapid.T){
			"delta": func(t *rapid.T) {
				text := rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "text")
				if o.delta("", "m", index, text) {
					want.WriteString(text)
					index += len(text)
					waiting += len(text)
				} else if waiting+len(text) <= bound {
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
				if o.bytes != waiting || waiting > bound {
					t.Fatalf("counts %d bytes of %d", o.bytes, waiting)
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

func TestDroppingDeltasLeavesEventsAndOtherConversations(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.delta("a", "m", 0, "gone")
	o.push([]byte("event"))
	o.delta("b", "n", 0, "stays")
	o.delta("a", "m", 4, "gone too")
	o.dropDeltas("a")
	if o.bytes != len("event")+len("stays") {
		t.Errorf("counts %d bytes", o.bytes)
	}
	first, _ := o.take()
	second, _ := o.take()
	if _, more := o.take(); string(first.frame) != "event" || string(second.piece.text) != "stays" || more {
		t.Errorf("got %+v, %+v", first, second)
	}
}

func TestNothingIsTakenInBehindTheEnd(t *testing.T) {
	t.Parallel()
	o := still(1000)
	o.push([]byte("event"))
	o.finish(4002, "draining")
	o.push([]byte("late"))
	o.delta("", "m", 0, "late")
	o.abandon(4001, "too slow")
	o.take()
	if it, _ := o.take(); it.end == nil || it.end.code != 4002 {
		t.Errorf("got %+v", it)
	}
	if _, more := o.take(); more {
		t.Error("something came behind the end")
	}
}
