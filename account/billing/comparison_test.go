package billing

import (
	"cmp"
	"slices"
	"testing"
	"time"
)

func TestAComparisonNamesAllThatDiffers(t *testing.T) {
	t.Parallel()
	b := sold(t)
	agrees := func(tenant string, change ...func(*Contract)) Contract {
		fact := bought("evt_"+tenant, tenant, "price_small", 0)
		must(t, b.hears(t, fact))
		theirs := *fact.Contract
		for _, c := range change {
			c(&theirs)
		}
		return theirs
	}
	b.stands(t, "trial")
	b.processor.contracts = []Contract{
		agrees("agrees"),
		agrees("ended", func(c *Contract) { c.Status, c.PeriodEnd = ContractCanceled, time.Time{} }),
		agrees("moved", func(c *Contract) { c.Price, c.CancelAt = "price_large", noon.AddDate(0, 1, 0) }),
		agrees("later", func(c *Contract) { c.PeriodEnd = noon.AddDate(0, 2, 0) }),
		agrees("strange", func(c *Contract) { c.Price = "price_unknown" }),
		agrees("double"),
		{ID: "sub_double2", Tenant: "double", Status: ContractActive, Price: "price_small"},
		{ID: "sub_double3", Tenant: "double", Status: ContractCanceled, Price: "price_small"},
		{ID: "sub_nobody", Tenant: "nobody", Status: ContractActive, Price: "price_old"},
		{ID: "sub_trial", Tenant: "trial", Status: ContractActive, Price: "price_small"},
		{ID: "sub_shop", Status: ContractActive, Price: "price_of_socks"}, // the operator sells those, too
		{ID: "sub_hand", Status: ContractTrialing, Price: "price_small"},  // made by hand, and nobody's
		{ID: "sub_gone", Tenant: "gone", Status: ContractCanceled, Price: "price_small"},
	}
	agrees("lost")
	comparison, err := b.Compare(t.Context())
	must(t, err)
	if comparison.Contracts != 13 || !comparison.At.Equal(noon) || comparison.Error != "" {
		t.Errorf("%+v", comparison)
	}
	found := slices.Clone(comparison.Differences)
	slices.SortFunc(found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.What, b.What))
	})
	want := []Difference{
		{"double", "sub_double2", "twice", "sub_double", "active"},
		{"ended", "sub_ended", "status", "active", "canceled"},
		{"", "sub_hand", "missing_here", "", "trialing"},
		{"later", "sub_later", "period", "2026-12-14T12:00:00Z", "2027-01-14T12:00:00Z"},
		{"lost", "sub_lost", "missing_there", "active", ""},
		{"moved", "sub_moved", "cancel", "", "2026-12-14T12:00:00Z"},
		{"moved", "sub_moved", "price", "price_small", "price_large"},
		{"nobody", "sub_nobody", "missing_here", "", "active"},
		{"strange", "sub_strange", "price", "price_small", "price_unknown"},
		{"strange", "sub_strange", "price_unknown", "small", "price_unknown"},
		{"trial", "sub_trial", "missing_here", "", "active"},
	}
	if !slices.Equal(found, want) {
		t.Errorf("found\n%v\nwant\n%v", found, want)
	}
	if len(b.kept.comparison.Differences) != len(want) {
		t.Error("it is not kept")
	}
}

func TestAComparisonThatEndsEarlySaysSo(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	b.processor.fails = errAway
	_, err := b.Compare(t.Context())
	refusedWith(t, err, errAway)
	if kept := b.kept.comparison; kept.Error == "" || len(kept.Differences) != 0 {
		t.Errorf("who was not read of counts as missing: %+v", kept)
	}
	_, err = open(t, false, plans()).Compare(t.Context())
	refusedWith(t, err, ErrPaymentsOff)
}

func TestContractsAreComparedEachNight(t *testing.T) {
	t.Parallel()
	b := sold(t)
	r := b.rounds()
	var at []time.Time
	for range 4 * 24 * 4 {
		must(t, r.round(t.Context()))
		if last := b.kept.comparison.At; len(at) == 0 || !at[len(at)-1].Equal(last) {
			at = append(at, last)
		}
		b.now = b.now.Add(15 * time.Minute)
	}
	if len(at) != 5 || !at[0].Equal(noon) {
		t.Fatalf("compared at %v", at)
	}
	for _, later := range at[1:] {
		if later.Hour() != comparedAt || later.Minute() != 0 {
			t.Errorf("compared at %v", later)
		}
	}
}
