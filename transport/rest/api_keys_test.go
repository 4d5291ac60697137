package rest

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"parley/account"
)

// key makes an API key for Mia's business.
func (w *world) key(body string) createdAPIKey {
	w.t.Helper()
	var made createdAPIKey
	w.json("POST", "/api/v1/api-keys", w.mia.tokens.AccessToken, body, 201, &made)
	return made
}

func TestAPIKeysAreMadeShownChangedReplacedAndEnded(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	mia := w.mia.tokens.AccessToken
	made := w.key(`{"name":" Shop ","scopes":["ask","read"],"bot":"` + w.mia.bot + `","addresses":["203.0.113.9/24","127.0.0.1"],"expires_at":"2099-01-01T00:00:00Z"}`)
	if !account.IsKey(made.Key) || !strings.HasPrefix(made.Key, made.Prefix) || made.Name != "Shop" || made.Bot != w.mia.bot ||
		strings.Join(made.Scopes, " ") != "read ask" || strings.Join(made.Addresses, " ") != "203.0.113.0/24 127.0.0.1" || made.CreatedBy != w.mia.tokens.User {
		t.Errorf("made %+v", made)
	}
	w.json("GET", "/api/v1/bots", made.Key, "", 200, nil)
	path := "/api/v1/api-keys/" + made.ID
	w.play([]scenario{
		{name: "list", method: "GET", path: "/api/v1/api-keys", token: mia, status: 200, has: []string{made.ID, made.Prefix, `"used_at"`}, hasNot: []string{made.Key}},
		{name: "change", method: "PATCH", path: path, token: mia, body: `{"name":"Till","expires_at":null}`, status: 200, has: []string{`"name":"Till"`, `"read","ask"`}, hasNot: []string{"expires_at", made.Key}},
		{name: "change to what cannot be", method: "PATCH", path: path, token: mia, body: `{"scopes":[]}`, status: 422, has: []string{"scopes_invalid"}},
		{name: "a key of no bot", method: "POST", path: "/api/v1/api-keys", token: mia, body: `{"name":"x","scopes":["read"],"bot":"` + w.sam.bot + `"}`, status: 404},
		{name: "another's list", method: "GET", path: "/api/v1/api-keys", token: w.sam.tokens.AccessToken, status: 200, hasNot: []string{made.ID}},
		{name: "change another's", method: "PATCH", path: path, token: w.sam.tokens.AccessToken, body: `{"name":"x"}`, status: 404},
		{name: "replace another's", method: "POST", path: path + "/rotation", token: w.sam.tokens.AccessToken, status: 404},
		{name: "end another's", method: "DELETE", path: path, token: w.sam.tokens.AccessToken, status: 404},
		{name: "too long an overlap", method: "POST", path: path + "/rotation", token: mia, body: `{"overlap_hours":721}`, status: 422, has: []string{"overlap_invalid"}},
	})
	var next createdAPIKey
	w.json("POST", path+"/rotation", mia, "", 201, &next)
	for _, key := range []string{made.Key, next.Key} {
		w.json("GET", "/api/v1/bots", key, "", 200, nil)
	}
	w.json("POST", "/api/v1/api-keys/"+next.ID+"/rotation", mia, `{"overlap_hours":0}`, 201, nil)
	if got := w.do(request{method: "GET", path: "/api/v1/bots", token: next.Key}); got.status != 401 || !strings.Contains(got.body, "key_expired") {
		t.Errorf("past its overlap: %d %s", got.status, got.body)
	}
	w.json("DELETE", path, mia, "", 204, nil)
	if got := w.do(request{method: "GET", path: "/api/v1/bots", token: made.Key}); got.status != 401 {
		t.Errorf("after it was ended: %d %s", got.status, got.body)
	}
	if got := w.do(request{method: "DELETE", path: path, token: mia}); got.status != 404 {
		t.Errorf("ended again: %d", got.status)
	}
	if log := w.log.String(); !strings.Contains(log, "key="+made.ID) || strings.Contains(log, made.Key) || strings.Contains(log, made.Prefix) {
		t.Error("the log does not name the key by its id alone")
	}
}

func TestAKeyReachesWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	read, ask, manage := w.key(`{"name":"r","scopes":["read"]}`).Key, w.key(`{"name":"a","scopes":["ask"]}`).Key, w.key(`{"name":"m","scopes":["manage"]}`).Key
	var all []scenario
	for path, statuses := range map[string][3]int{ // of a key to read, one to ask, one to manage
		"GET /api/v1/bots":                                {200, 403, 403},
		"GET /api/v1/tenant":                              {200, 403, 403},
		"GET /api/v1/conversations":                       {200, 403, 403},
		"GET /api/v1/conversations/{conversation}":        {200, 403, 403},
		"GET /api/v1/conversations/{conversation}/events": {200, 403, 403},
		"POST /api/v1/bots/{bot}/answers":                 {403, 200, 403},
		"PATCH /api/v1/bots/{bot}":                        {403, 403, 200},
		"GET /api/v1/webhooks":                            {403, 403, 200},
		"GET /api/v1/me":                                  {403, 403, 403},
		"GET /api/v1/api-keys":                            {403, 403, 403},
		"GET /api/v1/tenant/access":                       {403, 403, 403},
		"GET /api/v1/invitations":                         {403, 403, 403},
		"PUT /api/v1/conversations/{conversation}/read":   {403, 403, 403},
		"PUT /api/v1/conversations/{conversation}/status": {403, 403, 403},
	} {
		method, address, _ := strings.Cut(path, " ")
		body := ""
		if method != "GET" {
			body = `{"text":"Hi","name":"Bot","seq":1,"status":"closed"}`
		}
		for i, token := range []string{read, ask, manage} {
			all = append(all, scenario{name: path + " " + []string{"read", "ask", "manage"}[i], method: method, path: address, token: token, body: body, status: statuses[i]})
		}
	}
	w.play(all)
}

func TestAKeyOfOneBotSeesNothingElse(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	key := w.key(`{"name":"robot","scopes":["read","ask","manage"],"bot":"` + w.mia.bot + `"}`).Key
	mia := w.mia.tokens.AccessToken
	var other struct{ ID string }
	w.json("POST", "/api/v1/bots", mia, `{"name":"Other"}`, 201, &other)
	var theirs reply
	w.json("POST", "/api/v1/bots/"+other.ID+"/answers", mia, `{"text":"Hello"}`, 200, &theirs)
	var shown conversation
	w.json("GET", "/api/v1/conversations/"+theirs.Conversation, mia, "", 200, &shown)
	nothing := func(path string) scenario {
		method, address, _ := strings.Cut(path, " ")
		return scenario{name: path, method: method, path: address, token: key, body: map[bool]string{true: `{"text":"Hi","name":"x","url":"https://a.example"}`}[method != "GET"], status: 404, has: []string{`"not_found"`}}
	}
	w.play([]scenario{
		{name: "its bot", method: "GET", path: "/api/v1/bots/{bot}", token: key, status: 200},
		{name: "its bots", method: "GET", path: "/api/v1/bots", token: key, status: 200, has: []string{"{bot}"}, hasNot: []string{other.ID}},
		{name: "asks", method: "POST", path: "/api/v1/bots/{bot}/answers", token: key, body: `{"text":"Hi"}`, status: 200},
		{name: "its conversations", method: "GET", path: "/api/v1/conversations", token: key, status: 200, has: []string{"{conversation}"}, hasNot: []string{theirs.Conversation}},
		{name: "its conversation", method: "GET", path: "/api/v1/conversations/{conversation}", token: key, status: 200},
		{name: "its conversation's events", method: "GET", path: "/api/v1/conversations/{conversation}/events", token: key, status: 200},
		{name: "conversations of another's visitor", method: "GET", path: "/api/v1/conversations?q=" + shown.Visitor, token: key, status: 200, hasNot: []string{theirs.Conversation}},
		{name: "another conversation by its id", method: "GET", path: "/api/v1/conversations?q=" + theirs.Conversation, token: key, status: 200, hasNot: []string{theirs.Conversation}},
		nothing("GET /api/v1/conversations?bot=" + other.ID),
		nothing("GET /api/v1/bots/" + other.ID),
		nothing("PATCH /api/v1/bots/" + other.ID),
		nothing("DELETE /api/v1/bots/" + other.ID),
		nothing("POST /api/v1/bots/" + other.ID + "/answers"),
		nothing("GET /api/v1/bots/" + other.ID + "/sources"),
		nothing("POST /api/v1/bots"),
		nothing("GET /api/v1/conversations/" + theirs.Conversation),
		nothing("GET /api/v1/conversations/" + theirs.Conversation + "/events"),
		nothing("GET /api/v1/conversations/" + theirs.Conversation + "/notes"),
		nothing("GET /api/v1/visitors/" + shown.Visitor),
		nothing("GET /api/v1/tenant"),
		nothing("GET /api/v1/members"),
		nothing("GET /api/v1/webhooks"),
		nothing("POST /api/v1/webhooks"),
		nothing("GET /api/v1/inbox/counts"),
		{name: "a conversation of another bot to go on with", method: "POST", path: "/api/v1/bots/{bot}/answers", token: key, body: `{"text":"Hi","conversation":"` + theirs.Conversation + `"}`, status: 404},
	})
}

func TestAQuestionIsTheSameWithTheKeyThatReplacesOne(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	made := w.key(`{"name":"shop","scopes":["ask"]}`)
	var next createdAPIKey
	w.json("POST", "/api/v1/api-keys/"+made.ID+"/rotation", w.mia.tokens.AccessToken, "", 201, &next)
	other := w.key(`{"name":"shop","scopes":["ask"]}`)
	var found [3]reply
	for i, key := range []string{made.Key, next.Key, other.Key} {
		w.json("POST", "/api/v1/bots/"+w.mia.bot+"/answers", key, `{"text":"Hi","client_id":"q-1"}`, 200, &found[i])
	}
	if found[0].Conversation != found[1].Conversation || found[0].Message != found[1].Message || found[0].Conversation == found[2].Conversation {
		t.Errorf("got %+v", found)
	}
}

func TestMembersReachTheirBusinessFromWhereItWantsThem(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t, func(c *Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	from := func(address string) map[string]string { return map[string]string{"X-Forwarded-For": address} }
	mia, office, cafe := w.mia.tokens.AccessToken, from("203.0.113.7"), from("198.51.100.1")
	key := w.key(`{"name":"shop","scopes":["read"]}`).Key
	w.play([]scenario{
		{name: "no list", method: "GET", path: "/api/v1/tenant/access", token: mia, header: office, status: 200, has: []string{`"addresses":[]`, `"yours":"203.0.113.7"`}},
		{name: "a list without oneself", method: "PUT", path: "/api/v1/tenant/access", token: mia, header: office, body: `{"addresses":["198.51.100.0/24"]}`, status: 422, has: []string{"would_lock_you_out"}},
		{name: "what is no address", method: "PUT", path: "/api/v1/tenant/access", token: mia, header: office, body: `{"addresses":["office"]}`, status: 422, has: []string{"address_invalid"}},
		{name: "the office", method: "PUT", path: "/api/v1/tenant/access", token: mia, header: office, body: `{"addresses":["203.0.113.0/24"]}`, status: 200, has: []string{"203.0.113.0/24"}},
		{name: "from the office", method: "GET", path: "/api/v1/bots", token: mia, header: office, status: 200},
		{name: "from a café", method: "GET", path: "/api/v1/bots", token: mia, header: cafe, status: 403, has: []string{"address_not_allowed"}},
		{name: "from a café, by cookie", method: "GET", path: "/api/v1/bots", header: map[string]string{"X-Forwarded-For": "198.51.100.1", "Cookie": account.AccessCookie + "=" + mia}, status: 403, has: []string{"address_not_allowed"}},
		{name: "oneself from a café", method: "GET", path: "/api/v1/me", token: mia, header: cafe, status: 200},
		{name: "a key from a café", method: "GET", path: "/api/v1/bots", token: key, header: cafe, status: 200},
		{name: "another business from a café", method: "GET", path: "/api/v1/bots", token: w.sam.tokens.AccessToken, header: cafe, status: 200},
		{name: "from everywhere", method: "PUT", path: "/api/v1/tenant/access", token: mia, header: office, body: `{"addresses":[]}`, status: 200},
		{name: "from a café again", method: "GET", path: "/api/v1/bots", token: mia, header: cafe, status: 200},
	})
}

func TestAKeyIsForItsAddresses(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	here, there := w.key(`{"name":"x","scopes":["read"],"addresses":["127.0.0.0/8"]}`).Key, w.key(`{"name":"x","scopes":["read"],"addresses":["203.0.113.0/24"]}`).Key
	w.json("GET", "/api/v1/bots", here, "", 200, nil)
	got := w.do(request{method: "GET", path: "/api/v1/bots", token: there, header: map[string]string{"X-Forwarded-For": "203.0.113.7"}})
	var p problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != 403 || p.Code != "address_not_allowed" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
