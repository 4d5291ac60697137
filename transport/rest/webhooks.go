package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/transport/hooks"
)

// Hooks is what the API asks of *hooks.Sender.
type Hooks interface {
	Check(address string) error
	Ping(ctx context.Context, webhook chat.Webhook) hooks.Result
}

const webhooksTag = "Webhooks"

func (s *server) routeWebhooks() {
	route(s, huma.Operation{
		OperationID: "listWebhooks", Method: http.MethodGet, Path: "/api/v1/webhooks", Tags: []string{webhooksTag}, Summary: "All webhooks, oldest first",
	}, s.listWebhooks)
	route(s, huma.Operation{
		OperationID: "createWebhook", Method: http.MethodPost, Path: "/api/v1/webhooks", Tags: []string{webhooksTag},
		Summary: "Make a webhook", DefaultStatus: http.StatusCreated,
		Description: "The answer has the `secret` that deliveries are signed with. It is never shown again.",
	}, s.createWebhook)
	route(s, huma.Operation{
		OperationID: "getWebhook", Method: http.MethodGet, Path: "/api/v1/webhooks/{webhook}", Tags: []string{webhooksTag}, Summary: "One webhook",
	}, s.getWebhook)
	route(s, huma.Operation{
		OperationID: "updateWebhook", Method: http.MethodPatch, Path: "/api/v1/webhooks/{webhook}", Tags: []string{webhooksTag},
		Summary:     "Change a webhook, or turn it off and on",
		Description: "Only what is sent changes. A webhook that is turned off drops what waits for it, and is not told later what happens meanwhile.",
	}, s.updateWebhook)
	route(s, huma.Operation{
		OperationID: "deleteWebhook", Method: http.MethodDelete, Path: "/api/v1/webhooks/{webhook}", Tags: []string{webhooksTag},
		Summary: "Delete a webhook with what waits for it", DefaultStatus: http.StatusNoContent,
	}, s.deleteWebhook)
	route(s, huma.Operation{
		OperationID: "testWebhook", Method: http.MethodPost, Path: "/api/v1/webhooks/{webhook}/test", Tags: []string{webhooksTag},
		Summary: "Send a ping now, and see what came back",
	}, s.testWebhook)
	route(s, huma.Operation{
		OperationID: "rotateWebhookSecret", Method: http.MethodPost, Path: "/api/v1/webhooks/{webhook}/rotation", Tags: []string{webhooksTag},
		Summary: "Make another secret for a webhook", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "The answer has the new `secret`, which is never shown again. For some hours deliveries are signed with the old one as well.",
	}, s.rotateWebhookSecret)
	route(s, huma.Operation{
		OperationID: "endOldWebhookSecret", Method: http.MethodDelete, Path: "/api/v1/webhooks/{webhook}/old-secret", Tags: []string{webhooksTag},
		Summary: "Sign with the old secret no longer", DefaultStatus: http.StatusNoContent, Description: "Repeating is not an error.",
	}, s.endOldWebhookSecret)
}

// WebhookPath is the webhook of a request.
type WebhookPath struct {
	Webhook string `path:"webhook" example:"whk_06f1w3k8q0000000000000000z"`
}

type webhook struct {
	ID             string     `json:"id"`
	URL            string     `json:"url"`
	Note           string     `json:"note"`
	Events         []string   `json:"events" doc:"What it is told."`
	Enabled        bool       `json:"enabled"`
	DisabledReason string     `json:"disabled_reason" doc:"In words, if the platform turned it off; otherwise empty."`
	Failures       int        `json:"failures" doc:"Attempts that failed since the last that did not."`
	FailingSince   *time.Time `json:"failing_since,omitempty"`
	LastFailure    string     `json:"last_failure" doc:"In a word, such as timeout, unreachable, unknown_host, certificate, not_public or status_500; empty if the last attempt arrived."`
	CreatedAt      time.Time  `json:"created_at"`
	OldSecretUntil *time.Time `json:"old_secret_until,omitempty" doc:"When deliveries are signed with the old secret no longer; absent: there is none that counts."`
}

// Webhook is webhook where it is embedded: a specification has no fields of what is not exported.
type Webhook = webhook

type newWebhookOutput struct {
	Body struct {
		Webhook
		Secret string `json:"secret" doc:"Kept by you; shown only now."`
	} `nameHint:"CreatedWebhook"`
}

func webhookOf(w chat.Webhook) webhook {
	shown := webhook{
		ID: w.ID, URL: w.URL, Note: w.Note, Events: make([]string, len(w.Types)), Enabled: w.Enabled, DisabledReason: disabledReason(w),
		Failures: w.Failures, LastFailure: w.LastFailure, CreatedAt: w.CreatedAt,
	}
	for i, t := range w.Types {
		shown.Events[i] = string(t)
	}
	if w.Failures > 0 {
		shown.FailingSince = &w.FailingSince
	}
	if w.OldCounts(time.Now()) {
		shown.OldSecretUntil = &w.OldUntil
	}
	return shown
}

func disabledReason(w chat.Webhook) string {
	switch w.Disabled {
	case chat.ByFailing:
		return fmt.Sprintf("Nothing has arrived here since %s; the last attempt failed with %s.", w.FailingSince.UTC().Format("2 January 2006"), w.LastFailure)
	case chat.ByGone:
		return "This server answered 410 Gone: it wants no more."
	default:
		return ""
	}
}

type webhookOutput struct{ Body webhook }

func (s *server) listWebhooks(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[webhook] }, error) {
	all, err := s.Webhooks.Webhooks(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	items := make([]webhook, len(all))
	for i, w := range all {
		items[i] = webhookOf(w)
	}
	return &struct{ Body page[webhook] }{page[webhook]{Items: items}}, nil
}

// webhookPatch is what of a webhook is to change.
type webhookPatch struct {
	URL     *string   `json:"url,omitempty" doc:"https, on the public web."`
	Note    *string   `json:"note,omitempty"`
	Events  *[]string `json:"events,omitempty" doc:"None: all of them."`
	Enabled *bool     `json:"enabled,omitempty"`
}

const maxNote = 200

// apply checks what is to change and puts it into place.
func (p webhookPatch) apply(to *chat.Webhook, hooks Hooks) error {
	if p.URL != nil {
		address := strings.TrimSpace(*p.URL)
		if err := hooks.Check(address); err != nil {
			return err
		}
		to.URL = address
	}
	if p.Note != nil {
		note, err := cleanLine(*p.Note, 0, maxNote, "note")
		if err != nil {
			return err
		}
		to.Note = note
	}
	if p.Events != nil {
		to.Types = nil
		for _, t := range chat.ToldTypes { // in this order, each once
			if len(*p.Events) == 0 || slices.Contains(*p.Events, string(t)) {
				to.Types = append(to.Types, t)
			}
		}
		for _, e := range *p.Events {
			if !slices.Contains(chat.ToldTypes, chat.Type(e)) {
				return invalid("events", "may hold "+toldNames())
			}
		}
	}
	if p.Enabled != nil {
		to.Enabled = *p.Enabled
		to.Disabled = chat.ByOwner
	}
	return nil
}

func toldNames() string {
	names := make([]string, len(chat.ToldTypes))
	for i, t := range chat.ToldTypes {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

type newWebhookInput struct {
	Body struct {
		URL     string   `json:"url" doc:"https, on the public web." example:"https://shop.example/parley"`
		Note    string   `json:"note,omitempty" doc:"Your own words; 200 characters at most."`
		Events  []string `json:"events,omitempty" doc:"None: all of them."`
		Enabled *bool    `json:"enabled,omitempty" doc:"true, if left out."`
	} `nameHint:"NewWebhook"`
}

func (s *server) createWebhook(ctx context.Context, who account.Identity, in *newWebhookInput) (*newWebhookOutput, error) {
	if err := s.Billing.Require(ctx, who.Tenant, billing.Webhooks); err != nil {
		return nil, err
	}
	if err := s.limits.webhooks.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	w := chat.Webhook{
		ID: chat.NewID(chat.WebhookPrefix), Tenant: who.Tenant, Secret: hooks.NewSecret(), Enabled: true, CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
	if err := (webhookPatch{&in.Body.URL, &in.Body.Note, &in.Body.Events, in.Body.Enabled}).apply(&w, s.Hooks); err != nil {
		return nil, err
	}
	if err := s.Webhooks.CreateWebhook(ctx, w); err != nil {
		return nil, err
	}
	out := &newWebhookOutput{}
	out.Body.Webhook, out.Body.Secret = webhookOf(w), w.Secret
	return out, nil
}

// webhook returns the tenant's webhook of a path.
func (s *server) webhook(ctx context.Context, who account.Identity, id string) (chat.Webhook, error) {
	if err := known(chat.WebhookPrefix, id); err != nil {
		return chat.Webhook{}, err
	}
	return s.Webhooks.Webhook(ctx, who.Tenant, id)
}

func (s *server) getWebhook(ctx context.Context, who account.Identity, in *WebhookPath) (*webhookOutput, error) {
	w, err := s.webhook(ctx, who, in.Webhook)
	if err != nil {
		return nil, err
	}
	return &webhookOutput{webhookOf(w)}, nil
}

type updateWebhookInput struct {
	WebhookPath
	Body webhookPatch
}

func (s *server) updateWebhook(ctx context.Context, who account.Identity, in *updateWebhookInput) (*webhookOutput, error) {
	if err := known(chat.WebhookPrefix, in.Webhook); err != nil {
		return nil, err
	}
	if err := s.limits.webhooks.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	w, err := s.Webhooks.UpdateWebhook(ctx, who.Tenant, in.Webhook, func(w *chat.Webhook) error { return in.Body.apply(w, s.Hooks) })
	if err != nil {
		return nil, err
	}
	return &webhookOutput{webhookOf(w)}, nil
}

func (s *server) deleteWebhook(ctx context.Context, who account.Identity, in *WebhookPath) (*struct{}, error) {
	if err := known(chat.WebhookPrefix, in.Webhook); err != nil {
		return nil, err
	}
	if err := s.limits.webhooks.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	return nil, s.Webhooks.DeleteWebhook(ctx, who.Tenant, in.Webhook)
}

type pinged struct {
	Delivered bool    `json:"delivered" doc:"Whether your server answered with a 2xx."`
	Status    int     `json:"status,omitempty" doc:"What it answered; absent if it did not."`
	Failure   string  `json:"failure,omitempty" doc:"As last_failure of a webhook."`
	Answer    string  `json:"answer" doc:"The beginning of what it answered."`
	TookMS    float64 `json:"took_ms"`
}

func (s *server) testWebhook(ctx context.Context, who account.Identity, in *WebhookPath) (*struct{ Body pinged }, error) {
	w, err := s.webhook(ctx, who, in.Webhook)
	if err != nil {
		return nil, err
	}
	if err := s.limits.webhooks.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	r := s.Hooks.Ping(ctx, w)
	return &struct{ Body pinged }{pinged{
		Delivered: r.Failure == "", Status: r.Status, Failure: r.Failure, Answer: strings.ToValidUTF8(r.Answer, "\uFFFD"), TookMS: r.Took.Seconds() * 1e3,
	}}, nil
}
