package main

import (
	"math"
	"strings"
	"testing"
)

// plain has every input of the calculation at one.
func plain() measured {
	m := measured{of: map[string]float64{}}
	for _, name := range inputs {
		m.of[name] = 1
	}
	return m
}

func TestCapacityFollowsTheFormulasOfItsPage(t *testing.T) {
	t.Parallel()
	m := plain()
	m.of[tokenRow], m.of[pingRow], m.of[idleRow], m.of[spokenRow] = 80, 20, 12, 36
	l := m.loadOf(1_200_000) // 120,000 write, 2,000 answers in a second
	for name, figures := range map[string][2]float64{
		"writers":        {l.writers, 120_000},
		"answers":        {l.answers, 2000},
		"words":          {l.words, 300_000},
		"at once":        {l.atOnce, 6000},
		"cores":          {l.cores, 300_000*80e-6 + 48_000*20e-6},
		"nodes":          {l.nodes, 13}, // 25 cores of 4, half used
		"memory":         {l.memory, 1_080_000*12 + 120_000*36 + 13*1024},
		"commits":        {l.commits, 4000},
		"requests":       {l.requests, 120_000},
		"dollars":        {l.dollars, 3600 * 2000 * (2000*0.15 + 200*0.60) / 1e6},
		"disk of a day":  {l.disk, 2000 * 8 * 3600},
		"redis commands": {l.commands, 4000},
	} {
		if math.Abs(figures[0]-figures[1]) > 1e-6*figures[1] {
			t.Errorf("%s: %v, want %v", name, figures[0], figures[1])
		}
	}
	m.of[ackRow] = 10
	if l := m.loadOf(1_200_000); l.commits != 13*100 {
		t.Errorf("nodes that commit one after the other do it %v times a second", l.commits)
	}
}

func TestCapacityIsNotCalculatedFromWhatWasNotMeasured(t *testing.T) {
	t.Parallel()
	var results []result
	for _, name := range inputs[1:] {
		results = append(results, row{name, "KiB", nil}.result(nil, []float64{1}))
	}
	if _, err := measuredBy(results); err == nil || !strings.Contains(err.Error(), inputs[0]) {
		t.Errorf("the error is %v", err)
	}
	if _, err := measuredBy(append(results, row{inputs[0], "KiB", nil}.result(nil, []float64{1}))); err != nil {
		t.Error(err)
	}
}

func TestEachInputOfCapacityIsARow(t *testing.T) {
	t.Parallel()
	rows := map[string]int{}
	for _, e := range experiments(sizes{watchers: 1000, passages: 10_000, steady: 500}, "") {
		for _, r := range e.rows {
			rows[r.metric]++
		}
	}
	for _, name := range inputs {
		if rows[name] != 1 {
			t.Errorf("%q is %d rows", name, rows[name])
		}
	}
}

func TestEstimatesAreWrittenWithTwoDigits(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]float64{"0.17": 0.1667, "1.7": 1.667, "17": 16.67, "1,700": 1667, "170,000": 166_667, "1": 0.999} {
		if got := amount(f); got != want {
			t.Errorf("%v is written %q, want %q", f, got, want)
		}
	}
	for want, kib := range map[string]float64{"12 KiB": 12, "2 MiB": 2048, "1.5 GiB": 1.5 * (1 << 20)} {
		if got := storage(kib); got != want {
			t.Errorf("%v KiB is written %q, want %q", kib, got, want)
		}
	}
}

func TestThePictureOfCapacityHasALineForEachResource(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := drawCapacity(&out, plain()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the model: one account", "cores of a Parley node", `class="over"`, `class="enough"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if circles := strings.Count(out.String(), "<circle") + strings.Count(out.String(), "<rect class"); circles != 7*len(scales)+5 {
		t.Errorf("it has %d marks", circles)
	}
}
