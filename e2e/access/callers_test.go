package access

import (
	"net/http"
	"slices"
	"strings"

	"parley/account"
)

// caller is somebody who tries.
type caller struct {
	name   string
	header http.Header
	// may tells whether they may do an operation that takes a sign-in; if not, status is what they get, and code, unless it is empty.
	may    func(account.Need) bool
	status int
	code   string
}

func never(account.Need) bool { return false }

// everybody is who tries what Acme has.
func (h *house) everybody() (all []caller) {
	stranger := func(name string, header http.Header) {
		all = append(all, caller{name, header, never, http.StatusUnauthorized, ""})
	}
	stranger("nobody", nil)
	stranger("a visitor", bearer(h.acme.visitor))
	stranger("somebody with a password", http.Header{"Authorization": {"Basic b3duZXJAYWNtZS5leGFtcGxlOmNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGU="}})
	stranger("an owner whose token is of no signature", bearer(unsigned(h.acme.Token)))
	stranger("an owner whose signature is another's", bearer(resigned(h.acme.Token, h.rival.Token)))
	for way, token := range h.revoked() {
		stranger("somebody "+way, bearer(token))
	}
	elsewhere := func(header, value string) http.Header {
		return http.Header{"Cookie": {account.AccessCookie + "=" + h.acme.Token}, header: {value}}
	}
	for _, header := range []http.Header{elsewhere("Origin", "https://evil.example"), elsewhere("Origin", "null"), elsewhere("Sec-Fetch-Site", "cross-site"), elsewhere("Sec-Fetch-Site", "same-site")} {
		all = append(all, caller{"an owner's browser on another website", header, never, http.StatusForbidden, "cross_origin"})
	}
	for _, role := range []account.Role{account.Viewer, account.Agent, account.Admin, account.Owner} {
		may := func(need account.Need) bool { return role.May(need.Action) }
		all = append(all, caller{"a member who is " + string(role), bearer(h.acme.staff[string(role)]), may, http.StatusForbidden, "forbidden"})
	}
	all = append(all,
		caller{"an operator, who owns another business", bearer(h.operator.Token), func(need account.Need) bool { return need.Operator || account.Owner.May(need.Action) }, http.StatusForbidden, "forbidden"},
		caller{"an operator on a visit to another business", bearer(h.look()), func(need account.Need) bool { return !need.Person && need.Action == account.Read }, http.StatusForbidden, "visit_reads_only"},
	)
	return append(all, h.keys()...)
}

// revoked are tokens that were good once, by what ended them.
func (h *house) revoked() map[string]string {
	h.t.Helper()
	out := h.acme.hire("left")
	var me struct{ User struct{ ID string } }
	h.acme.as(out).Call(http.MethodGet, "me", nil, &me)
	h.acme.Call(http.MethodDelete, "members/"+me.User.ID, nil, nil)

	agent := h.acme.hire("lowered")
	h.acme.as(agent).Call(http.MethodGet, "me", nil, &me)
	h.acme.Call(http.MethodPatch, "members/"+me.User.ID, map[string]any{"role": "viewer"}, nil)
	return map[string]string{"who was removed": out, "who was an agent": agent}
}

// scopes are what keys of the API are made for.
var scopes = map[string][]account.Action{
	"read":   {account.Read},
	"ask":    {account.Ask},
	"manage": {account.ManageBots, account.ManageWebhooks},
}

// keys are callers with a key of each scope, and with one that was ended.
func (h *house) keys() (all []caller) {
	h.t.Helper()
	make := func(name string, rest map[string]any) (id, key string) {
		var made struct{ ID, Key string }
		rest["name"] = name
		h.acme.Call(http.MethodPost, "api-keys", rest, &made)
		return made.ID, made.Key
	}
	for scope, actions := range scopes {
		_, key := make(scope, map[string]any{"scopes": []string{scope}})
		may := func(need account.Need) bool { return !need.Person && slices.Contains(actions, need.Action) }
		all = append(all, caller{"a key to " + scope, bearer(key), may, http.StatusForbidden, ""})
	}
	id, ended := make("ended", map[string]any{"scopes": []string{"read", "ask", "manage"}})
	h.acme.Call(http.MethodDelete, "api-keys/"+id, nil, nil)
	_, afar := make("afar", map[string]any{"scopes": []string{"read", "ask", "manage"}, "addresses": []string{"203.0.113.0/24"}})
	return append(all,
		caller{"a key that was ended", bearer(ended), never, http.StatusUnauthorized, ""},
		caller{"a key from an address that is not its own", bearer(afar), never, http.StatusForbidden, ""},
	)
}

// unsigned is a token that says that it needs no signature.
func unsigned(token string) string {
	_, rest, _ := strings.Cut(token, ".")
	claims, _, _ := strings.Cut(rest, ".")
	return "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + claims + "." // {"alg":"none","typ":"JWT"}
}

// resigned is a token under the signature of another.
func resigned(token, other string) string {
	return token[:strings.LastIndex(token, ".")] + other[strings.LastIndex(other, "."):]
}
