package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// some has a row of each kind: with a floor and without, met, missed and without a goal.
var some = []result{
	row{"acks", "1/s", ratioAtLeast(0.5)}.result([]float64{100, 100}, []float64{40, 80}),
	row{"memory", "KiB", ratioAtMost(1).then(0.7)}.result([]float64{10, 10, 10}, []float64{12, 11, 40}),
	row{"at rest", "MiB", atMostOf(80)}.result([]float64{20}, []float64{60}),
	row{"cpu & <more>", "µs", nil}.result([]float64{4}, []float64{6}),
	row{"… of it", "µs", nil}.result([]float64{4}, []float64{6}),
	row{"start", "s", atMostOf(1.5)}.result(nil, []float64{0.75}),
}

func TestAPlotIsXMLWithEachRowButThoseThatBelongToAnother(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := writePlot(&out, some); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for decoder := xml.NewDecoder(strings.NewReader(out.String())); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			texts = append(texts, string(text))
		}
	}
	shown := strings.Join(texts, "|")
	for _, want := range []string{"|acks|", "|memory|", "|1.2 ×|", "|cpu & <more>|", "|start|", "|0.75 s|"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing in %s", want, shown)
		}
	}
	if strings.Contains(shown, "of it") {
		t.Error("a row that belongs to another is shown")
	}
}

func TestAMarkIsWhereItsFigureIsAndItsGoalsBesideIt(t *testing.T) {
	t.Parallel()
	p := layOut(some)
	of := map[string]mark{}
	for _, m := range p.Marks {
		of[m.Label] = m
	}
	at := newAxis(some).x
	acks := of["acks"]
	if acks.Kind != "met" || acks.X != at(0.6) || !acks.Spread || acks.From != at(0.4) || acks.To != at(0.8) {
		t.Errorf("acks: %+v", acks)
	}
	if len(acks.Goals) != 1 || acks.Goals[0] != (tick{X: at(0.5), Sign: 1}) {
		t.Errorf("acks should be right of their goal: %+v", acks.Goals)
	}
	memory := of["memory"]
	if want := []tick{{X: at(1), Sign: -1}, {X: at(0.7), Then: true, Sign: -1}}; memory.Kind != "missed" || len(memory.Goals) != 2 || memory.Goals[0] != want[0] || memory.Goals[1] != want[1] {
		t.Errorf("memory: %+v", memory)
	}
	if rest := of["at rest"]; rest.X != at(3) || rest.Spread || rest.Goals[0].X != at(4) {
		t.Errorf("a goal in the row's unit is on the floor's scale: %+v", rest)
	}
	if cpu := of["cpu & <more>"]; cpu.Kind != "free" || len(cpu.Goals) != 0 {
		t.Errorf("cpu: %+v", cpu)
	}
	if start := of["start"]; start.X != at(0.5) || start.Goals[0].X != at(1) || start.Y < p.NoFloor {
		t.Errorf("without a floor: %+v below %d", start, p.NoFloor)
	}
}

func TestAFigureOfNothingIsAtTheEndOfTheAxis(t *testing.T) {
	t.Parallel()
	none := row{"streams", "streams", atLeastOf(300)}.result([]float64{500}, []float64{0})
	if m := layOut([]result{none}).Marks[0]; m.X != axisLeft || m.Kind != "missed" {
		t.Errorf("it is %+v", m)
	}
}

func TestLabelsOfAllExperimentsFitLeftOfTheAxis(t *testing.T) {
	t.Parallel()
	const widest = 6.6 // pixels of a character of 12 px, on average, in the widest of the usual fonts
	for _, e := range experiments(sizes{steady: 500, watchers: 1000, passages: 10_000}, "") {
		for _, r := range e.rows {
			if strings.HasPrefix(r.metric, "…") {
				continue // it is left to the table
			}
			if width := widest * float64(len([]rune(r.metric))); width > axisLeft-16 {
				t.Errorf("%q takes about %.0f pixels", r.metric, width)
			}
		}
	}
}

func TestATableReplacesTheOneBeforeAndNothingElse(t *testing.T) {
	t.Parallel()
	page := "# Title\n\n" + tableBegin + "old\n" + tableEnd + "\nProse.\n"
	once, err := withTables(page, markdown(some[:1]))
	if err != nil {
		t.Fatal(err)
	}
	want := "# Title\n\n" + tableBegin + `
| metric | floor | Parley | ratio | rounds | goal | met |
| --- | ---: | ---: | ---: | ---: | --- | --- |
| acks, 1/s | 100 | 60 | 0.6 | 0.4–0.8 | ≥ 0.5 × | yes |

` + tableEnd + "\nProse.\n"
	if once != want {
		t.Errorf("the page is\n%s", once)
	}
	if twice, err := withTables(once, markdown(some[:1])); err != nil || twice != once {
		t.Errorf("the same table again makes\n%s%v", twice, err)
	}
	for _, broken := range []string{"", tableBegin, tableEnd, tableEnd + tableBegin} {
		if _, err := withTables(broken, ""); err == nil {
			t.Errorf("%q has a place for a table", broken)
		}
	}
}
