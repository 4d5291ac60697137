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

func TestAnotherTryIsMadeOnlyWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		figures []float64
		want    float64
		tried   int
	}{
		{[]float64{39, 1}, 39, 1},
		{[]float64{41, 39}, 39, 2},
		{[]float64{41, 50}, 41, 2},
	} {
		tried := 0
		got := least(40, 2, func() float64 {
			tried++
			return c.figures[tried-1]
		})
		if got != c.want || tried != c.tried {
			t.Errorf("%v: got %v after %d", c.figures, got, tried)
		}
	}
}
