package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestARowIsAJSONLineOfItsMedians(t *testing.T) {
	t.Parallel()
	results := []result{
		row{"acks", "1/s", ratioAtLeast(0.5)}.result([]float64{200, 100, 900}, []float64{80, 50, 90}),
		row{"memory", "KiB", ratioAtMost(1).then(0.7)}.result([]float64{10}, []float64{12}),
		row{"start", "s", atMostOf(1.5)}.result(nil, []float64{1.5}),
		row{"cpu", "µs", nil}.result([]float64{4}, []float64{6}),
	}
	var out strings.Builder
	if err := printLines(&out, results); err != nil {
		t.Fatal(err)
	}
	want := `{"metric":"acks","unit":"1/s","floor":200,"parley":80,"ratio":0.4,"goal":{"of":"ratio","least":true,"limit":0.5},"met":false,"rounds":[0.4,0.5,0.1]}
{"metric":"memory","unit":"KiB","floor":10,"parley":12,"ratio":1.2,"goal":{"of":"ratio","least":false,"limit":1,"then":0.7},"met":false,"rounds":[1.2]}
{"metric":"start","unit":"s","floor":null,"parley":1.5,"ratio":null,"goal":{"of":"figure","least":false,"limit":1.5},"met":true}
{"metric":"cpu","unit":"µs","floor":4,"parley":6,"ratio":1.5,"goal":null,"met":null,"rounds":[1.5]}
`
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", out.String(), want)
	}
	back, err := readLines(strings.NewReader(out.String()))
	if err != nil || !reflect.DeepEqual(back, results) {
		t.Errorf("read back as %v, %v", back, err)
	}
}

func TestAGoalThatCannotBeComparedIsNotMet(t *testing.T) {
	t.Parallel()
	for _, g := range []*goal{ratioAtMost(1), ratioAtLeast(1)} {
		if r := (row{"r", "s", g}).result(nil, []float64{1}); r.Met == nil || *r.Met {
			t.Errorf("%s is met without a floor", g)
		}
	}
}

func TestTheTableShowsThreeDigitsAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	printTable(&out, []result{
		row{"acks", "1/s", ratioAtLeast(0.5)}.result([]float64{17315, 20000}, []float64{7411, 4000}),
		row{"start", "s", atMostOf(1.5)}.result(nil, []float64{1.14786}),
	})
	for _, want := range []string{"18,658", "5,706", "0.306", "0.2–0.428", "NO", "1.15", "–", "yes"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func TestAGoalIsReadAsASentence(t *testing.T) {
	t.Parallel()
	for want, g := range map[string]*goal{
		"≤ 1 ×, then 0.7 ×": ratioAtMost(1).then(0.7),
		"≥ 0.35 ×":          ratioAtLeast(0.35),
		"≤ 80":              atMostOf(80),
		"≥ 300":             atLeastOf(300),
		"–":                 nil,
	} {
		if got := g.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCountsAreWrittenInThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", -100: "-100", -1000: "-1,000", 999: "999", 1000: "1,000", 10_000: "10,000", 1_234_567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %q", n, got)
		}
	}
}
