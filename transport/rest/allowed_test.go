package rest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/knowledge"
)

func TestAPlanBoundsWhatABusinessHas(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	token := m.mia.tokens.AccessToken
	m.plan(m.mia, "starter") // one bot, which is there
	m.books.uses(m.mia.tokens.Tenant, billing.Used{Bots: 1, Passages: 9, Seats: 1, Pages: 3})
	const bots, sources = "/api/v1/bots", "/api/v1/bots/{bot}/sources"
	m.play([]scenario{
		{name: "another bot", method: "POST", path: bots, token: token, body: `{"name":"Second"}`, status: 403, has: []string{`"plan_bots"`, "no room for another bot", "The plan Growth does"}},
		{name: "one that fits", method: "POST", path: sources, token: token, body: `{"title":"x","text":"x"}`, status: 202},
		{name: "two more pairs", method: "POST", path: sources, token: token, body: `{"faq":[{"question":"a","answer":"b"},{"question":"c","answer":"d"}]}`, status: 403, has: []string{`"plan_passages"`, "Growth"}},
		{name: "a page", method: "POST", path: sources, token: token, body: `{"url":"https://acme.example/"}`, status: 403, has: []string{`"plan_pages"`, "Growth"}},
		{name: "a site", method: "POST", path: sources, token: token, body: `{"site":"https://acme.example/"}`, status: 403, has: []string{`"plan_pages"`}},
		{name: "the second person", method: "POST", path: "/api/v1/invitations", token: token, body: `{"email":"ben@acme.example","role":"agent"}`, status: 201},
		{name: "the same once more", method: "POST", path: "/api/v1/invitations", token: token, body: `{"email":"ben@acme.example","role":"admin"}`, status: 201},
		{name: "the third", method: "POST", path: "/api/v1/invitations", token: token, body: `{"email":"cy@acme.example","role":"agent"}`, status: 403, has: []string{`"plan_seats"`, "Growth"}},
	})
	m.books.uses(m.mia.tokens.Tenant, billing.Used{Bots: 1, Passages: 10})
	m.play([]scenario{
		{name: "no passage is left", method: "POST", path: sources, token: token, body: `{"title":"x","text":"x"}`, status: 403, has: []string{`"plan_passages"`}},
		{name: "nor for a correction", method: "POST", path: bots + "/{bot}/fixes", token: token, body: `{"question":"a","answer":"b"}`, status: 403, has: []string{`"plan_passages"`}},
	})
	m.plan(m.mia, "growth")
	m.play([]scenario{
		{name: "another bot of a larger plan", method: "POST", path: bots, token: token, body: `{"name":"Second"}`, status: 201},
		{name: "a site of a larger plan", method: "POST", path: sources, token: token, body: `{"title":"x","text":"x"}`, status: 202},
		{name: "a third person of a larger plan", method: "POST", path: "/api/v1/invitations", token: token, body: `{"email":"cy@acme.example","role":"agent"}`, status: 201},
	})
}

func TestAPlanBoundsWhichModelsBotsHave(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	token := m.mia.tokens.AccessToken
	const path = "/api/v1/bots/{bot}"
	m.play([]scenario{{name: "any", method: "PATCH", path: path, token: token, body: `{"model":"large"}`, status: 200}})
	m.plan(m.mia, "starter")
	m.play([]scenario{
		{name: "what it has stays", method: "PATCH", path: path, token: token, body: `{"model":"large","greeting":"Hello"}`, status: 200},
		{name: "another", method: "PATCH", path: path, token: token, body: `{"settings":{"model":"huge"}}`, status: 403, has: []string{`"plan_model"`, "Growth"}},
		{name: "one of the plan", method: "PATCH", path: path, token: token, body: `{"model":"small"}`, status: 200},
		{name: "not back again", method: "PATCH", path: path, token: token, body: `{"model":"large"}`, status: 403, has: []string{`"plan_model"`}},
		{name: "the platform's", method: "PATCH", path: path, token: token, body: `{"model":""}`, status: 200},
		{name: "none", method: "PATCH", path: path, token: token, body: `{"model":"extractive"}`, status: 200},
	})
	m.give(m.mia, func(s *billing.State) { s.Plan.Limits.Bots = 0 })
	m.play([]scenario{{name: "of a new bot", method: "POST", path: "/api/v1/bots", token: token, body: `{"name":"x","settings":{"model":"large"}}`, status: 403, has: []string{`"plan_model"`}}})
}

func TestAPlanBoundsFeatures(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, false)
	token := m.mia.tokens.AccessToken
	m.plan(m.mia, "starter")
	for words, s := range map[string]scenario{
		"API keys":               {method: "POST", path: "/api/v1/api-keys", body: `{"name":"Shop","scopes":["read"]}`},
		"webhooks":               {method: "POST", path: "/api/v1/webhooks", body: `{"url":"https://hooks.example/"}`},
		"known customers":        {method: "POST", path: "/api/v1/bots/{bot}/identity/secrets", body: `{}`},
		"asking all members for": {method: "PATCH", path: "/api/v1/tenant", body: `{"second_factor_required":true}`},
	} {
		s.name, s.token, s.status, s.has = words, token, 403, []string{`"plan_feature"`, words, "Ask whoever runs this service"}
		m.play([]scenario{s})
	}
	m.play([]scenario{
		{name: "known customers alone", method: "PUT", path: "/api/v1/bots/{bot}/identity", token: token, body: `{"required":true}`, status: 403, has: []string{`"plan_feature"`}},
		{name: "what is there can be changed", method: "PATCH", path: "/api/v1/webhooks/" + m.mia.webhook, token: token, body: `{"note":"Old."}`, status: 200},
		{name: "and be ended", method: "DELETE", path: "/api/v1/webhooks/" + m.mia.webhook, token: token, status: 204},
		{name: "another business has them", method: "POST", path: "/api/v1/webhooks", token: m.sam.tokens.AccessToken, body: `{"url":"https://hooks.example/"}`, status: 201},
	})
}

// late is a Reader before which somebody else takes the last place.
type late struct{ Reader }

func (late) ReceiveURL(context.Context, knowledge.Source) (knowledge.Source, error) {
	return knowledge.Source{}, fmt.Errorf("create source: %w", knowledge.ErrNoPages)
}

func TestWhoIsLateForTheLastPageIsToldHowItWouldBeAllowed(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Reader = late{c.Reader} })
	w.play([]scenario{{
		name: "a page", method: "POST", path: "/api/v1/bots/{bot}/sources", token: w.mia.tokens.AccessToken, body: `{"url":"https://acme.example/"}`,
		status: 403, has: []string{`"plan_pages"`, "no room for more pages of websites. Ask whoever runs this service"},
	}})
}

// unknowing is a Billing of whose plans nothing is known.
type unknowing struct{ Billing }

func (unknowing) Standing(context.Context, string) (billing.State, billing.Standing, error) {
	return billing.State{}, billing.Standing{}, chat.ErrUnavailable
}

func (unknowing) Require(context.Context, string, billing.Feature) error { return chat.ErrUnavailable }

// A plan that is not known is not taken for one without limits.
func TestNothingIsAllowedWhileThePlanIsNotKnown(t *testing.T) {
	t.Parallel()
	var s *server
	w, _ := setup(t, func(c *Config) { s = &server{Config: *c} })
	s.Billing = unknowing{s.Billing}
	who := account.Identity{Tenant: w.mia.tokens.Tenant, User: w.mia.tokens.User, Role: account.Owner}
	in := &newBotInput{}
	in.Body.Name = "x"
	for name, err := range map[string]error{
		"room":     s.roomToKnow(t.Context(), who, 1, true),
		"refusal":  s.refused(t.Context(), who, billing.ErrBots),
		"bot":      second(s.createBot(t.Context(), who, in)),
		"settings": second(s.updateBot(t.Context(), who, &updateBotInput{BotPath: BotPath{w.mia.bot}})),
		"webhook":  second(s.createWebhook(t.Context(), who, &newWebhookInput{})),
		"key":      second(s.createAPIKey(t.Context(), who, &newAPIKeyInput{})),
		"secret":   second(s.createIdentitySecret(t.Context(), who, &BotPath{w.mia.bot})),
	} {
		if !errors.Is(err, chat.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.full(billing.Plan{}, chat.ErrNotFound); !errors.Is(err, chat.ErrNotFound) || strings.Contains(err.Error(), "plan") {
		t.Errorf("another error: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
