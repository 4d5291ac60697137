package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

func (s *server) routeOperatorTenants() {
	route(s, operated("listTenants", http.MethodGet, "/tenants", "All businesses, latest first",
		"What filters leave out makes pages shorter, and some empty: go on while there is a `next`."), s.listTenants)
	route(s, operated("getTenantAsOperator", http.MethodGet, "/tenants/{tenant}", "One business: its plan, what it uses and what it pays",
		"Addresses of its owners are shown while one of them allows support to look."), s.getTenantAsOperator)
}

// OperatedTenant is a business as operators see it.
type OperatedTenant struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	Members   int64     `json:"members"`
	Owners    int64     `json:"owners"`

	Plan     operatedPlan `json:"plan"`
	Assigned bool         `json:"assigned" doc:"By an operator: nothing is owed for the plan."`
	Status   string       `json:"status" enum:"trialing,active,past_due,suspended,cancelled"`
	Reason   string       `json:"reason,omitempty" enum:"trial_over,unpaid,refunded,ended,operator"`
	Until    *time.Time   `json:"until,omitempty" doc:"When the status changes by itself."`
	ShutOut  bool         `json:"shut_out" doc:"Nobody of it can sign in."`
	EraseAt  *time.Time   `json:"erase_at,omitempty" doc:"When all of it is erased; absent: it stays."`

	Answers      usedAnswers `json:"answers" doc:"Of the current period."`
	MRR          int64       `json:"mrr" doc:"What it pays a month, in the currency's smallest unit."`
	Currency     string      `json:"currency" doc:"Empty: it pays nothing."`
	CostMicros   *int64      `json:"cost_micros" doc:"What models cost in the period, for answers, previews, tests and summaries, by the provider's price list, in millionths of a US dollar; null: not known."`
	MarginMicros *int64      `json:"margin_micros" doc:"What is left of mrr; null: the cost is not known, or it pays in another currency."`
}

type operatedPlan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ListTenantsQuery narrows the list.
type ListTenantsQuery struct {
	Status string `query:"status" enum:"trialing,active,past_due,suspended,cancelled"`
	Plan   string `query:"plan" doc:"Id of a plan." maxLength:"100"`
	Text   string `query:"text" doc:"Part of the name, or the id." maxLength:"200"`
}

type listTenantsInput struct {
	PageQuery
	ListTenantsQuery
}

// tenantsLookedAt bounds how many businesses one request looks at: names are sealed, so that each is opened to be compared.
const tenantsLookedAt = 2000

func (s *server) listTenants(ctx context.Context, _ account.Identity, in *listTenantsInput) (*struct{ Body page[OperatedTenant] }, error) {
	found := page[OperatedTenant]{Items: []OperatedTenant{}, Next: in.Cursor}
	size := in.Limit
	if size == 0 {
		size = 50
	}
	// A page of the list ends with a page of the store: it may be filled by half, so that the rest is not looked for one by one.
	for looked := 0; looked < tenantsLookedAt && len(found.Items) <= size/2; {
		some, next, err := s.Accounts.Businesses(ctx, found.Next, size-len(found.Items))
		if err != nil {
			return nil, err
		}
		for _, business := range some {
			state, standing, err := s.Billing.Standing(ctx, business.ID)
			if errors.Is(err, chat.ErrNotFound) { // erased meanwhile
				continue
			}
			if err != nil {
				return nil, err
			}
			if !in.matches(business, state, standing) {
				continue
			}
			shown, err := s.operatedTenant(ctx, business, state, standing)
			if err != nil {
				return nil, err
			}
			found.Items = append(found.Items, shown)
		}
		looked += size
		if found.Next = next; next == "" {
			break
		}
	}
	return &struct{ Body page[OperatedTenant] }{found}, nil
}

func (q ListTenantsQuery) matches(business account.Business, state billing.State, standing billing.Standing) bool {
	text := strings.TrimSpace(q.Text)
	return (q.Status == "" || q.Status == string(standing.Status)) &&
		(q.Plan == "" || q.Plan == state.Plan.ID) &&
		(text == "" || text == business.ID || strings.Contains(strings.ToLower(business.Name), strings.ToLower(text)))
}

// operatedTenant reads what one uses and costs.
func (s *server) operatedTenant(ctx context.Context, business account.Business, state billing.State, standing billing.Standing) (OperatedTenant, error) {
	period := standing.Period.Key()
	counted, err := s.Counts.Used(ctx, business.ID, period)
	if err != nil {
		return OperatedTenant{}, err
	}
	spent, err := s.Ledger.Total(ctx, business.ID, period)
	if err != nil {
		return OperatedTenant{}, err
	}
	erased := business.EraseAt
	if erased.IsZero() {
		erased = standing.EraseAt
	}
	shown := OperatedTenant{
		ID: business.ID, Name: business.Name, CreatedAt: business.CreatedAt, Members: business.Members, Owners: business.Owners,
		Plan: operatedPlan{state.Plan.ID, state.Plan.Name}, Assigned: state.Assigned,
		Status: string(standing.Status), Reason: string(standing.Reason), Until: moment(standing.Until), ShutOut: business.Suspended, EraseAt: moment(erased),
		Answers: answersOf(state, standing, counted.Answers), CostMicros: costOf(spent),
	}
	shown.MRR, shown.Currency = state.MonthlyAmount(time.Now())
	shown.MarginMicros = marginOf(shown.MRR, shown.Currency, shown.CostMicros)
	return shown, nil
}

// centMicros are the millionths of a dollar in a cent.
const centMicros = 10_000

// marginOf is what is left of what somebody pays a month, where both are dollars; what is paid by nobody has no currency.
func marginOf(mrr int64, currency string, cost *int64) *int64 {
	if cost == nil || currency != "usd" && currency != "" {
		return nil
	}
	margin := mrr*centMicros - *cost
	return &margin
}

// TenantPath names a business.
type TenantPath struct {
	Tenant string `path:"tenant" maxLength:"100"`
}

type operatedTenantOutput struct{ Body operatedTenantDetail }

type operatedTenantDetail struct {
	OperatedTenant

	Bots     used `json:"bots"`
	Passages used `json:"passages"`
	Seats    used `json:"seats"`
	Pages    used `json:"pages"`

	TrialEnds  *time.Time        `json:"trial_ends,omitempty"`
	Contract   *operatedContract `json:"contract,omitempty" doc:"At the processor of payments; absent: nothing was bought."`
	Assignment *operatorsReason  `json:"assignment,omitempty" doc:"Of a plan that an operator gave."`
	Suspension *operatorsReason  `json:"suspension,omitempty" doc:"An operator's."`

	ConsentUntil *time.Time      `json:"consent_until" doc:"Until when an owner allows support to look; null: none does."`
	People       []operatedOwner `json:"people" doc:"Owners; none without consent."`
	Plans        []operatedPlan  `json:"plans" doc:"That can be assigned, hidden ones too; none: there is no catalogue."`
	Payments     bool            `json:"payments" doc:"Whether plans are sold here."`
}

type operatedContract struct {
	Provider string     `json:"provider"`
	Customer string     `json:"customer" doc:"Ids by which they are found there."`
	ID       string     `json:"id"`
	Status   string     `json:"status" doc:"In the processor's words."`
	CancelAt *time.Time `json:"cancel_at,omitempty"`
	PastDue  *time.Time `json:"past_due,omitempty" doc:"Since when a payment is missing."`
}

type operatorsReason struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	By     string    `json:"by" doc:"Id of the person."`
}

type operatedOwner struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (s *server) getTenantAsOperator(ctx context.Context, _ account.Identity, in *TenantPath) (*operatedTenantOutput, error) {
	business, err := s.business(ctx, in.Tenant)
	if err != nil {
		return nil, err
	}
	state, standing, err := s.Billing.Standing(ctx, business.ID)
	if err != nil {
		return nil, err
	}
	shown, err := s.operatedTenant(ctx, business, state, standing)
	if err != nil {
		return nil, err
	}
	counted, err := s.Counts.Used(ctx, business.ID, standing.Period.Key())
	if err != nil {
		return nil, err
	}
	limits := state.Plan.Limits
	detail := operatedTenantDetail{
		OperatedTenant: shown,
		Bots:           used{counted.Bots, bound(limits.Bots)}, Passages: used{counted.Passages, bound(limits.Passages)},
		Seats: used{counted.Seats, bound(limits.Seats)}, Pages: used{counted.Pages, bound(limits.Pages)},
		People: []operatedOwner{}, Plans: []operatedPlan{}, Payments: s.Billing.Sold(),
	}
	if standing.Status == billing.Trialing {
		detail.TrialEnds = moment(standing.Until)
	}
	if c := state.Contract; c != nil {
		detail.Contract = &operatedContract{c.Provider, c.Customer, c.ID, string(c.Status), moment(c.CancelAt), moment(state.PastDue)}
	}
	if a := state.Assignment; a != nil {
		detail.Assignment = &operatorsReason{a.Reason, a.At, a.By}
	}
	if state.Suspension != nil {
		detail.Suspension = &operatorsReason{state.Suspension.Reason, state.Suspension.At, state.Suspension.By}
	}
	if catalogue := s.Billing.Catalogue(); catalogue != nil {
		for _, plan := range catalogue.Plans {
			detail.Plans = append(detail.Plans, operatedPlan{plan.ID, plan.Name})
		}
	}
	consent, err := s.Accounts.Consent(ctx, business.ID)
	if err != nil {
		return nil, err
	}
	if detail.ConsentUntil = moment(consent); detail.ConsentUntil != nil {
		if detail.People, err = s.ownersOf(ctx, business.ID); err != nil {
			return nil, err
		}
	}
	return &operatedTenantOutput{detail}, nil
}

// ownersOf are the owners of a business, with what they are reached at.
func (s *server) ownersOf(ctx context.Context, tenant string) ([]operatedOwner, error) {
	members, err := s.Members.Members(ctx, tenant)
	if err != nil {
		return nil, err
	}
	owners := []operatedOwner{}
	for _, member := range members {
		if member.Role == account.Owner {
			owners = append(owners, operatedOwner{member.User, member.Name, member.Email})
		}
	}
	return owners, nil
}

// business returns one by what a path names it.
func (s *server) business(ctx context.Context, tenant string) (account.Business, error) {
	if err := known(chat.TenantPrefix, tenant); err != nil {
		return account.Business{}, err
	}
	return s.Accounts.Business(ctx, tenant)
}
