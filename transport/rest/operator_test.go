package rest

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/account/billing"
	"parley/persistence/postgres"
)

// operatedWorld is a world with an installation's records, of which Sam's owner is an operator.
type operatedWorld struct {
	*world
	store    *postgres.Store
	recorder *account.Recorder
	operator string // token
	tenant   string // path of Mia's business, as operators name it
}

func setupOperator(t *testing.T) *operatedWorld {
	t.Helper()
	store, reader, library := openSQLite(t)
	recorder := account.StartRecorder(store, store, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		recorder.Stop(ctx)
	})
	plans := &billing.Catalogue{Default: "free", Plans: []billing.Plan{
		{ID: "free", Name: "Free", Limits: billing.Limits{Answers: 100}, Features: billing.Features}, {ID: "gold", Name: "Gold", Hidden: true, Features: billing.Features},
	}}
	kept := store.Billing()
	service := billing.New(billing.Config{
		Store: kept, Events: kept, Log: kept, Counts: kept, Catalogue: func() *billing.Catalogue { return plans }, Logger: slog.New(slog.DiscardHandler),
	})
	stop, err := service.Follow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	w := setupOver(t, store, reader, library, func(c *Config) {
		c.AuditLog, c.Recorder = store, recorder
		c.Billing, c.Counts, c.Ledger, c.Operating, c.BillingRecords = service, kept, kept, service, kept
	})
	if err := store.MakeOperator(t.Context(), w.sam.tokens.User, time.Now()); err != nil {
		t.Fatal(err)
	}
	return &operatedWorld{w, store, recorder, w.sam.tokens.AccessToken, "/api/v1/operator/tenants/" + w.mia.tokens.Tenant}
}

// code is the one of a refusal.
func (w *operatedWorld) code(method, path, token, body string) string {
	w.t.Helper()
	got := w.do(request{method: method, path: path, token: token, body: body})
	_, rest, _ := strings.Cut(got.body, `"code":"`)
	code, _, _ := strings.Cut(rest, `"`)
	if got.status < http.StatusBadRequest {
		return "ok"
	}
	return code
}

func TestOnlyOperatorsOperate(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	tried := 0
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		for method, operation := range operationsOf(item) {
			if !account.Operations[operation].Operator {
				continue
			}
			tried++
			path := replace(path, map[string]string{"{tenant}": w.mia.tokens.Tenant, "{event}": "evt_1"})
			if code := w.code(method, path, w.mia.tokens.AccessToken, `{"plan":"gold","reason":"x"}`); code != "forbidden" {
				t.Errorf("%s by an owner: %s", operation, code)
			}
			if code := w.code(method, path, "", "{}"); code != "unauthorized" {
				t.Errorf("%s by nobody: %s", operation, code)
			}
		}
	}
	if tried < 11 {
		t.Errorf("only %d operations were tried", tried)
	}
	if err := w.store.UnmakeOperator(t.Context(), w.sam.tokens.User); err != nil {
		t.Fatal(err)
	}
	if code := w.code("GET", "/api/v1/operator/tenants", w.operator, ""); code != "forbidden" {
		t.Errorf("by somebody who is no operator any more: %s", code)
	}
}

func TestMeTellsOperatorsThatTheyAre(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	if got := w.do(request{method: "GET", path: "/api/v1/me", token: w.operator}); !strings.Contains(got.body, `"operator":true`) {
		t.Errorf("an operator: %s", got.body)
	}
	if got := w.do(request{method: "GET", path: "/api/v1/me", token: w.mia.tokens.AccessToken}); strings.Contains(got.body, `operator`) {
		t.Errorf("somebody else: %s", got.body)
	}
}

func TestAnOperatorFindsBusinesses(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	names := func(query string) string {
		var found []string
		cursor := ""
		for range 20 {
			var list page[OperatedTenant]
			w.json("GET", "/api/v1/operator/tenants?limit=1&cursor="+cursor+query, w.operator, "", 200, &list)
			for _, one := range list.Items {
				found = append(found, one.Name)
			}
			if cursor = list.Next; cursor == "" {
				break
			}
		}
		return strings.Join(found, " ")
	}
	w.json("PUT", w.tenant+"/plan", w.operator, `{"plan":"gold","reason":"They helped us."}`, 200, nil)
	for query, want := range map[string]string{
		"": "Rival Acme", "&text=ACM": "Acme", "&text=" + w.sam.tokens.Tenant: "Rival", "&text=nobody": "", "&plan=gold": "Acme", "&plan=free": "Rival",
		"&status=active": "Rival Acme", "&status=suspended": "",
	} {
		if got := names(query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	var one operatedTenantDetail
	w.json("GET", w.tenant, w.operator, "", 200, &one)
	if one.Owners != 1 || one.Plan != (operatedPlan{"gold", "Gold"}) || !one.Assigned || one.Assignment == nil || one.Assignment.Reason != "They helped us." || one.Assignment.By != w.sam.tokens.User || one.Bots.Used != 1 || len(one.Plans) != 2 || len(one.People) != 0 || one.ConsentUntil != nil {
		t.Errorf("got %+v", one)
	}
	if one.MarginMicros == nil || *one.MarginMicros != 0 {
		t.Errorf("of what pays nothing and cost nothing is left %v", one.MarginMicros)
	}
	if code := w.code("GET", "/api/v1/operator/tenants/ten_1", w.operator, ""); code != "not_found" {
		t.Errorf("no id: %s", code)
	}
}

func TestASuspensionSaysWhyAndMayShutOut(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	if code := w.code("PUT", w.tenant+"/suspension", w.operator, `{"reason":" "}`); code != "reason_invalid" {
		t.Errorf("without a reason: %s", code)
	}
	w.json("PUT", w.tenant+"/suspension", w.operator, `{"reason":"Spam was sent."}`, 200, nil)
	var own subscription
	w.json("GET", "/api/v1/subscription", w.mia.tokens.AccessToken, "", 200, &own)
	if own.Status != "suspended" || own.Reason != "operator" || own.Suspension == nil || own.Suspension.Reason != "Spam was sent." {
		t.Errorf("its owner reads %+v", own)
	}
	w.json("PUT", w.tenant+"/suspension", w.operator, `{"reason":"Spam was sent, again.","shut_out":true}`, 200, nil)
	login := `{"email":"mia@acme.example","password":"` + goodPassword + `"}`
	if code := w.code("POST", "/api/v1/auth/login", "", login); code != "suspended" {
		t.Errorf("who was shut out signs in: %s", code)
	}
	if code := w.code("PUT", "/api/v1/operator/tenants/"+w.sam.tokens.Tenant+"/suspension", w.operator, `{"reason":"x","shut_out":true}`); code != "own_business" {
		t.Errorf("an operator shuts out themselves: %s", code)
	}
	w.json("DELETE", w.tenant+"/suspension", w.operator, "", 200, nil)
	w.json("POST", "/api/v1/auth/login", "", login, 200, &w.mia.tokens)
	w.json("GET", "/api/v1/subscription", w.mia.tokens.AccessToken, "", 200, &own)
	if own.Status != "active" {
		t.Errorf("after that it is %+v", own)
	}
	var actions []string
	for _, e := range w.told(w.mia, w.recorder, "&actor="+w.sam.tokens.User) {
		if e.Actor.Kind != "operator" || e.Actor.Name != "Rival" || e.Address != "" {
			t.Errorf("told is %+v", e)
		}
		actions = append(actions, e.Action)
	}
	if got := strings.Join(actions, " "); got != "suspendTenant suspendTenant resumeTenant" {
		t.Errorf("the business is told %q", got)
	}
}

func TestAVisitTakesConsentAndReadsAlone(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	mia := w.mia.tokens.AccessToken
	wanted := `{"reason":"You asked why a page is missing."}`
	if code := w.code("POST", w.tenant+"/visits", w.operator, wanted); code != "consent_missing" {
		t.Fatalf("without consent: %s", code)
	}
	w.json("PUT", "/api/v1/tenant/support-access", mia, `{"until":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`, 200, nil)
	if code := w.code("POST", w.tenant+"/visits", w.operator, `{"reason":""}`); code != "reason_invalid" {
		t.Errorf("without a reason: %s", code)
	}
	var one operatedTenantDetail
	if w.json("GET", w.tenant, w.operator, "", 200, &one); len(one.People) != 1 || one.People[0].Email != "mia@acme.example" {
		t.Errorf("whom to write to: %+v", one.People)
	}
	var begun visit
	w.json("POST", w.tenant+"/visits", w.operator, wanted, 201, &begun)
	if life := time.Until(begun.ExpiresAt); life > account.VisitLife || life < account.VisitLife-time.Minute {
		t.Errorf("it lasts %s", life)
	}
	w.json("GET", "/api/v1/bots/"+w.mia.bot, begun.AccessToken, "", 200, nil)
	w.json("GET", "/api/v1/conversations/"+w.mia.conversation+"/events", begun.AccessToken, "", 200, nil)

	ids := w.ids(w.mia, "acme")
	ids["{tenant}"] = w.mia.tokens.Tenant
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		for method, operation := range operationsOf(item) {
			need := account.Operations[operation]
			if need.Open || need.Action == account.Read && !need.Person {
				continue
			}
			if code := w.code(method, replace(path, ids), begun.AccessToken, "{}"); code != "visit_reads_only" {
				t.Errorf("%s on a visit: %s", operation, code)
			}
		}
	}
	if code := w.code("GET", "/api/v1/bots/"+w.sam.bot, begun.AccessToken, ""); code != "not_found" {
		t.Errorf("another business's bot: %s", code)
	}

	told := map[string]bool{}
	for _, e := range w.told(w.mia, w.recorder, "&actor="+w.sam.tokens.User) {
		if e.Actor.Kind != "operator" {
			t.Errorf("told is %+v", e)
		}
		told[e.Action+" "+e.Outcome] = true
	}
	for _, entry := range []string{"visitTenant ok", "getBot ok", "listEvents ok", "createBot visit_reads_only"} {
		if !told[entry] {
			t.Errorf("%q is not told; told is %v", entry, told)
		}
	}
	var access supportAccess
	w.json("GET", "/api/v1/tenant/support-access", mia, "", 200, &access)
	if len(access.Visits) != 1 || access.Visits[0].Reason != "You asked why a page is missing." || access.Visits[0].By != w.sam.tokens.User {
		t.Errorf("its owner reads %+v", access)
	}

	w.json("DELETE", "/api/v1/tenant/support-access", mia, "", 204, nil)
	if code := w.code("GET", "/api/v1/bots", begun.AccessToken, ""); code != "visit_over" {
		t.Errorf("after consent was withdrawn: %s", code)
	}
}

func TestOperatorsSeeWhatIsEarnedAndWhatWasTold(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	kept := w.store.Billing()
	state, err := kept.State(t.Context(), w.mia.tokens.Tenant)
	if err != nil {
		state = billing.State{Tenant: w.mia.tokens.Tenant}
	}
	state.Plan, state.Interval = billing.Plan{ID: "gold", Name: "Gold"}, billing.Monthly
	state.Contract = &billing.Contract{
		ID: "sub_1", Customer: "cus_1", Provider: "stripe", Status: billing.ContractActive, Amount: 4900, Currency: "usd", Interval: billing.Monthly,
		Begun: now.AddDate(0, -3, 0), Anchor: now.AddDate(0, -3, 0), PeriodStart: now, PeriodEnd: now.AddDate(0, 1, 0),
	}
	if err := kept.PutState(t.Context(), state); err != nil {
		t.Fatal(err)
	}
	var earned revenue
	w.json("GET", "/api/v1/operator/revenue", w.operator, "", 200, &earned)
	if len(earned.MRR) != 1 || earned.MRR[0] != (money{"usd", 4900}) || earned.Paying != 1 || earned.Churn != (revenueShare{0, 1}) || len(earned.Months) != revenueMonths+1 {
		t.Errorf("earned is %+v", earned)
	}
	if before, last := earned.Months[0], earned.Months[revenueMonths]; before.Paying != 0 || last.Paying != 1 {
		t.Errorf("a year ago %+v, now %+v", before, last)
	}

	if _, err := kept.Receive(t.Context(), billing.Event{ID: "evt_1", Provider: "stripe", Type: "invoice.paid", At: now, Received: now, Payload: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if err := kept.Settle(t.Context(), "evt_1", billing.Outcome{Error: "nobody knows why"}); err != nil {
		t.Fatal(err)
	}
	var events page[billingEvent]
	w.json("GET", "/api/v1/operator/events?state=failed", w.operator, "", 200, &events)
	if len(events.Items) != 1 || events.Items[0].ID != "evt_1" || events.Items[0].State != "failed" || events.Items[0].Error != "nobody knows why" {
		t.Errorf("events are %+v", events)
	}
	if w.json("GET", "/api/v1/operator/events?state=settled", w.operator, "", 200, &events); len(events.Items) != 0 {
		t.Errorf("settled are %+v", events)
	}

	found := billing.Comparison{At: now, Contracts: 7, Differences: []billing.Difference{{Tenant: w.mia.tokens.Tenant, Contract: "sub_1", What: "status", Ours: "active", Theirs: "canceled"}}}
	if err := kept.KeepComparison(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	var compared billingComparison
	w.json("GET", "/api/v1/operator/differences", w.operator, "", 200, &compared)
	if compared.At == nil || compared.Contracts != 7 || len(compared.Items) != 1 || compared.Items[0].Theirs != "canceled" {
		t.Errorf("compared is %+v", compared)
	}
	// Nothing is sold here.
	for _, path := range []string{"comparison", "events/evt_1/replay"} {
		if code := w.code("POST", "/api/v1/operator/"+path, w.operator, ""); code != "payments_off" {
			t.Errorf("%s: %s", path, code)
		}
	}
}
