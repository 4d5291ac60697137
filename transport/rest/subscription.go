package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/account/billing"
)

func (s *server) routeSubscription() {
	const path = "/api/v1/subscription"
	route(s, huma.Operation{
		OperationID: "getSubscription", Method: http.MethodGet, Path: path, Tags: []string{billingTag},
		Summary: "Which plan the business has, and where it stands with it",
	}, s.getSubscription)
	route(s, huma.Operation{
		OperationID: "beginCheckout", Method: http.MethodPost, Path: path + "/checkout", Tags: []string{billingTag},
		Summary: "Begin to buy a plan", MaxBodyBytes: smallBody,
		Description: "The answer has the address of the page on which it is paid. Who has a subscription changes it instead: `already_subscribed`. Where nothing is sold: `payments_off`.",
	}, s.beginCheckout)
	route(s, huma.Operation{
		OperationID: "previewSubscription", Method: http.MethodPost, Path: path + "/preview", Tags: []string{billingTag},
		Summary: "What a change to another plan would cost, and what would stop working", MaxBodyBytes: smallBody, Description: "Changes nothing.",
	}, s.previewSubscription)
	route(s, huma.Operation{
		OperationID: "changeSubscription", Method: http.MethodPut, Path: path, Tags: []string{billingTag},
		Summary: "Change to another plan", MaxBodyBytes: smallBody,
		Description: "To a larger one at once, for what the preview said; to a smaller one when the period ends. `at` is that of the preview: conditions that do not hold any more are `change_stale`.",
	}, s.changeSubscription)
	route(s, huma.Operation{
		OperationID: "cancelSubscription", Method: http.MethodDelete, Path: path, Tags: []string{billingTag},
		Summary: "End the subscription when its period ends", Description: "Until then everything works, and `subscription/resumption` takes it back.",
	}, s.cancelSubscription)
	route(s, huma.Operation{
		OperationID: "resumeSubscription", Method: http.MethodPost, Path: path + "/resumption", Tags: []string{billingTag},
		Summary: "Take back that the subscription ends, or that its plan changes when the period ends", MaxBodyBytes: smallBody,
	}, s.resumeSubscription)
	route(s, huma.Operation{
		OperationID: "openBillingPortal", Method: http.MethodPost, Path: path + "/portal", Tags: []string{billingTag},
		Summary: "Begin to change how the subscription is paid", MaxBodyBytes: smallBody, Description: "The answer has the address of the page on which that is done.",
	}, s.openBillingPortal)
	route(s, huma.Operation{
		OperationID: "listInvoices", Method: http.MethodGet, Path: path + "/invoices", Tags: []string{billingTag},
		Summary: "The last 100 invoices, latest first", Description: "None where nothing was bought yet.",
	}, s.listInvoices)
}

type subscription struct {
	Payments   bool        `json:"payments" doc:"Whether plans are sold here."`
	Plan       billingPlan `json:"plan" doc:"As it was when it was bought: what is on offer may have changed since."`
	Assigned   bool        `json:"assigned" doc:"Whether the operator of this service gave the plan: nothing is owed for it."`
	Subscribed bool        `json:"subscribed" doc:"Whether something was bought that has not ended: it is changed, and not bought again."`
	Interval   string      `json:"interval,omitempty" enum:"month,year" doc:"At which it is paid; absent: it is not paid for."`

	Status string     `json:"status" enum:"trialing,active,past_due,suspended,cancelled"`
	Reason string     `json:"reason,omitempty" enum:"trial_over,unpaid,refunded,ended,operator" doc:"Of suspended and cancelled: why chats rest."`
	Since  *time.Time `json:"since,omitempty" doc:"Of the status."`
	Until  *time.Time `json:"until,omitempty" doc:"When the status changes by itself; absent: never."`

	Period     subscribedPeriod  `json:"period"`
	TrialEnds  *time.Time        `json:"trial_ends,omitempty" doc:"Of a plan that is being tried."`
	RenewsAt   *time.Time        `json:"renews_at,omitempty" doc:"When it is paid the next time."`
	CancelAt   *time.Time        `json:"cancel_at,omitempty" doc:"When it ends; absent: it goes on."`
	Next       *subscriptionNext `json:"next,omitempty" doc:"What it becomes; absent: it stays what it is."`
	GraceUntil *time.Time        `json:"grace_until,omitempty" doc:"While a payment is missing: until when everything works on."`
	Suspension *suspension       `json:"suspension,omitempty" doc:"Why the operator of this service has paused the chats."`
	EraseAt    *time.Time        `json:"erase_at,omitempty" doc:"When all data of the business is erased; absent: it stays."`
}

// subscribedPeriod is the month in which answers are counted.
type subscribedPeriod struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end" doc:"Its first instant that does not belong to it."`
}

type subscriptionNext struct {
	Plan     string    `json:"plan" doc:"Id of the plan; empty: it is not on offer any more."`
	Name     string    `json:"name"`
	Interval string    `json:"interval,omitempty" enum:"month,year"`
	At       time.Time `json:"at"`
}

type suspension struct {
	Reason string    `json:"reason" doc:"In the operator's words."`
	At     time.Time `json:"at"`
}

type subscriptionOutput struct{ Body subscription }

// subscription reads how a business stands.
func (s *server) subscription(ctx context.Context, who account.Identity) (*subscriptionOutput, error) {
	state, standing, err := s.Billing.Standing(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	shown := subscription{
		Payments: s.Billing.Sold(), Plan: planShown(state.Plan), Assigned: state.Assigned,
		Status: string(standing.Status), Reason: string(standing.Reason), Since: moment(standing.Since), Until: moment(standing.Until),
		Period: subscribedPeriod(standing.Period), EraseAt: moment(standing.EraseAt),
	}
	if standing.Status == billing.Trialing {
		shown.TrialEnds = moment(state.TrialEnds)
	}
	if standing.Status == billing.PastDue {
		shown.GraceUntil = moment(standing.Until)
	}
	if state.Suspension != nil {
		shown.Suspension = &suspension{state.Suspension.Reason, state.Suspension.At}
	}
	if contract := state.Contract; state.Subscribed() {
		shown.Subscribed, shown.Interval, shown.CancelAt = true, string(state.Interval), moment(contract.CancelAt)
		if contract.CancelAt.IsZero() {
			shown.RenewsAt = moment(contract.PeriodEnd)
			shown.Next = s.next(contract.Next)
		}
		if standing.Status == billing.Trialing {
			shown.TrialEnds = moment(contract.TrialEnd)
		}
	}
	return &subscriptionOutput{shown}, nil
}

// next is what a subscription becomes, in the catalogue's words.
func (s *server) next(agreed *billing.NextPrice) *subscriptionNext {
	if agreed == nil {
		return nil
	}
	next := &subscriptionNext{At: agreed.At}
	if plan, price, known := s.Billing.Catalogue().PlanOfPrice(agreed.Price); known {
		next.Plan, next.Name, next.Interval = plan.ID, plan.Name, string(price.Interval)
	}
	return next
}

func (s *server) getSubscription(ctx context.Context, who account.Identity, _ *struct{}) (*subscriptionOutput, error) {
	return s.subscription(ctx, who)
}

type planChoice struct {
	Plan     string `json:"plan" doc:"Id of the plan." maxLength:"100"`
	Interval string `json:"interval" enum:"month,year"`
}

type pageOutput struct {
	Body struct {
		URL string `json:"url" doc:"Of the page; it is good for some minutes, once."`
	} `nameHint:"BillingPage"`
}

func paymentPage(url string, err error) (*pageOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &pageOutput{}
	out.Body.URL = url
	return out, nil
}

func (s *server) beginCheckout(ctx context.Context, who account.Identity, in *struct{ Body planChoice }) (*pageOutput, error) {
	buyer, err := s.Accounts.Profile(ctx, who)
	if err != nil {
		return nil, err
	}
	return paymentPage(s.Billing.Checkout(ctx, who.Tenant, buyer.User.Email, in.Body.Plan, billing.Interval(in.Body.Interval)))
}

func (s *server) openBillingPortal(ctx context.Context, who account.Identity, _ *struct{}) (*pageOutput, error) {
	return paymentPage(s.Billing.Portal(ctx, who.Tenant))
}

// planPreview is what a change would mean.
type planPreview struct {
	When     string     `json:"when" enum:"now,period_end"`
	Due      int64      `json:"due" doc:"What is charged now, in the currency's smallest unit, as all amounts here."`
	Credit   int64      `json:"credit" doc:"What is left over, and counts towards the next invoices."`
	Next     int64      `json:"next" doc:"What is charged at next_at, and each time after."`
	NextAt   *time.Time `json:"next_at,omitempty"`
	Currency string     `json:"currency"`
	Lines    []planLine `json:"lines" doc:"How that comes about."`
	Losses   []planLoss `json:"losses" doc:"What works now and would not any more."`
	At       time.Time  `json:"at" doc:"As of which it was reckoned: whoever agrees sends it along."`
}

type planLine struct {
	Text   string `json:"text"`
	Amount int64  `json:"amount"`
}

type planLoss struct {
	What    string `json:"what" enum:"bots,passages,seats,pages,answers,models,other_models,features"`
	Name    string `json:"name,omitempty" doc:"Of the model or the feature; of other_models those that are left, with commas."`
	Have    int64  `json:"have" doc:"Of the others: what is used."`
	Allowed int64  `json:"allowed"`
}

func (s *server) previewSubscription(ctx context.Context, who account.Identity, in *struct{ Body planChoice }) (*struct{ Body planPreview }, error) {
	offer, err := s.Billing.Preview(ctx, who.Tenant, in.Body.Plan, billing.Interval(in.Body.Interval))
	if err != nil {
		return nil, err
	}
	preview := offer.Preview
	shown := planPreview{
		When: "now", Due: max(preview.Due, 0), Credit: max(-preview.Due, 0), Next: preview.Next, NextAt: moment(preview.NextAt), Currency: preview.Currency,
		Lines: []planLine{}, Losses: []planLoss{}, At: offer.At,
	}
	if offer.Later {
		shown.When = "period_end"
	}
	for _, line := range preview.Lines {
		shown.Lines = append(shown.Lines, planLine(line))
	}
	for _, loss := range offer.Losses {
		shown.Losses = append(shown.Losses, planLoss(loss))
	}
	return &struct{ Body planPreview }{shown}, nil
}

type planChange struct {
	PlanChoice
	At time.Time `json:"at" doc:"That of the preview."`
}

// PlanChoice is planChoice where it is embedded: a specification has no fields of what is not exported.
type PlanChoice = planChoice

func (s *server) changeSubscription(ctx context.Context, who account.Identity, in *struct{ Body planChange }) (*subscriptionOutput, error) {
	if err := s.Billing.Change(ctx, who.Tenant, in.Body.Plan, billing.Interval(in.Body.Interval), in.Body.At); err != nil {
		return nil, err
	}
	return s.subscription(ctx, who)
}

func (s *server) cancelSubscription(ctx context.Context, who account.Identity, _ *struct{}) (*subscriptionOutput, error) {
	if err := s.Billing.Cancel(ctx, who.Tenant); err != nil {
		return nil, err
	}
	return s.subscription(ctx, who)
}

func (s *server) resumeSubscription(ctx context.Context, who account.Identity, _ *struct{}) (*subscriptionOutput, error) {
	if err := s.Billing.Resume(ctx, who.Tenant); err != nil {
		return nil, err
	}
	return s.subscription(ctx, who)
}

type invoice struct {
	ID          string     `json:"id"`
	Number      string     `json:"number,omitempty"`
	Status      string     `json:"status" enum:"draft,open,paid,void,uncollectible"`
	Amount      int64      `json:"amount" doc:"In the currency's smallest unit."`
	Paid        int64      `json:"paid"`
	Currency    string     `json:"currency"`
	At          time.Time  `json:"at"`
	PeriodStart *time.Time `json:"period_start,omitempty"`
	PeriodEnd   *time.Time `json:"period_end,omitempty"`
	Page        string     `json:"page,omitempty" doc:"Address at which it is shown, and paid."`
	PDF         string     `json:"pdf,omitempty"`
}

func (s *server) listInvoices(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[invoice] }, error) {
	all, err := s.Billing.Invoices(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	items := make([]invoice, len(all))
	for i, v := range all {
		items[i] = invoice{
			ID: v.ID, Number: v.Number, Status: v.Status, Amount: v.Amount, Paid: v.Paid, Currency: v.Currency, At: v.At,
			PeriodStart: moment(v.PeriodStart), PeriodEnd: moment(v.PeriodEnd), Page: v.Page, PDF: v.PDF,
		}
	}
	return &struct{ Body page[invoice] }{page[invoice]{Items: items}}, nil
}
