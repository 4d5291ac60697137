package main

import (
	"slices"
	"testing"
)

func TestTheGreatestStepThatHoldsIsFoundFromTheMiddle(t *testing.T) {
	t.Parallel()
	for most, tried := range map[int][]int{0: {3, 2, 1}, 1: {3, 2, 1}, 2: {3, 2}, 3: {3, 4}, 4: {3, 4, 5}, 5: {3, 4, 5}} {
		var asked []int
		got := greatest(func(step int) bool {
			asked = append(asked, step)
			return step <= most
		})
		if got != most || !slices.Equal(asked, tried) {
			t.Errorf("%d holds: got %d after %v, want %v", most, got, asked, tried)
		}
	}
}
