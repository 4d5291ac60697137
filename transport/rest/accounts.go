package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/account"
	"parley/transport/address"
)

const (
	signInTag = "Sign-in"
	smallBody = 64 << 10
)

func (s *server) routeAccounts() {
	open(s, huma.Operation{
		OperationID: "register", Method: http.MethodPost, Path: "/api/v1/auth/register", Tags: []string{signInTag},
		Summary: "Make a business and its owner", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Middlewares: huma.Middlewares{s.fromHere},
	}, s.register)
	open(s, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/api/v1/auth/login", Tags: []string{signInTag},
		Summary: "Sign in", MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
	}, s.login)
	open(s, huma.Operation{
		OperationID: "refresh", Method: http.MethodPost, Path: "/api/v1/auth/refresh", Tags: []string{signInTag},
		Summary:      "Exchange the refresh token for the next pair",
		Description:  "The token comes in the body, or in the dashboard's cookie. Each is good once: using one again ends the sign-in.",
		MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
	}, s.refresh)
	open(s, huma.Operation{
		OperationID: "logout", Method: http.MethodPost, Path: "/api/v1/auth/logout", Tags: []string{signInTag},
		Summary: "End the sign-in", DefaultStatus: http.StatusNoContent,
		Description:  "The refresh token comes in the body, or in the dashboard's cookie. Repeating is not an error.",
		MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
	}, s.logout)
	route(s, huma.Operation{
		OperationID: "getMe", Method: http.MethodGet, Path: "/api/v1/me", Tags: []string{signInTag}, Summary: "Who is signed in",
	}, s.me)
	route(s, huma.Operation{
		OperationID: "updateMe", Method: http.MethodPatch, Path: "/api/v1/me", Tags: []string{signInTag},
		Summary: "Change one's name, or whether one takes conversations", MaxBodyBytes: smallBody,
		Description: "Only what is sent changes. Visitors see a new name after the next `auth/refresh`. Viewers take no conversations.",
	}, s.updateMe)
	route(s, huma.Operation{
		OperationID: "getTenant", Method: http.MethodGet, Path: "/api/v1/tenant", Tags: []string{signInTag}, Summary: "The business",
	}, s.tenant)
}

type registration struct {
	Email    string `json:"email" example:"mia@acme.example" maxLength:"400"`
	Password string `json:"password" doc:"At least 10 characters, and none that is guessed first." maxLength:"4096"`
	Company  string `json:"company" example:"Acme" maxLength:"400"`
	Name     string `json:"name,omitempty" doc:"Shown to visitors when this person takes over; the company's if left out." maxLength:"400"`
	Plan     string `json:"plan,omitempty" doc:"Id of the plan to try. One that cannot be tried, or none: the one that everybody begins with." maxLength:"100"`
}

type credentials struct {
	Email    string `json:"email" maxLength:"400"`
	Password string `json:"password" maxLength:"4096"`
}

type refreshToken struct {
	RefreshToken string `json:"refresh_token,omitempty" maxLength:"200"`
}

type signIn struct {
	AccessToken  string    `json:"access_token"`
	TokenType    string    `json:"token_type" enum:"Bearer"`
	ExpiresIn    int64     `json:"expires_in" doc:"Seconds that the access token is good for."`
	ExpiresAt    time.Time `json:"expires_at"`
	RefreshToken string    `json:"refresh_token"`
	User         string    `json:"user" doc:"Id of the person."`
	Tenant       string    `json:"tenant" doc:"Id of the business."`
	Role         string    `json:"role" enum:"owner,admin,agent,viewer"`
}

type signInOutput struct {
	Cookies []http.Cookie `header:"Set-Cookie"`
	Body    signIn
}

func (s *server) signedIn(tokens account.Tokens, err error) (*signInOutput, error) {
	if err != nil {
		return nil, err
	}
	return &signInOutput{Cookies: s.tokenCookies(tokens), Body: signIn{
		AccessToken: tokens.Access, TokenType: "Bearer", ExpiresIn: int64(account.AccessLife.Seconds()), ExpiresAt: tokens.AccessExpires,
		RefreshToken: tokens.Refresh, User: tokens.Identity.User, Tenant: tokens.Identity.Tenant, Role: string(tokens.Identity.Role),
	}}, nil
}

// from is what operations without a sign-in need to know of their request.
type from struct {
	address string
	refresh string // the cookie
}

type fromKey struct{}

// fromHere refuses what another website sends in a visitor's name, and notes where a request comes from.
func (s *server) fromHere(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if err := s.ownOrigin(r); err != nil {
		writeProblem(w, r, err)
		return
	}
	next(s.noteFrom(ctx, r))
}

// noteFrom notes where a request comes from.
func (s *server) noteFrom(ctx huma.Context, r *http.Request) huma.Context {
	f := from{address: address.Of(r, s.Proxies)}
	if cookie, err := r.Cookie(refreshCookie); err == nil {
		f.refresh = cookie.Value
	}
	return huma.WithValue(ctx, fromKey{}, f)
}

func (s *server) register(ctx context.Context, in *struct{ Body registration }) (*signInOutput, error) {
	if err := s.limits.register.count(ctx, ctx.Value(fromKey{}).(from).address); err != nil {
		return nil, err
	}
	tokens, err := s.Accounts.Register(ctx, account.Registration{
		Email: in.Body.Email, Password: in.Body.Password, Company: in.Body.Company, Name: in.Body.Name,
	})
	if err == nil {
		s.beginPlan(ctx, tokens.Identity.Tenant, in.Body.Plan)
	}
	return s.signedIn(tokens, err)
}

func (s *server) login(ctx context.Context, in *struct{ Body credentials }) (*signInOutput, error) {
	if err := s.paceSignIn(ctx, ctx.Value(fromKey{}).(from).address, in.Body.Email); err != nil {
		return nil, err
	}
	return s.signedIn(s.Accounts.Login(ctx, in.Body.Email, in.Body.Password))
}

func (s *server) refresh(ctx context.Context, in *struct{ Body *refreshToken }) (*signInOutput, error) {
	return s.signedIn(s.Accounts.Refresh(ctx, refreshOf(ctx, in.Body)))
}

type cookiesOutput struct {
	Cookies []http.Cookie `header:"Set-Cookie"`
}

func (s *server) logout(ctx context.Context, in *struct{ Body *refreshToken }) (*cookiesOutput, error) {
	who, err := s.Accounts.Logout(ctx, refreshOf(ctx, in.Body))
	if err != nil {
		return nil, err
	}
	aboutOf(ctx).who = who // for the audit log
	return &cookiesOutput{s.noCookies()}, nil
}

// refreshOf returns the token of the body, or else the cookie's.
func refreshOf(ctx context.Context, body *refreshToken) string {
	if body != nil && body.RefreshToken != "" {
		return body.RefreshToken
	}
	return ctx.Value(fromKey{}).(from).refresh
}

type person struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`

	EmailConfirmed bool `json:"email_confirmed" doc:"Whether the address was found to be this person's."`

	Operator bool `json:"operator,omitempty" doc:"They run the installation."`
}

type tenant struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`

	SecondFactorRequired bool `json:"second_factor_required" doc:"Members who have no second factor can do nothing but set one up."`
}

type me struct {
	User   person `json:"user"`
	Tenant tenant `json:"tenant"`
	Role   string `json:"role" enum:"owner,admin,agent,viewer"`

	Available   bool     `json:"available" doc:"Whether this person takes conversations while they have the dashboard open."`
	Permissions []string `json:"permissions" enum:"self,read,ask,take,manage_bots,manage_webhooks,manage_members,manage_keys,manage_tenant,manage_privacy,manage_billing,read_audit,own" doc:"What the role allows."`

	SecondFactorMissing bool `json:"second_factor_missing" doc:"The business asks for a second factor, and this person has none: all but what concerns oneself is refused, with that code."`
}

func tenantOf(t account.Tenant) tenant {
	return tenant{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt, SecondFactorRequired: t.SecondFactor}
}

type meOutput struct{ Body me }

func (s *server) me(ctx context.Context, who account.Identity, _ *struct{}) (*meOutput, error) {
	p, err := s.Accounts.Profile(ctx, who)
	if err != nil {
		return nil, err
	}
	available, err := s.Accounts.Available(ctx, who)
	if err != nil {
		return nil, err
	}
	operates, err := s.Accounts.Operating(ctx, who)
	if err != nil {
		return nil, err
	}
	shown := me{
		User:   person{ID: p.User.ID, Email: p.User.Email, Name: p.User.Name, EmailConfirmed: p.User.Confirmed, Operator: operates},
		Tenant: tenantOf(p.Tenant), Role: string(p.Role), Available: available, Permissions: []string{}, SecondFactorMissing: who.FactorMissing,
	}
	for _, action := range p.Role.Actions() {
		shown.Permissions = append(shown.Permissions, string(action))
	}
	return &meOutput{shown}, nil
}

type mePatch struct {
	Name      *string `json:"name,omitempty" maxLength:"400"`
	Available *bool   `json:"available,omitempty"`
}

func (s *server) updateMe(ctx context.Context, who account.Identity, in *struct{ Body mePatch }) (*meOutput, error) {
	if in.Body.Name != nil {
		if err := s.Accounts.Rename(ctx, who, *in.Body.Name); err != nil {
			return nil, err
		}
	}
	if in.Body.Available != nil {
		if err := s.Accounts.SetAvailable(ctx, who, *in.Body.Available); err != nil {
			return nil, err
		}
	}
	return s.me(ctx, who, nil)
}

func (s *server) tenant(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body tenant }, error) {
	found, err := s.Accounts.Tenant(ctx, who)
	if err != nil {
		return nil, err
	}
	return &struct{ Body tenant }{tenantOf(found)}, nil
}
