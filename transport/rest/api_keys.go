package rest

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

const keysTag = "API keys"

func (s *server) routeAPIKeys() {
	route(s, huma.Operation{
		OperationID: "listAPIKeys", Method: http.MethodGet, Path: "/api/v1/api-keys", Tags: []string{keysTag}, Summary: "All API keys, oldest first",
		Description: "A key that has expired is shown for another 30 days.",
	}, s.listAPIKeys)
	route(s, huma.Operation{
		OperationID: "createAPIKey", Method: http.MethodPost, Path: "/api/v1/api-keys", Tags: []string{keysTag},
		Summary: "Make an API key", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "The answer has the `key` itself, to be sent as `Authorization: Bearer …`. It is never shown again. " +
			"A key with a `bot` sees that bot alone: everything else is answered with 404.",
	}, s.createAPIKey)
	route(s, huma.Operation{
		OperationID: "updateAPIKey", Method: http.MethodPatch, Path: "/api/v1/api-keys/{key}", Tags: []string{keysTag},
		Summary: "Change an API key", MaxBodyBytes: smallBody, Description: "Only what is sent changes; `expires_at` of null: never.",
	}, s.updateAPIKey)
	route(s, huma.Operation{
		OperationID: "deleteAPIKey", Method: http.MethodDelete, Path: "/api/v1/api-keys/{key}", Tags: []string{keysTag},
		Summary: "End an API key, at once", DefaultStatus: http.StatusNoContent,
	}, s.deleteAPIKey)
	route(s, huma.Operation{
		OperationID: "rotateAPIKey", Method: http.MethodPost, Path: "/api/v1/api-keys/{key}/rotation", Tags: []string{keysTag},
		Summary: "Make a key in the place of another", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "The new key may do what the old one may, which goes on for some hours. `used_at` of the old one tells whether a program still has it.",
	}, s.rotateAPIKey)
}

// KeyPath is the API key of a request.
type KeyPath struct {
	Key string `path:"key" example:"key_06f1w3k8q0000000000000000z"`
}

type apiKey struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Prefix    string     `json:"prefix" doc:"The beginning of the key."`
	Scopes    []string   `json:"scopes" enum:"read,ask,manage"`
	Bot       string     `json:"bot,omitempty" doc:"The only one that it sees; absent: all."`
	Addresses []string   `json:"addresses" doc:"From where it may be used; none: from everywhere."`
	CreatedBy string     `json:"created_by" doc:"Id of the user."`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Absent: never."`
	UsedAt    *time.Time `json:"used_at,omitempty" doc:"To the minute; absent: never."`
}

// APIKey is apiKey where it is embedded: a specification has no fields of what is not exported.
type APIKey = apiKey

func apiKeyOf(k account.APIKey) apiKey {
	shown := apiKey{
		ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: []string{}, Bot: k.Bot, Addresses: addressesOf(k.Addresses),
		CreatedBy: k.By, CreatedAt: k.CreatedAt, ExpiresAt: unlessZero(k.ExpiresAt), UsedAt: unlessZero(k.UsedAt),
	}
	for _, scope := range k.Scopes.List() {
		shown.Scopes = append(shown.Scopes, string(scope))
	}
	return shown
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// addressesOf writes a network of one address as that address.
func addressesOf(networks []netip.Prefix) []string {
	shown := make([]string, len(networks))
	for i, network := range networks {
		if shown[i] = network.String(); network.IsSingleIP() {
			shown[i] = network.Addr().String()
		}
	}
	return shown
}

func (s *server) listAPIKeys(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[apiKey] }, error) {
	all, err := s.Accounts.APIKeys(ctx, who)
	if err != nil {
		return nil, err
	}
	items := make([]apiKey, len(all))
	for i, k := range all {
		items[i] = apiKeyOf(k)
	}
	return &struct{ Body page[apiKey] }{page[apiKey]{Items: items}}, nil
}

type newAPIKeyInput struct {
	Body struct {
		Name      string    `json:"name" example:"Shop" maxLength:"400"`
		Scopes    []string  `json:"scopes" doc:"Of read, ask and manage." maxItems:"10"`
		Bot       string    `json:"bot,omitempty" doc:"The only one that it is to see." maxLength:"100"`
		Addresses []string  `json:"addresses,omitempty" doc:"Addresses or networks from where it may be used." example:"[\"203.0.113.0/24\"]" maxItems:"200"`
		ExpiresAt time.Time `json:"expires_at,omitzero" required:"false"`
	} `nameHint:"NewAPIKey"`
}

// createdAPIKey is a key with itself.
type createdAPIKey struct {
	APIKey
	Key string `json:"key" doc:"Kept by you; shown only now." example:"prl_live_…"`
}

type createdAPIKeyOutput struct{ Body createdAPIKey }

func (s *server) createAPIKey(ctx context.Context, who account.Identity, in *newAPIKeyInput) (*createdAPIKeyOutput, error) {
	if err := s.Billing.Require(ctx, who.Tenant, billing.API); err != nil {
		return nil, err
	}
	key, secret, err := s.Accounts.CreateAPIKey(ctx, who, account.NewAPIKey{
		Name: in.Body.Name, Scopes: scopesOf(in.Body.Scopes), Bot: in.Body.Bot, Addresses: in.Body.Addresses, ExpiresAt: in.Body.ExpiresAt,
	})
	if err != nil {
		return nil, err
	}
	return &createdAPIKeyOutput{createdAPIKey{apiKeyOf(key), secret}}, nil
}

func scopesOf(names []string) []account.Scope {
	scopes := make([]account.Scope, len(names))
	for i, name := range names {
		scopes[i] = account.Scope(name)
	}
	return scopes
}

type updateAPIKeyInput struct {
	KeyPath
	Body struct {
		Name      *string   `json:"name,omitempty" maxLength:"400"`
		Scopes    *[]string `json:"scopes,omitempty" doc:"Of read, ask and manage." maxItems:"10"`
		Addresses *[]string `json:"addresses,omitempty" maxItems:"200"`
		ExpiresAt until     `json:"expires_at,omitempty" doc:"null: never."`
	} `nameHint:"APIKeyPatch"`
}

func (s *server) updateAPIKey(ctx context.Context, who account.Identity, in *updateAPIKeyInput) (*struct{ Body apiKey }, error) {
	if err := known(account.KeyPrefix, in.Key); err != nil {
		return nil, err
	}
	change := account.APIKeyChange{Name: in.Body.Name, Addresses: in.Body.Addresses}
	if in.Body.Scopes != nil {
		change.Scopes = new(scopesOf(*in.Body.Scopes))
	}
	if in.Body.ExpiresAt.sent {
		change.ExpiresAt = &in.Body.ExpiresAt.at
	}
	key, err := s.Accounts.UpdateAPIKey(ctx, who, in.Key, change)
	if err != nil {
		return nil, err
	}
	return &struct{ Body apiKey }{apiKeyOf(key)}, nil
}

func (s *server) deleteAPIKey(ctx context.Context, who account.Identity, in *KeyPath) (*struct{}, error) {
	if err := known(account.KeyPrefix, in.Key); err != nil {
		return nil, err
	}
	return nil, s.Accounts.DeleteAPIKey(ctx, who, in.Key)
}

// standardOverlap is how long an old key goes on where nothing else is said.
const standardOverlap = 24

type rotateAPIKeyInput struct {
	KeyPath
	Body *struct {
		OverlapHours *int `json:"overlap_hours,omitempty" doc:"How long the old key goes on: 0 to 720; 24, if left out."`
	} `nameHint:"APIKeyRotation" required:"false"`
}

func (s *server) rotateAPIKey(ctx context.Context, who account.Identity, in *rotateAPIKeyInput) (*createdAPIKeyOutput, error) {
	if err := known(account.KeyPrefix, in.Key); err != nil {
		return nil, err
	}
	hours := standardOverlap
	if in.Body != nil && in.Body.OverlapHours != nil {
		hours = *in.Body.OverlapHours
	}
	if hours < 0 || hours > 720 { // before it is multiplied
		return nil, chat.Fail(chat.Invalid, "overlap_invalid", "The old key can go on for 0 to 720 hours.")
	}
	key, secret, err := s.Accounts.RotateAPIKey(ctx, who, in.Key, time.Duration(hours)*time.Hour)
	if err != nil {
		return nil, err
	}
	return &createdAPIKeyOutput{createdAPIKey{apiKeyOf(key), secret}}, nil
}
