package main

import (
	"math"
	"slices"
)

// median is the middle of the figures, or the mean of the two that are. Of none it is NaN.
func median(figures []float64) float64 {
	n := len(figures)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(figures))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// quantile is the figure that so large a part of the figures does not exceed, NaN of none.
func quantile(figures []float64, part float64) float64 {
	if len(figures) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[max(0, int(math.Ceil(part*float64(len(sorted))))-1)]
}

// ratio is Parley's figure by the floor's, NaN when there is no floor to divide by.
func ratio(parley, floor float64) float64 {
	if math.IsNaN(floor) || floor <= 0 {
		return math.NaN()
	}
	return parley / floor
}
