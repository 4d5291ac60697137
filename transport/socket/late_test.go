package socket

import "testing"

func TestAWatchThatIsAttachingIsNotHealed(t *testing.T) {
	w := &watch{last: 1, current: &attachment{holding: true}} // it cannot be detached from what it is not attached to
	if w.lateFor(2) != nil {
		t.Error("it would be healed")
	}
	w.current.holding = false
	if w.lateFor(2) == nil {
		t.Error("one that shows less than there is would not be")
	}
}
