package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account/billing"
)

// Billing is what the API asks of *billing.Service.
type Billing interface {
	// Sold tells whether people buy plans themselves.
	Sold() bool
	// Catalogue is what is on offer; nil: nothing.
	Catalogue() *billing.Catalogue
	// Standing tells what a tenant has, and where it stands with it, from memory that is a second old at most.
	Standing(ctx context.Context, tenant string) (billing.State, billing.Standing, error)
	// Require returns a billing.ErrFeature unless the plan of a tenant has a feature.
	Require(ctx context.Context, tenant string, feature billing.Feature) error

	Checkout(ctx context.Context, tenant, email, plan string, interval billing.Interval) (url string, err error)
	Preview(ctx context.Context, tenant, plan string, interval billing.Interval) (billing.Offer, error)
	Change(ctx context.Context, tenant, plan string, interval billing.Interval, at time.Time) error
	Cancel(ctx context.Context, tenant string) error
	Resume(ctx context.Context, tenant string) error
	Portal(ctx context.Context, tenant string) (url string, err error)
	Invoices(ctx context.Context, tenant string) ([]billing.Invoice, error)
}

const billingTag = "Plan and usage"

func (s *server) routePlans() {
	open(s, huma.Operation{
		OperationID: "listPlans", Method: http.MethodGet, Path: "/api/v1/plans", Tags: []string{billingTag},
		Summary: "What is on offer, cheapest first", Description: "Where nothing is sold, `payments` is false and there are none.",
	}, s.listPlans)
}

// billingPlan is what a tenant can have.
type billingPlan struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	About     string       `json:"about" doc:"For whom it is."`
	Prices    []planPrice  `json:"prices" doc:"None: it costs nothing, or is not sold."`
	TrialDays int          `json:"trial_days" doc:"For which it can be tried without paying; 0: not at all."`
	Limits    planLimits   `json:"limits"`
	Overage   *planOverage `json:"overage,omitempty" doc:"The price of answers beyond those of the plan; absent: then the bot hands over to people."`
	Models    []string     `json:"models" doc:"That bots may be given; none: any."`
	Features  []string     `json:"features" enum:"api,webhooks,identity,second_factor"`
}

type planPrice struct {
	Interval string `json:"interval" enum:"month,year"`
	Amount   int64  `json:"amount" doc:"In the currency's smallest unit."`
	Currency string `json:"currency" doc:"Three lower-case letters."`
}

// planLimits have null where there is no limit.
type planLimits struct {
	Answers  *int64 `json:"answers" doc:"In a month of the subscription; null: no limit, as below."`
	Bots     *int64 `json:"bots"`
	Passages *int64 `json:"passages" doc:"That all bots know together."`
	Seats    *int64 `json:"seats" doc:"Members, and invitations that are open."`
	Pages    *int64 `json:"pages" doc:"Of the web."`
}

type planOverage struct {
	Amount   int64  `json:"amount" doc:"For each answer, in hundredths of the currency's smallest unit."`
	Currency string `json:"currency"`
	Most     *int64 `json:"most" doc:"Answers beyond those of the plan in a month; null: no limit."`
}

func planShown(p billing.Plan) billingPlan {
	shown := billingPlan{
		ID: p.ID, Name: p.Name, About: p.About, Prices: []planPrice{}, TrialDays: p.TrialDays, Models: list(p.Models), Features: []string{},
		Limits: planLimits{
			Answers: bound(p.Limits.Answers), Bots: bound(p.Limits.Bots), Passages: bound(p.Limits.Passages),
			Seats: bound(p.Limits.Seats), Pages: bound(p.Limits.Pages),
		},
	}
	for _, price := range p.Prices {
		shown.Prices = append(shown.Prices, planPrice{string(price.Interval), price.Amount, price.Currency})
	}
	for _, feature := range p.Features {
		shown.Features = append(shown.Features, string(feature))
	}
	if p.Overage != nil {
		shown.Overage = &planOverage{p.Overage.Amount, p.Overage.Currency, bound(p.Overage.Most)}
	}
	return shown
}

// bound is a limit, nil if there is none.
func bound(limit int64) *int64 {
	if limit == 0 {
		return nil
	}
	return &limit
}

type plansShown struct {
	Payments  bool          `json:"payments" doc:"Whether plans are sold here."`
	TrialDays int           `json:"trial_days" doc:"For which whoever registers tries the plan that they begin with, without paying; 0: nothing is tried."`
	Items     []billingPlan `json:"items"`
}

func (s *server) listPlans(context.Context, *struct{}) (*struct{ Body plansShown }, error) {
	out := &struct{ Body plansShown }{plansShown{Items: []billingPlan{}}}
	catalogue := s.Billing.Catalogue()
	if !s.Billing.Sold() || catalogue == nil {
		return out, nil
	}
	out.Body.Payments = true
	for _, plan := range catalogue.Plans {
		if plan.ID == catalogue.Default {
			out.Body.TrialDays = plan.TrialDays
		}
		if plan.Sold() || !plan.Hidden && len(plan.Prices) == 0 {
			// What the processor of payments does not know cannot be bought.
			plan.Prices = slices.DeleteFunc(slices.Clone(plan.Prices), func(p billing.Price) bool { return p.ID == "" })
			out.Body.Items = append(out.Body.Items, planShown(plan))
		}
	}
	return out, nil
}
