package rest

import (
	"strings"
	"testing"
)

func TestABotsIdentitySecretsAreMadeOnceShownAndReplaced(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	mia, sam, path := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken, "/api/v1/bots/"+w.mia.bot+"/identity"
	viewer := w.hire(w.mia, "Vic", "viewer").AccessToken
	key := w.key(`{"name":"k","scopes":["read","ask","manage"]}`).Key
	w.play([]scenario{
		{name: "none", method: "GET", path: path, token: mia, status: 200, has: []string{`"required":false`, `"secrets":[]`}},
		{name: "required without a secret", method: "PUT", path: path, token: mia, body: `{"required":true}`, status: 409, has: []string{"identity_secret_missing"}},
		{name: "a viewer", method: "GET", path: path, token: viewer, status: 403},
		{name: "another business", method: "GET", path: path, token: sam, status: 404},
		{name: "another business makes one", method: "POST", path: path + "/secrets", token: sam, status: 404},
		{name: "a key makes one", method: "POST", path: path + "/secrets", token: key, status: 403, has: []string{"person_required"}},
		{name: "a key opens the bot to everybody", method: "PUT", path: path, token: key, body: `{"required":false}`, status: 403, has: []string{"person_required"}},
	})
	var one, two createdIdentitySecret
	w.json("POST", path+"/secrets", mia, "", 201, &one)
	w.json("POST", path+"/secrets", mia, "", 201, &two)
	if one.Secret == two.Secret || !strings.HasPrefix(one.Secret, "prl_identity_") || !strings.HasSuffix(one.Secret, one.Last4) || len(one.Last4) != 4 {
		t.Errorf("made %+v and %+v", one, two)
	}
	w.play([]scenario{
		{name: "a third", method: "POST", path: path + "/secrets", token: mia, status: 409, has: []string{"too_many_secrets"}},
		{name: "both are listed", method: "GET", path: path, token: mia, status: 200, has: []string{one.ID, two.ID, one.Last4}, hasNot: []string{one.Secret, two.Secret}},
		{name: "required", method: "PUT", path: path, token: mia, body: `{"required":true}`, status: 200, has: []string{`"required":true`, one.ID}},
		{name: "another business ends one", method: "DELETE", path: path + "/secrets/" + one.ID, token: sam, status: 404},
		{name: "one that is none", method: "DELETE", path: path + "/secrets/ids_1", token: mia, status: 404},
		{name: "end one", method: "DELETE", path: path + "/secrets/" + one.ID, token: mia, status: 204},
		{name: "end it again", method: "DELETE", path: path + "/secrets/" + one.ID, token: mia, status: 404},
		{name: "end the last", method: "DELETE", path: path + "/secrets/" + two.ID, token: mia, status: 409, has: []string{"identity_secret_needed"}},
		{name: "for everybody", method: "PUT", path: path, token: mia, body: `{"required":false}`, status: 200, has: []string{`"required":false`}},
		{name: "end the last one then", method: "DELETE", path: path + "/secrets/" + two.ID, token: mia, status: 204},
		{name: "the bot keeps what else it is", method: "GET", path: "/api/v1/bots/{bot}", token: mia, status: 200, has: []string{"Acme bot"}},
	})
}
