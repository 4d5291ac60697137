package stripe_test

import (
	"encoding/json"
	"testing"
	"time"

	"parley/account/billing"
	"parley/account/billing/stripe/stripetest"
)

// line is one of an upcoming invoice.
type line struct {
	amount   int64
	text     string
	prorates bool
	metered  bool
	from     time.Time
	off, tax int64
}

// upcoming is an invoice that Stripe would make.
func upcoming(t *testing.T, total, due int64, lines ...line) stripetest.Answer {
	t.Helper()
	var data []map[string]any
	for _, l := range lines {
		usage, kind := "licensed", "subscription"
		if l.metered {
			usage = "metered"
		}
		if l.prorates {
			kind = "invoiceitem"
		}
		data = append(data, map[string]any{
			"amount": l.amount, "description": l.text, "proration": l.prorates, "type": kind,
			"period":           map[string]any{"start": l.from.Unix()},
			"price":            map[string]any{"id": "price", "recurring": map[string]any{"usage_type": usage}},
			"discount_amounts": []map[string]any{{"amount": l.off}},
			"tax_amounts":      []map[string]any{{"amount": l.tax, "inclusive": false}, {"amount": 77, "inclusive": true}},
		})
	}
	body, err := json.Marshal(map[string]any{"currency": "eur", "total": total, "amount_due": due, "lines": map[string]any{"data": data}})
	if err != nil {
		t.Fatal(err)
	}
	return stripetest.Answer{Body: string(body)}
}

func TestAPreviewSaysWhatIsPaidNowAndLater(t *testing.T) {
	t.Parallel()
	mock := stripetest.Mock(t)
	unused := line{amount: -1933, text: "Unused time on Small", prorates: true, from: now}
	rest := line{amount: 6600, text: "Remaining time on Large", prorates: true, from: now}
	renewal := line{amount: 9900, text: "1 × Large", from: contract.PeriodEnd}
	beyond := line{amount: 412, text: "Answers beyond the plan", metered: true, from: contract.PeriodStart}
	taxed := renewal
	taxed.off, taxed.tax = 900, 1710
	for name, test := range map[string]struct {
		to                billing.Price
		atOnce, later     stripetest.Answer
		due, next         int64
		nextAt            time.Time
		lines             int
		previewsMoreThan1 bool
	}{
		"the rest of a month":                    {large, upcoming(t, 4667, 4667, unused, rest), upcoming(t, 9900, 9900, renewal), 4667, 9900, contract.PeriodEnd, 2, true},
		"less the credit that there is":          {large, upcoming(t, 4667, 667, unused, rest), upcoming(t, 9900, 9900, renewal), 667, 9900, contract.PeriodEnd, 2, true},
		"credit":                                 {large, upcoming(t, -1933, 0, unused), upcoming(t, 9900, 9900, renewal), -1933, 9900, contract.PeriodEnd, 1, true},
		"what was used beyond the plan is apart": {large, upcoming(t, 5079, 5079, unused, rest, beyond), upcoming(t, 10312, 10312, renewal, beyond), 4667, 9900, contract.PeriodEnd, 2, true},
		"the next period is apart":               {large, upcoming(t, 14567, 14567, unused, rest, renewal), upcoming(t, 9900, 9900, renewal), 4667, 9900, contract.PeriodEnd, 2, true},
		"with taxes and a discount":              {large, upcoming(t, 4667, 4667, unused, rest), upcoming(t, 10710, 10710, taxed), 4667, 10710, contract.PeriodEnd, 2, true},
		"a year begins at once": {
			yearly, upcoming(t, 97067, 97067, unused, line{amount: 99000, text: "1 × Large (a year)", from: now}), stripetest.Answer{},
			97067, 99000, now.AddDate(1, 0, 0), 2, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := stripetest.NewStage(t, mock)
			stage.Play("GET /v1/invoices/upcoming", test.atOnce, test.later)
			got, err := client(stage.URL, nil).Preview(t.Context(), contract, test.to, "", now)
			if err != nil {
				t.Fatal(err)
			}
			if got.Due != test.due || got.Next != test.next || !got.NextAt.Equal(test.nextAt) || got.Currency != "eur" || len(got.Lines) != test.lines {
				t.Errorf("it costs %+v; want %d now, %d on %s, %d lines", got, test.due, test.next, test.nextAt, test.lines)
			}
			if more := len(stage.Asked()) > 1; more != test.previewsMoreThan1 {
				t.Errorf("Stripe was asked %d times", len(stage.Asked()))
			}
		})
	}
}
