package llm

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Prices are what models cost, written as "gpt-4o-mini=0.15/0.60,gpt-4o=2.50/10":
// US dollars for a million tokens of input and of output. The zero value knows none.
type Prices struct{ models map[string]price }

// price is in millionths of a dollar for a million tokens.
type price struct{ input, output int64 }

// highestPrice is far above any model's, in dollars for a million tokens. It keeps
// sums of a billion tokens within an int64.
const highestPrice = 1000

// Cost is what an answer of the model cost, in millionths of a US dollar, rounded to
// the nearest. known is false where the model has no price, and where the provider did not count
// its tokens: each answer has some of input. No model at all costs nothing.
//
// A dated version of a model has the price of the model, unless it has its own: providers call
// gpt-4o gpt-4o-2024-08-06.
func (p Prices) Cost(model string, input, output int64) (micros int64, known bool) {
	if model == "" {
		return 0, true
	}
	price, known := p.models[model]
	if !known {
		price, known = p.models[undated(model)]
	}
	if !known || input <= 0 {
		return 0, false
	}
	const million = 1_000_000
	return (input*price.input + output*price.output + million/2) / million, true
}

// undated is a model's name without the date or the number at its end: four digits or
// more, perhaps with dashes between them.
func undated(model string) string {
	name := strings.TrimRight(model, "-0123456789")
	digits := strings.ReplaceAll(model[len(name):], "-", "")
	if len(digits) < 4 || !strings.HasPrefix(model[len(name):], "-") {
		return model
	}
	return name
}

// UnmarshalText reads what String writes.
func (p *Prices) UnmarshalText(text []byte) error {
	models := map[string]price{}
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		// Names of models may have a "=" or a "/" themselves.
		at := strings.LastIndex(part, "=")
		name := strings.TrimSpace(part[:max(at, 0)])
		in, out, both := strings.Cut(part[at+1:], "/")
		input, inErr := dollars(in)
		output, outErr := dollars(out)
		if name == "" || !both || inErr != nil || outErr != nil {
			return fmt.Errorf("%q is not a price such as gpt-4o-mini=0.15/0.60 (US dollars for a million tokens of input/output)", part)
		}
		if _, twice := models[name]; twice {
			return fmt.Errorf("%q has two prices", name)
		}
		models[name] = price{input, output}
	}
	p.models = models
	return nil
}

// dollars reads an amount, in millionths.
func dollars(text string) (int64, error) {
	amount, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || amount < 0 || amount > highestPrice || math.IsNaN(amount) {
		return 0, fmt.Errorf("%q is not an amount from 0 to %d", text, highestPrice)
	}
	return int64(math.Round(amount * 1e6)), nil
}

// String is the prices as they are written, by name.
func (p Prices) String() string {
	parts := make([]string, 0, len(p.models))
	for name, price := range p.models {
		parts = append(parts, name+"="+amount(price.input)+"/"+amount(price.output))
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

func amount(micros int64) string { return strconv.FormatFloat(float64(micros)/1e6, 'f', -1, 64) }
