package main

import (
	"math"
	"testing"
)

func TestTheMedianIsTheMiddleWhateverTheOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		figures []float64
		want    float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 100, 2}, 3},
		{[]float64{-5, 5}, 0},
	} {
		if got := median(c.figures); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.figures, got, c.want)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v", got)
	}
}

func TestTheMedianLeavesTheFiguresInTheirOrder(t *testing.T) {
	t.Parallel()
	figures := []float64{3, 1, 2}
	median(figures)
	if figures[0] != 3 || figures[1] != 1 {
		t.Errorf("the figures became %v", figures)
	}
}

func TestThereIsNoRatioToAFloorThatIsNone(t *testing.T) {
	t.Parallel()
	if got := ratio(6, 4); got != 1.5 {
		t.Errorf("ratio(6, 4) = %v", got)
	}
	for _, floor := range []float64{0, -1, math.NaN()} {
		if got := ratio(6, floor); !math.IsNaN(got) {
			t.Errorf("ratio(6, %v) = %v", floor, got)
		}
	}
}

func TestAQuantileIsAFigureThatWasMeasured(t *testing.T) {
	t.Parallel()
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64(100-i))
	}
	for _, c := range []struct {
		figures    []float64
		part, want float64
	}{
		{hundred, 0.99, 99},
		{hundred, 0.5, 50},
		{hundred, 1, 100},
		{hundred, 0, 1},
		{[]float64{7}, 0.99, 7},
	} {
		if got := quantile(c.figures, c.part); got != c.want {
			t.Errorf("quantile(%v…, %v) = %v, want %v", c.figures[:1], c.part, got, c.want)
		}
	}
	if got := quantile(nil, 0.99); !math.IsNaN(got) {
		t.Errorf("a quantile of nothing is %v", got)
	}
}
