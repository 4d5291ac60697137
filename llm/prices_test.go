package llm_test

import (
	"strings"
	"testing"

	"parley/llm"
)

func prices(t *testing.T, text string) llm.Prices {
	t.Helper()
	var p llm.Prices
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnAnswerCostsWhatItsTokensCost(t *testing.T) {
	t.Parallel()
	list := prices(t, "gpt-4o-mini=0.15/0.60, gpt-4o=2.50/10,gpt-4o-2024-05-13=5/15,local=0/0,org/m=x=1/2,tiny=0.000001/0")
	cases := map[string]struct {
		model         string
		input, output int64
		micros        int64
		known         bool
	}{
		"a million of each":               {"gpt-4o-mini", 1e6, 1e6, 750_000, true},
		"a usual answer":                  {"gpt-4o-mini", 1200, 150, 270, true},
		"less than half is rounded down":  {"gpt-4o-mini", 1, 0, 0, true}, // 0.15
		"a half is rounded up":            {"gpt-4o", 1, 0, 3, true},      // 2.5
		"a dated version":                 {"gpt-4o-2024-08-06", 1000, 0, 2500, true},
		"a dated version with its own":    {"gpt-4o-2024-05-13", 1000, 0, 5000, true},
		"a version by number":             {"gpt-4o-0806", 1000, 0, 2500, true},
		"another model of the family":     {"gpt-4o-audio", 1000, 10, 0, false},
		"a number that is part of a name": {"gpt-4o-32", 1000, 10, 0, false},
		"a model without a price":         {"gpt-5", 1000, 10, 0, false},
		"a model that costs nothing":      {"local", 1000, 10, 0, true},
		"a name with signs":               {"org/m=x", 1000, 1000, 3000, true},
		"no model":                        {"", 0, 0, 0, true},
		"tokens that were not counted":    {"gpt-4o", 0, 0, 0, false},
		"as much as nobody asks":          {"gpt-4o", 1e9, 1e9, 12_500_000_000, true},
		"less than a millionth in all":    {"tiny", 1000, 0, 0, true},
		"a name of digits alone":          {"2024", 10, 10, 0, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if micros, known := list.Cost(c.model, c.input, c.output); micros != c.micros || known != c.known {
				t.Errorf("Cost(%q, %d, %d) = %d, %v; want %d, %v", c.model, c.input, c.output, micros, known, c.micros, c.known)
			}
		})
	}
	if _, known := (llm.Prices{}).Cost("gpt-4o", 1, 1); known {
		t.Error("no list knows a price")
	}
}

func TestPricesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		" , ":                          "",
		"b=2.50/10 , a=.15 / 0.60":     "a=0.15/0.6,b=2.5/10",
		"llama3:latest=0/0.000001":     "llama3:latest=0/0.000001",
		"vendor/model-7b:free=1e-1/1 ": "vendor/model-7b:free=0.1/1",
	} {
		p := prices(t, text)
		if got := p.String(); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
		if got := prices(t, p.String()).String(); got != want {
			t.Errorf("%q is written as %q", want, got)
		}
	}
}

func TestWhatIsNoPriceIsSaid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"gpt-4o":                "not a price such as",
		"gpt-4o=1":              "not a price such as",
		"=1/2":                  "not a price such as",
		"1/2":                   "not a price such as",
		"gpt-4o=1/":             "not a price such as",
		"gpt-4o=-1/2":           "not a price such as",
		"gpt-4o=1/NaN":          "not a price such as",
		"gpt-4o=1/1e9":          "not a price such as",
		"gpt-4o=$1/$2":          "not a price such as",
		"gpt-4o=1/2,gpt-4o=1/3": `"gpt-4o" has two prices`,
	} {
		var p llm.Prices
		if err := p.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error that says %q", text, err, want)
		}
	}
}
