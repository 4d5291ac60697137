// Package oidctest is an issuer of OpenID Connect for tests, which checks what a client sends as strictly as the
// specifications allow, and lies in whatever way a test wants. It is safe for concurrent use, but for the fields that say how it
// answers: they change between sign-ins only.
package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The client that it knows.
const (
	ClientID     = "parley"
	ClientSecret = "a secret that only tests know"
)

// key signs all that issuers of this process sign.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	made, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("oidctest: make a key: " + err.Error())
	}
	return made
})

// Issuer is one that runs.
type Issuer struct {
	*httptest.Server

	// Claims are of whoever signs in next: at least "sub".
	Claims map[string]any
	// UserInfo are what the other endpoint says of them; nil: there is none.
	UserInfo map[string]any
	// Forge changes the claims of an ID token before it is signed; nil: they stay true.
	Forge func(claims map[string]any)
	// Sign signs an ID token; nil: as it should be.
	Sign func(claims jwt.MapClaims) (string, error)
	// Now is the issuer's clock; nil: time.Now.
	Now func() time.Time
	// Methods are what it says of how clients prove themselves; nil: it does not say.
	Methods []string
	// Public is for clients without a secret.
	Public bool

	mu    sync.Mutex
	codes map[string]grant
	// Asked are the addresses of requests, oldest first.
	asked []string
}

// grant is what a code was given for.
type grant struct{ nonce, challenge, redirect string }

// New starts an issuer; whoever starts it closes it.
func New() *Issuer {
	i := &Issuer{codes: map[string]grant{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", i.userinfo)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.asked = append(i.asked, r.URL.Path)
		i.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	return i
}

// Asked counts requests of a path.
func (i *Issuer) Asked(path string) (n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, asked := range i.asked {
		if asked == path {
			n++
		}
	}
	return n
}

func (i *Issuer) now() time.Time {
	if i.Now != nil {
		return i.Now()
	}
	return time.Now()
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, code string) {
	answer(w, http.StatusBadRequest, map[string]string{"error": code})
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	all := map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		// Not only what is good: a client must not take a list for a promise.
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
	}
	if i.Methods != nil {
		all["token_endpoint_auth_methods_supported"] = i.Methods
	}
	if i.UserInfo != nil {
		all["userinfo_endpoint"] = i.URL + "/userinfo"
	}
	answer(w, http.StatusOK, all)
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	public := key().PublicKey
	answer(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}}})
}

// authorize signs in whoever Claims says, without asking.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID {
		refuse(w, "invalid_client")
		return
	}
	good := q.Get("response_type") == "code" && slices.Contains(strings.Fields(q.Get("scope")), "openid") &&
		len(q.Get("state")) >= 43 && len(q.Get("nonce")) >= 43 && q.Get("state") != q.Get("nonce") && // 256 bits each
		q.Get("code_challenge_method") == "S256" && len(q.Get("code_challenge")) == 43
	if !good {
		refuse(w, "invalid_request")
		return
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = grant{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	i.mu.Unlock()
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.URL}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // a test is its only client
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret) // RFC 6749, section 2.3.1
	wanted := ClientSecret
	if i.Public {
		wanted = ""
	}
	if id != ClientID || secret != wanted || i.Methods != nil && !i.Public && basic != slices.Contains(i.Methods, "client_secret_basic") {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	i.mu.Lock()
	given, ok := i.codes[code]
	delete(i.codes, code) // each is good once
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != given.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != given.challenge {
		refuse(w, "invalid_grant")
		return
	}
	signed, err := i.sign(given.nonce)
	if err != nil {
		answer(w, http.StatusInternalServerError, err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": "for userinfo", "token_type": "Bearer", "expires_in": 60, "id_token": signed})
}

func (i *Issuer) sign(nonce string) (string, error) {
	now := i.now()
	claims := jwt.MapClaims{"iss": i.URL, "aud": ClientID, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": nonce}
	for name, value := range i.Claims {
		claims[name] = value
	}
	if i.Forge != nil {
		i.Forge(claims)
	}
	if i.Sign != nil {
		return i.Sign(claims)
	}
	return SignWith(jwt.SigningMethodRS256, key(), claims)
}

// SignWith signs claims with another method or key than the issuer's own.
func SignWith(method jwt.SigningMethod, with any, claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = "1"
	return token.SignedString(with)
}

// PublicKey is the one that it signs with, as everybody knows it.
func PublicKey() crypto.PublicKey { return key().Public() }

func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer for userinfo" || i.UserInfo == nil {
		answer(w, http.StatusUnauthorized, "no")
		return
	}
	answer(w, http.StatusOK, i.UserInfo)
}
