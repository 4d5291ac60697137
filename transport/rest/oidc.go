package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/account"
	"parley/chat"
)

// trailCookie holds what a browser takes along to the issuer, for some minutes. It comes back with the one request in
// which another website may send somebody here.
const (
	trailCookie = "parley_oidc"
	trailPath   = "/api/v1/auth/oidc"
)

// securityPage is where the dashboard links accounts.
const securityPage = "/profile/security"

func (s *server) routeOIDC() {
	open(s, huma.Operation{
		OperationID: "getAuthMethods", Method: http.MethodGet, Path: "/api/v1/auth/methods", Tags: []string{signInTag},
		Summary: "How one may sign in, beside a password",
	}, s.authMethods)
	open(s, huma.Operation{
		OperationID: "beginOIDC", Method: http.MethodGet, Path: trailPath + "/start", Tags: []string{signInTag}, DefaultStatus: http.StatusFound,
		Summary: "Send a browser to the issuer of OpenID Connect", Middlewares: huma.Middlewares{s.fromHere},
		Description: "Where it cannot be, it is sent to `/sign-in?sso=` and the code of the failure.",
	}, s.beginOIDC)
	open(s, huma.Operation{
		OperationID: "endOIDC", Method: http.MethodGet, Path: account.CallbackPath, Tags: []string{signInTag}, DefaultStatus: http.StatusFound,
		Summary: "Take a browser back from the issuer", Middlewares: huma.Middlewares{s.fromIssuer},
		Description: "Signs in, and sends to the dashboard: `/`. Who has a second factor comes to `/sign-in#challenge=` and the challenge, who linked " +
			"their account to `/profile/security?sso=linked`, and failures to `/sign-in?sso=` or `/profile/security?sso=` and their code.",
	}, s.endOIDC)
	route(s, huma.Operation{
		OperationID: "getOIDC", Method: http.MethodGet, Path: "/api/v1/me/oidc", Tags: []string{selfTag}, Summary: "Whether one may sign in at the issuer",
	}, s.getOIDC)
	route(s, huma.Operation{
		OperationID: "linkOIDC", Method: http.MethodPost, Path: "/api/v1/me/oidc", Tags: []string{selfTag}, MaxBodyBytes: smallBody,
		Summary: "Link one's account with the one at the issuer", Description: "Send the same browser to the `url`: it has a cookie for the way back.",
	}, s.linkOIDC)
	route(s, huma.Operation{
		OperationID: "unlinkOIDC", Method: http.MethodDelete, Path: "/api/v1/me/oidc", Tags: []string{selfTag}, DefaultStatus: http.StatusNoContent,
		Summary: "Sign in with a password alone", Description: "Who has none is refused with `password_needed`.",
	}, s.unlinkOIDC)
}

type authMethods struct {
	OIDC *authMethod `json:"oidc" doc:"Null where the operator named no issuer."`
}

type authMethod struct {
	Name string `json:"name" doc:"What people call it."`
}

func (s *server) authMethods(context.Context, *struct{}) (*struct{ Body authMethods }, error) {
	out := &struct{ Body authMethods }{}
	if name, ok := s.Accounts.Method(); ok {
		out.Body.OIDC = &authMethod{name}
	}
	return out, nil
}

// redirect sends a browser on.
type redirect struct {
	Status   int
	Location string        `header:"Location"`
	Cookies  []http.Cookie `header:"Set-Cookie"`
}

func (s *server) trailCookie(value string, expires time.Time) http.Cookie {
	return s.cookie(trailCookie, value, trailPath, expires)
}

type beginOIDCInput struct {
	Invitation string `query:"invitation" doc:"Its token, for who was invited." maxLength:"200"`
}

func (s *server) beginOIDC(ctx context.Context, in *beginOIDCInput) (*redirect, error) {
	if err := s.limits.signIns.count(ctx, ctx.Value(fromKey{}).(from).address); err != nil {
		return s.failedElsewhere(ctx, "/sign-in", err), nil
	}
	departure, err := s.Accounts.Depart(ctx, in.Invitation)
	if err != nil {
		return s.failedElsewhere(ctx, "/sign-in", err), nil
	}
	return &redirect{
		Status: http.StatusFound, Location: departure.URL, Cookies: []http.Cookie{s.trailCookie(departure.Trail, departure.ExpiresAt)},
	}, nil
}

// fromIssuer notes where a request comes from, as fromHere does: but another website sends it, with the address. What makes
// it somebody's own is the cookie.
func (s *server) fromIssuer(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	next(s.noteFrom(ctx, r))
}

type endOIDCInput struct {
	Trail  http.Cookie `cookie:"parley_oidc"`
	State  string      `query:"state" maxLength:"200"`
	Code   string      `query:"code" maxLength:"4096"`
	Error  string      `query:"error" maxLength:"200"`
	Issuer string      `query:"iss" maxLength:"2000"`
}

func (s *server) endOIDC(ctx context.Context, in *endOIDCInput) (*redirect, error) {
	if err := s.limits.signIns.count(ctx, ctx.Value(fromKey{}).(from).address); err != nil {
		return s.failedElsewhere(ctx, "/sign-in", err), nil
	}
	arrival, err := s.Accounts.Arrive(ctx, account.Return{
		Trail: in.Trail.Value, State: in.State, Code: in.Code, Failure: in.Error, Issuer: in.Issuer,
	})
	page := "/sign-in"
	if arrival.Linked {
		page = securityPage
	}
	var required *account.SecondFactorRequired
	if errors.As(err, &required) {
		// Behind "#", it stays out of the logs of servers and proxies.
		return s.arrived("/sign-in#challenge=" + url.QueryEscape(required.Challenge)), nil
	}
	if err != nil {
		return s.failedElsewhere(ctx, page, err), nil
	}
	if arrival.Linked {
		return s.arrived(securityPage + "?sso=linked"), nil
	}
	aboutOf(ctx).who = arrival.Tokens.Identity // for the audit log
	return s.arrived("/", s.tokenCookies(arrival.Tokens)...), nil
}

// arrived sends somebody on who is back, and takes away what they took along.
func (s *server) arrived(location string, cookies ...http.Cookie) *redirect {
	return &redirect{Status: http.StatusFound, Location: location, Cookies: append(cookies, s.trailCookie("", time.Unix(1, 0)))}
}

// failedElsewhere shows a failure on a page: whoever gets it is a person with a browser. What an issuer got wrong
// is for its operator to mend.
func (s *server) failedElsewhere(ctx context.Context, page string, err error) *redirect {
	failure := problemOf(ctx, err)
	if cause := errors.Unwrap(chat.AsError(err)); cause != nil && failure.Status < http.StatusInternalServerError {
		s.Logger.WarnContext(ctx, "somebody could not be signed in elsewhere", slog.String("code", failure.Code), slog.Any("error", cause))
	}
	return s.arrived(page + "?sso=" + url.QueryEscape(failure.Code))
}

type oidcState struct {
	Linked   bool       `json:"linked"`
	Email    string     `json:"email,omitempty" doc:"What the issuer calls one."`
	LinkedAt *time.Time `json:"linked_at,omitempty"`
}

func (s *server) getOIDC(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body oidcState }, error) {
	external, linked, err := s.Accounts.External(ctx, who)
	if err != nil || !linked {
		return &struct{ Body oidcState }{}, err
	}
	return &struct{ Body oidcState }{oidcState{Linked: true, Email: external.Email, LinkedAt: &external.LinkedAt}}, nil
}

type linkOIDCOutput struct {
	Cookies []http.Cookie `header:"Set-Cookie"`
	Body    struct {
		URL string `json:"url"`
	} `nameHint:"OIDCDeparture"`
}

type ownPassword struct {
	Password string `json:"password" maxLength:"4096"`
}

func (s *server) linkOIDC(ctx context.Context, who account.Identity, in *struct{ Body ownPassword }) (*linkOIDCOutput, error) {
	departure, err := s.Accounts.DepartToLink(ctx, who, in.Body.Password)
	if err != nil {
		return nil, err
	}
	out := &linkOIDCOutput{Cookies: []http.Cookie{s.trailCookie(departure.Trail, departure.ExpiresAt)}}
	out.Body.URL = departure.URL
	return out, nil
}

func (s *server) unlinkOIDC(ctx context.Context, who account.Identity, _ *struct{}) (*struct{}, error) {
	return nil, s.Accounts.Unlink(ctx, who)
}
