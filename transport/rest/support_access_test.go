package rest

import (
	"fmt"
	"testing"
	"time"

	"parley/account"
)

func TestAnOwnerLetsSupportLookAndTakesItBack(t *testing.T) {
	t.Parallel()
	w := setupOperator(t)
	const path = "/api/v1/tenant/support-access"
	owner := w.mia.tokens.AccessToken
	admin := w.hire(w.mia, "Ada", "admin").AccessToken
	body := func(in time.Duration) string {
		return fmt.Sprintf(`{"until":%q}`, time.Now().Add(in).UTC().Format(time.RFC3339))
	}
	w.play([]scenario{
		{name: "nobody looks", method: "GET", path: path, token: admin, status: 200, has: []string{`"until":null`, `"visits":[]`}},
		{name: "an admin does not decide", method: "PUT", path: path, token: admin, body: body(time.Hour), status: 403},
		{name: "nor take it back", method: "DELETE", path: path, token: admin, status: 403},
		{name: "for a week", method: "PUT", path: path, token: owner, body: body(7 * 24 * time.Hour), status: 422, has: []string{`"until_invalid"`}},
		{name: "until yesterday", method: "PUT", path: path, token: owner, body: body(-24 * time.Hour), status: 422, has: []string{`"until_invalid"`}},
		{name: "without consent", method: "POST", path: w.tenant + "/visits", token: w.operator, body: `{"reason":"A question."}`, status: 409, has: []string{`"consent_missing"`}},
		{name: "for a day", method: "PUT", path: path, token: owner, body: body(24 * time.Hour), status: 200, has: []string{`"by":"` + w.mia.tokens.User}},
	})
	var visit struct {
		AccessToken string `json:"access_token"`
	}
	w.json("POST", w.tenant+"/visits", w.operator, `{"reason":"A question."}`, 201, &visit)
	w.json("GET", "/api/v1/bots", visit.AccessToken, "", 200, nil)
	var shown supportAccess
	w.json("GET", path, owner, "", 200, &shown)
	if shown.Until == nil || len(shown.Visits) != 1 || shown.Visits[0].Reason != "A question." || shown.Visits[0].By != w.sam.tokens.User {
		t.Errorf("%+v", shown)
	}
	w.play([]scenario{
		{name: "a visit does not prolong itself", method: "PUT", path: path, token: visit.AccessToken, body: body(48 * time.Hour), status: 403, has: []string{account.ErrVisitReads.Code}},
		{name: "another business sees nothing of it", method: "GET", path: path, token: w.operator, status: 200, has: []string{`"until":null`, `"visits":[]`}},
		{name: "taken back", method: "DELETE", path: path, token: owner, status: 204},
		{name: "taken back again", method: "DELETE", path: path, token: owner, status: 204},
		{name: "which ends the visit", method: "GET", path: "/api/v1/bots", token: visit.AccessToken, status: 401},
	})
}
