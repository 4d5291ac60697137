package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

func (s *server) routeIdentity() {
	const path = "/api/v1/bots/{bot}/identity"
	route(s, huma.Operation{
		OperationID: "getIdentity", Method: http.MethodGet, Path: path, Tags: []string{botsTag},
		Summary: "How a bot knows customers",
	}, s.getIdentity)
	route(s, huma.Operation{
		OperationID: "putIdentity", Method: http.MethodPut, Path: path, Tags: []string{botsTag}, MaxBodyBytes: smallBody,
		Summary: "Say whether a bot is for known customers only", Description: "It takes a secret: without one nobody could be known.",
	}, s.putIdentity)
	route(s, huma.Operation{
		OperationID: "createIdentitySecret", Method: http.MethodPost, Path: path + "/secrets", Tags: []string{botsTag},
		Summary: "Make a secret that your server signs customers' identities with", DefaultStatus: http.StatusCreated,
		Description: "The answer has the `secret`, which is never shown again. A bot has two at most, so that one can replace the other.",
	}, s.createIdentitySecret)
	route(s, huma.Operation{
		OperationID: "deleteIdentitySecret", Method: http.MethodDelete, Path: path + "/secrets/{secret}", Tags: []string{botsTag},
		Summary: "End a secret: what it signed is good no more", DefaultStatus: http.StatusNoContent,
	}, s.deleteIdentitySecret)
}

type identitySecret struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Last4     string    `json:"last4" doc:"How the secret ends."`
}

// IdentitySecret is identitySecret where it is embedded: a specification has no fields of what is not exported.
type IdentitySecret = identitySecret

func identitySecretOf(secret account.IdentitySecret) identitySecret {
	return identitySecret{secret.ID, secret.CreatedAt, secret.Secret[max(0, len(secret.Secret)-4):]}
}

type visitorIdentity struct {
	Required bool             `json:"required" doc:"Whether only known customers may use the bot."`
	Secrets  []identitySecret `json:"secrets"`
}

type visitorIdentityOutput struct{ Body visitorIdentity }

func visitorIdentityOf(b chat.Bot, secrets []account.IdentitySecret) *visitorIdentityOutput {
	shown := visitorIdentity{Required: b.Identified, Secrets: make([]identitySecret, len(secrets))}
	for i, secret := range secrets {
		shown.Secrets[i] = identitySecretOf(secret)
	}
	return &visitorIdentityOutput{shown}
}

func (s *server) getIdentity(ctx context.Context, who account.Identity, in *BotPath) (*visitorIdentityOutput, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	secrets, err := s.Customers.Secrets(ctx, who.Tenant, b.ID)
	if err != nil {
		return nil, err
	}
	return visitorIdentityOf(b, secrets), nil
}

type putIdentityInput struct {
	BotPath
	Body struct {
		Required bool `json:"required"`
	} `nameHint:"VisitorIdentityRule"`
}

var (
	errNoSecret   = chat.Fail(chat.Conflict, "identity_secret_missing", "Nobody could use this bot: make a secret first, and have your server sign who your customers are.")
	errLastSecret = chat.Fail(chat.Conflict, "identity_secret_needed", "This bot is for known customers only, and this is its only secret. Make another one first, or open the bot to everybody.")
)

func (s *server) putIdentity(ctx context.Context, who account.Identity, in *putIdentityInput) (*visitorIdentityOutput, error) {
	if in.Body.Required {
		if err := s.Billing.Require(ctx, who.Tenant, billing.Identity); err != nil {
			return nil, err
		}
	}
	var secrets []account.IdentitySecret
	b, err := s.changeBot(ctx, who, in.Bot, func(b *chat.Bot) (err error) {
		if secrets, err = s.Customers.Secrets(ctx, who.Tenant, b.ID); err != nil {
			return err
		}
		if in.Body.Required && len(secrets) == 0 {
			return errNoSecret
		}
		b.Identified = in.Body.Required
		return nil
	})
	if err != nil {
		return nil, err
	}
	return visitorIdentityOf(b, secrets), nil
}

type createdIdentitySecret struct {
	IdentitySecret
	Secret string `json:"secret" doc:"Kept by your server; shown only now."`
}

func (s *server) createIdentitySecret(ctx context.Context, who account.Identity, in *BotPath) (*struct{ Body createdIdentitySecret }, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	if err := s.Billing.Require(ctx, who.Tenant, billing.Identity); err != nil {
		return nil, err
	}
	secret, err := s.Customers.NewSecret(ctx, who.Tenant, b.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body createdIdentitySecret }{createdIdentitySecret{identitySecretOf(secret), secret.Secret}}, nil
}

type identitySecretPath struct {
	BotPath
	Secret string `path:"secret" example:"ids_06f1w3k8q0000000000000000z"`
}

func (s *server) deleteIdentitySecret(ctx context.Context, who account.Identity, in *identitySecretPath) (*struct{}, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	if err := known(account.IdentityPrefix, in.Secret); err != nil {
		return nil, err
	}
	secrets, err := s.Customers.Secrets(ctx, who.Tenant, b.ID)
	if err != nil {
		return nil, err
	}
	if b.Identified && len(secrets) == 1 && secrets[0].ID == in.Secret {
		return nil, errLastSecret
	}
	return nil, s.Customers.DeleteSecret(ctx, who.Tenant, b.ID, in.Secret)
}
