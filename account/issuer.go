package account

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"parley/chat"
)

// OIDC is an issuer of OpenID Connect at which people may sign in: authorization code flow with PKCE.
type OIDC struct {
	Issuer       string // exactly as it calls itself
	ClientID     string
	ClientSecret string // empty: a public client, which proves itself by PKCE alone
	Name         string // what people call it; empty: its host
}

// CallbackPath is where people come back from the issuer, below the platform's own address: the issuer has to know it.
const CallbackPath = "/api/v1/auth/oidc/callback"

// label is what people call the issuer.
func (o OIDC) label() string {
	if u, err := url.Parse(o.Issuer); err == nil {
		return cmp.Or(o.Name, u.Hostname())
	}
	return o.Name
}

const (
	// issuerTime bounds each request to the issuer, for which somebody is waiting.
	issuerTime = 10 * time.Second
	// issuerBytes bounds each of its answers: keys and tokens are a few KB.
	issuerBytes = 1 << 20
	// discoveryLife is how long its addresses are remembered; its keys are asked for whenever one is unknown.
	discoveryLife = time.Hour
	// issuerPause is how long nobody asks again after it could not be reached: those who wait would wait one after the other.
	issuerPause = 5 * time.Second
)

// Errors of signing in at an issuer.
var (
	errIssuerAway = &chat.Error{Kind: chat.Unavailable, Code: "oidc_unavailable", RetryAfter: issuerPause,
		Message: "The service that signs you in cannot be reached right now. Please try again in a moment."}
	// errIssuerAnswer refuses what cannot come of a sign-in that began here and ended there; the cause says what is wrong with it.
	errIssuerAnswer = chat.Fail(chat.Unauthorized, "oidc_refused", "This sign-in could not be verified. Please begin anew.")
)

// claims are what an issuer says of whoever signed in there.
type claims struct {
	Subject  string
	Email    string // normalised; empty: it says none that could be one
	Verified bool   // the issuer found the address to be theirs
	Name     string
}

// trail is what the pieces of a trip are made from: all that the browser has of it. It is in no address, and
// what is derived of it tells nothing about it.
type trail string

func (t trail) derive(purpose string) string {
	mac := hmac.New(sha256.New, []byte(t))
	mac.Write([]byte(purpose))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) // 43 characters, as RFC 7636 wants for a verifier
}

func (t trail) state() string    { return t.derive("state") }
func (t trail) nonce() string    { return t.derive("nonce") }
func (t trail) verifier() string { return t.derive("verifier") }

// oidcClient speaks with an OIDC.
type oidcClient struct {
	OIDC
	redirect string // where people come back
	client   *http.Client
	now      func() time.Time

	mu       sync.Mutex
	provider *oidc.Provider // nil: not found yet
	found    time.Time
	failure  error // of the last time
	failed   time.Time
}

// newIssuer returns nil for none.
func newIssuer(config *OIDC, publicURL string, now func() time.Time) *oidcClient {
	if config == nil {
		return nil
	}
	return &oidcClient{
		OIDC: *config, redirect: strings.TrimSuffix(publicURL, "/") + CallbackPath, now: now,
		client: &http.Client{Timeout: issuerTime, Transport: bounded{http.DefaultTransport}},
	}
}

// bounded cuts answers off that are too long to be one of an issuer.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, issuerBytes), answer.Body}
	}
	return answer, err //nolint:wrapcheck // a transport hands errors through
}

// discover returns what the issuer says of itself. What it said last is good while it is away.
func (i *oidcClient) discover(ctx context.Context) (*oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.now()
	if i.provider != nil && now.Sub(i.found) < discoveryLife {
		return i.provider, nil
	}
	if i.failure == nil || now.Sub(i.failed) >= issuerPause {
		// Not the request's context: others wait for the same.
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), issuerTime)
		defer cancel()
		provider, err := oidc.NewProvider(oidc.ClientContext(within, i.client), i.Issuer)
		if i.failure, i.failed = err, now; err == nil {
			i.provider, i.found = provider, now
		}
	}
	if i.provider == nil {
		return nil, errIssuerAway.Because(fmt.Errorf("discover %s: %w", i.Issuer, i.failure))
	}
	return i.provider, nil
}

// oauth returns how the issuer is spoken to.
func (i *oidcClient) oauth(provider *oidc.Provider) oauth2.Config {
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of OpenID Connect Discovery 1.0, section 3
	var metadata struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	known := provider.Claims(&metadata) == nil && len(metadata.Methods) > 0
	if i.ClientSecret == "" || known && !slices.Contains(metadata.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return oauth2.Config{
		ClientID: i.ClientID, ClientSecret: i.ClientSecret, Endpoint: endpoint, RedirectURL: i.redirect,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// address is where a browser with a trail is sent.
func (i *oidcClient) address(ctx context.Context, t trail) (string, error) {
	provider, err := i.discover(ctx)
	if err != nil {
		return "", err
	}
	config := i.oauth(provider)
	return config.AuthCodeURL(t.state(), oidc.Nonce(t.nonce()), oauth2.S256ChallengeOption(t.verifier())), nil
}

// redeem exchanges the code that a browser with a trail brought back. Codes: oidc_refused, oidc_unavailable.
func (i *oidcClient) redeem(ctx context.Context, t trail, code string) (claims, error) {
	provider, err := i.discover(ctx)
	if err != nil {
		return claims{}, err
	}
	ctx = oidc.ClientContext(ctx, i.client)
	config := i.oauth(provider)
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(t.verifier()))
	if err != nil {
		return claims{}, exchangeFailure(err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return claims{}, errIssuerAnswer.Because(errors.New("there is no ID token in the issuer's answer"))
	}
	token, err := provider.Verifier(&oidc.Config{ClientID: i.ClientID, Now: i.now}).Verify(ctx, raw)
	if err != nil {
		return claims{}, errIssuerAnswer.Because(err)
	}
	var said idClaims
	if err := token.Claims(&said); err != nil {
		return claims{}, errIssuerAnswer.Because(fmt.Errorf("read the ID token: %w", err))
	}
	if err := checkClaims(said, token.Audience, i.ClientID, t.nonce()); err != nil {
		return claims{}, errIssuerAnswer.Because(err)
	}
	if said.Email == "" && provider.UserInfoEndpoint() != "" { // some issuers say it there only
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
		if err == nil && info.Subject == said.Subject { // OpenID Connect Core 1.0, section 5.3.2: or it is not to be used
			said.Email, said.EmailVerified = info.Email, flag(info.EmailVerified)
		}
	}
	return said.claims(), nil
}

// exchangeFailure tells an issuer that refuses a code from one that cannot be reached. What it answered may repeat what it was asked.
func exchangeFailure(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return errIssuerAway.Because(fmt.Errorf("exchange the issuer's code: %w", err))
	}
	why := fmt.Errorf("the issuer refuses its code: %d %q", refused.Response.StatusCode, refused.ErrorCode)
	if refused.Response.StatusCode >= http.StatusInternalServerError {
		return errIssuerAway.Because(why)
	}
	return errIssuerAnswer.Because(why)
}

// idClaims are an ID token's, of those that the verifier does not check.
type idClaims struct {
	Subject       string `json:"sub"`
	Nonce         string `json:"nonce"`
	Party         string `json:"azp"`
	Email         string `json:"email"`
	EmailVerified flag   `json:"email_verified"`
	Name          string `json:"name"`
}

// flag is true, or "true" as some issuers write it.
type flag bool

// UnmarshalJSON takes whatever else there is for false.
func (f *flag) UnmarshalJSON(data []byte) error {
	*f = flag(string(data) == "true" || string(data) == `"true"`)
	return nil
}

// maxSubject is in OpenID Connect Core 1.0, section 2.
const maxSubject = 255

// checkClaims returns what is wrong with a token that the issuer signed, for us, and that is not old: all else of OpenID Connect Core
// 1.0, section 3.1.3.7.
func checkClaims(said idClaims, audience []string, client, nonce string) error {
	switch {
	case !hmac.Equal([]byte(said.Nonce), []byte(nonce)):
		return errors.New("the ID token belongs to another sign-in")
	case said.Party != "" && said.Party != client, said.Party == "" && len(audience) > 1:
		return errors.New("the ID token was made for another client")
	case said.Subject == "" || len(said.Subject) > maxSubject:
		return errors.New("the ID token names nobody")
	}
	return nil
}

// claims keeps of what an issuer says what can be true.
func (said idClaims) claims() claims {
	c := claims{Subject: said.Subject, Name: strings.TrimSpace(said.Name)}
	if email, err := NormaliseEmail(said.Email); err == nil {
		c.Email, c.Verified = email, bool(said.EmailVerified)
	}
	return c
}
