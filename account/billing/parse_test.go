package billing

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// good is a catalogue that has everything in it.
const good = `default: starter
plans:
  - id: starter
    name: Starter
    about: For one website.
    trial_days: 14
    prices:
      - {id: price_sm, interval: month, amount: 2900, currency: eur}
      - {id: price_sy, interval: year, amount: 29000, currency: eur, former: [price_sy0]}
    limits:
      answers: 1000
      bots: 1
    overage:
      price_id: price_over
      yearly_price_id: price_over_y
      amount: 200
      currency: eur
      most: 500
    models: [gpt-4o-mini]
    features: [api]
  - id: partner
    name: Partner
    hidden: true
policy:
  grace_days: 10
  mail_days: [0, 5]
  keep_days: 60
`

func TestACatalogueIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	c, err := ParseCatalogue([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	starter, ok := c.Plan("starter")
	if !ok || starter.Limits.Answers != 1000 || starter.Limits.Seats != 0 || !starter.Sold() || starter.TrialDays != 14 {
		t.Errorf("starter is %+v", starter)
	}
	if partner, _ := c.Plan("partner"); partner.Sold() {
		t.Error("a hidden plan without prices is sold")
	}
	if _, ok := c.Plan("nothing"); ok {
		t.Error("a plan is found that is not there")
	}
	for id, want := range map[string]Price{
		"price_sm":  {ID: "price_sm", Interval: Monthly, Amount: 2900, Currency: "eur"},
		"price_sy0": {ID: "price_sy0", Interval: Yearly, Currency: "eur"},
	} {
		plan, price, ok := c.PlanOfPrice(id)
		if !ok || plan.ID != "starter" || price.ID != want.ID || price.Interval != want.Interval || price.Amount != want.Amount {
			t.Errorf("price %s pays for %q: %+v", id, plan.ID, price)
		}
	}
	for _, id := range []string{"", "price_over", "price_nobody_knows"} {
		if plan, _, ok := c.PlanOfPrice(id); ok {
			t.Errorf("price %q pays for plan %s", id, plan.ID)
		}
	}
	if starter.Meter(Monthly) != "price_over" || starter.Meter(Yearly) != "price_over_y" {
		t.Errorf("overage is reported to %q and %q", starter.Meter(Monthly), starter.Meter(Yearly))
	}
	if p := c.Policy; p.GraceDays != 10 || !slices.Equal(p.MailDays, []int{0, 5}) || p.KeepDays != 60 {
		t.Errorf("the policy is %+v", p)
	}
}

func TestWhatACatalogueDoesNotSayIsSensible(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]Policy{
		"":                                      {GraceDays: 14, MailDays: []int{0, 3, 7}, KeepDays: 30},
		"policy: {grace_days: 5}":               {GraceDays: 5, MailDays: []int{0, 3}, KeepDays: 30},
		"policy: {grace_days: 0}":               {GraceDays: 0, MailDays: []int{0}, KeepDays: 30},
		"policy: {keep_days: 0}":                {GraceDays: 14, MailDays: []int{0, 3, 7}, KeepDays: 0},
		"policy: {mail_days: [], keep_days: 7}": {GraceDays: 14, KeepDays: 7},
	} {
		c, err := ParseCatalogue([]byte("default: a\nplans: [{id: a, name: A}]\n" + policy))
		if err != nil {
			t.Errorf("%s: %v", policy, err)
			continue
		}
		if got := c.Policy; got.GraceDays != want.GraceDays || got.KeepDays != want.KeepDays || !slices.Equal(got.MailDays, want.MailDays) {
			t.Errorf("%q: the policy is %+v, want %+v", policy, got, want)
		}
	}
}

func TestAWrongCatalogueIsRefusedWithTheLineAndTheWayOut(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		replace, with string
		line          int
		says          string
	}{
		"an amount with cents":                  {"amount: 2900,", "amount: 29.99,", 8, "29.99 is not a whole number: amounts are in the smallest unit"},
		"an amount that is no number":           {"amount: 2900,", "amount: cheap,", 8, `"cheap" is written here, and it must be a whole number`},
		"an amount of nothing":                  {"amount: 2900,", "amount: 0,", 8, "the amount of a price is 0: it must be 1 to"},
		"a negative amount":                     {"amount: 2900,", "amount: -1,", 8, "the amount of a price is -1"},
		"a field that is not known":             {"    trial_days: 14", "    trial: 14", 6, `nothing is known of "trial" here: there may be id, name, about, prices, trial_days`},
		"a field of another block":              {"      bots: 1", "      grace_days: 1", 12, "there may be answers, bots, passages, seats, pages"},
		"a field that is named twice":           {"    name: Starter", "    name: Starter\n    name: Two", 5, "already defined"},
		"a list where a block is due":           {"limits:\n      answers: 1000\n      bots: 1\n", "limits: [1000]\n", 10, "a list is written here, and it must be a block of names and values"},
		"a limit of 0":                          {"bots: 1", "bots: 0", 12, "bots is 0: leave the line out for no limit"},
		"a limit below 0":                       {"bots: 1", "bots: -1", 12, "bots is -1: it must be 0 to"},
		"a currency in capitals":                {"amount: 2900, currency: eur", "amount: 2900, currency: EUR", 8, "three lower-case letters"},
		"two currencies in a plan":              {"amount: 2900, currency: eur", "amount: 2900, currency: usd", 9, "the prices of a plan have one currency: eur here, and usd before"},
		"two prices of an interval":             {"interval: year", "interval: month", 9, "there is a price by the month already"},
		"an interval that is not sold":          {"interval: year", "interval: week", 9, `month or year, not "week"`},
		"a price for two plans":                 {"name: Partner", "name: Partner\n    prices: [{id: price_sm, interval: month, amount: 1, currency: eur}]", 23, "the price price_sm is named twice"},
		"a former price that is sold":           {"former: [price_sy0]", "former: [price_sm]", 9, "the price price_sm is named twice"},
		"an id of a price that is none":         {"id: price_sm", `id: "https://dashboard.stripe.com"`, 8, "is no id of a price: copy it from Stripe"},
		"a default that is no plan":             {"default: starter", "default: free", 1, "which is one of starter, partner"},
		"a default that is sold and not tried":  {"    trial_days: 14\n", "", 1, "whoever registers would have starter for nothing"},
		"two plans with an id":                  {"id: partner", "id: starter", 21, `there is a plan "starter" already`},
		"an id with capitals":                   {"id: partner", "id: Partner", 21, "a-z, 0-9"},
		"a plan without a name":                 {"name: Partner", `name: ""`, 22, "the name of a plan is a line of 1 to 60 characters"},
		"a feature that there is not":           {"features: [api]", "features: [api, telepathy]", 20, `there is no feature "telepathy": there are api webhooks identity second_factor`},
		"a feature that is named twice":         {"features: [api]", "features: [api, api]", 20, "the feature api is named twice"},
		"a model that is named twice":           {"models: [gpt-4o-mini]", "models: [a, a]", 19, "the model a is named twice"},
		"overage without a limit":               {"      answers: 1000\n", "", 13, "answers are sold beyond a limit that there is not"},
		"overage that nobody is charged for":    {"      price_id: price_over\n", "", 14, "for nothing: fill in price_id"},
		"yearly overage that nobody pays":       {"      yearly_price_id: price_over_y\n", "", 14, "for nothing: fill in yearly_price_id"},
		"overage in another currency":           {"currency: eur\n      most", "currency: usd\n      most", 17, "its currency is the same: eur"},
		"mails after the grace":                 {"mail_days: [0, 5]", "mail_days: [0, 11]", 26, "within the 10 days of grace: day 11 is none"},
		"mails that are out of order":           {"mail_days: [0, 5]", "mail_days: [5, 0]", 26, "in order"},
		"data that goes before anybody is told": {"keep_days: 60", "keep_days: 3", 27, "keep_days (0: nothing is erased) is 3: it must be 7 to"},
		"a trial of years":                      {"trial_days: 14", "trial_days: 9999", 6, "trial_days is 9999"},
		"what is no YAML":                       {"plans:", "plans: {", 0, "line "},
		"a second document":                     {"policy:", "---\npolicy:", 0, "second document"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, test.replace, test.with, 1)
			if text == good {
				t.Fatal("the test changes nothing")
			}
			_, err := ParseCatalogue([]byte(text))
			if err == nil {
				t.Fatal("it is read")
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("it says %q, want %q", err, test.says)
			}
			if line := regexp.MustCompile(`(?m)^line (\d+): `).FindStringSubmatch(err.Error()); test.line > 0 && (line == nil || line[1] != strconv.Itoa(test.line)) {
				t.Errorf("it says %q, want line %d", err, test.line)
			}
			if strings.Contains(err.Error(), "billing.") {
				t.Errorf("it names types of ours: %q", err)
			}
		})
	}
}

func TestAPlanThatIsNotSoldMayHaveOverage(t *testing.T) {
	t.Parallel()
	c, err := ParseCatalogue([]byte("default: a\nplans: [{id: a, name: A, limits: {answers: 5}, overage: {amount: 1, currency: eur}}]"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Plans[0].Meter(Monthly); got != "" {
		t.Errorf("it is reported to %q", got)
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := ParseCatalogue([]byte(strings.NewReplacer("bots: 1", "bots: 0", "interval: year", "interval: week", "keep_days: 60", "keep_days: 1").Replace(good)))
	if err == nil {
		t.Fatal("it is read")
	}
	lines := regexp.MustCompile(`(?m)^line (\d+):`).FindAllStringSubmatch(err.Error(), -1)
	var got []string
	for _, line := range lines {
		got = append(got, line[1])
	}
	if !slices.Equal(got, []string{"9", "12", "27"}) {
		t.Errorf("faults in lines %v:\n%v", got, err)
	}
}

func TestAnEmptyCatalogueIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "~", "plans:", "plans: []", "plans: [~]", "just a text", "[]", "\x00", strings.Repeat("#", catalogueMost+1)} {
		if _, err := ParseCatalogue([]byte(text)); err == nil {
			t.Errorf("%.20q is read", text)
		}
	}
}

func TestTheCatalogueThatIsBuiltInIsGood(t *testing.T) {
	t.Parallel()
	c := DefaultCatalogue()
	if len(c.Plans) < 3 {
		t.Fatalf("it has %d plans", len(c.Plans))
	}
	last := int64(0)
	for _, plan := range c.Plans {
		month, monthly := plan.Price(Monthly)
		year, yearly := plan.Price(Yearly)
		if !monthly || !yearly || month.Amount <= last || year.Amount >= 12*month.Amount {
			t.Errorf("%s costs %+v and %+v: cheapest plans come first, and a year costs less than twelve months", plan.ID, month, year)
		}
		last = month.Amount
		if plan.Sold() {
			t.Errorf("%s is sold before the operator filled in a price", plan.ID)
		}
		if plan.TrialDays == 0 {
			t.Errorf("%s cannot be tried", plan.ID)
		}
	}
	for i := 1; i < len(c.Plans); i++ {
		if !c.Plans[i].includes(c.Plans[i-1]) {
			t.Errorf("%s takes something away that %s has", c.Plans[i].ID, c.Plans[i-1].ID)
		}
	}
}

func TestThePlansOfTheDocumentationCanBeCopied(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/plans.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) == 0 {
		t.Fatal("it shows no catalogue")
	}
	for _, block := range blocks {
		if _, err := ParseCatalogue(block[1]); err != nil {
			t.Errorf("%v:\n%s", err, block[1])
		}
	}
}

func FuzzACatalogueIsReadOrRefused(f *testing.F) {
	f.Add([]byte(good))
	f.Add(defaults)
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("default: a\nplans: [{id: a, name: A, <<: {about: B}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCatalogue(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error says nothing")
			}
			return
		}
		if _, ok := c.Plan(c.Default); !ok {
			t.Errorf("the default is no plan: %+v", c)
		}
		for _, plan := range c.Plans {
			for _, price := range plan.Prices {
				if price.Amount <= 0 {
					t.Errorf("a plan is sold for %d", price.Amount)
				}
				if found, _, ok := c.PlanOfPrice(price.ID); ok && found.ID != plan.ID {
					t.Errorf("price %s pays for %s and %s", price.ID, plan.ID, found.ID)
				}
				if price.ID != "" && plan.Overage != nil && plan.Meter(price.Interval) == "" {
					t.Errorf("overage of %s is charged to nobody", plan.ID)
				}
			}
		}
	})
}
