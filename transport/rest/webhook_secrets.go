package rest

import (
	"context"
	"time"

	"parley/account"
	"parley/chat"
	"parley/transport/hooks"
)

type rotateWebhookSecretInput struct {
	WebhookPath
	Body *struct {
		OverlapHours *int `json:"overlap_hours,omitempty" doc:"How long deliveries are signed with the old secret as well: 0 to 720; 24, if left out."`
	} `nameHint:"WebhookSecretRotation" required:"false"`
}

func (s *server) rotateWebhookSecret(ctx context.Context, who account.Identity, in *rotateWebhookSecretInput) (*newWebhookOutput, error) {
	if err := known(chat.WebhookPrefix, in.Webhook); err != nil {
		return nil, err
	}
	hours := standardOverlap
	if in.Body != nil && in.Body.OverlapHours != nil {
		hours = *in.Body.OverlapHours
	}
	if hours < 0 || hours > 720 {
		return nil, chat.Fail(chat.Invalid, "overlap_invalid", "The old secret can count for 0 to 720 hours.")
	}
	if err := s.limits.webhooks.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	secret, now := hooks.NewSecret(), time.Now().UTC().Truncate(time.Millisecond)
	w, err := s.Webhooks.UpdateWebhook(ctx, who.Tenant, in.Webhook, func(w *chat.Webhook) error {
		return w.Rotate(secret, now, now.Add(time.Duration(hours)*time.Hour))
	})
	if err != nil {
		return nil, err
	}
	out := &newWebhookOutput{}
	out.Body.Webhook, out.Body.Secret = webhookOf(w), w.Secret
	return out, nil
}

func (s *server) endOldWebhookSecret(ctx context.Context, who account.Identity, in *WebhookPath) (*struct{}, error) {
	if err := known(chat.WebhookPrefix, in.Webhook); err != nil {
		return nil, err
	}
	if err := s.limits.webhooks.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	_, err := s.Webhooks.UpdateWebhook(ctx, who.Tenant, in.Webhook, func(w *chat.Webhook) error {
		w.EndOldSecret()
		return nil
	})
	return nil, err
}
