package postgres

import "testing"

func TestWhatWasUsedLeastRecentlyGivesWay(t *testing.T) {
	t.Parallel()
	const atMost = 100
	l := newLRU[int, string](atMost)
	for i := range atMost {
		l.put(i, "old")
	}
	l.get(0)
	l.put(1, "new")
	l.put(atMost, "one more")
	for key, expected := range map[int]string{0: "old", 1: "new", 2: "", 3: "old", atMost: "one more"} {
		if got, ok := l.get(key); got != expected || ok != (expected != "") {
			t.Errorf("%d is %q, %v", key, got, ok)
		}
	}
	l.forget(0)
	l.forget(0)
	if _, ok := l.get(0); ok || len(l.byKey) != atMost-1 || l.recent.Len() != atMost-1 {
		t.Errorf("there are %d in a list of %d", len(l.byKey), l.recent.Len())
	}
}
