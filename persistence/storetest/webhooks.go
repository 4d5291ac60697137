package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/persistence/seal"
)

// newWebhook is one that wants to be told everything.
func (w *world) newWebhook() chat.Webhook {
	return chat.Webhook{
		ID: chat.NewID(chat.WebhookPrefix), Tenant: w.tenant.ID, URL: "https://nails.example/hook?a=ü", Secret: "whsec_c2VjcmV0", Note: "To the till",
		Types: chat.ToldTypes, Enabled: true, CreatedAt: moment(2),
	}
}

// listen makes a webhook; change, if not nil, alters it before.
func (w *world) listen(t testing.TB, change func(*chat.Webhook)) chat.Webhook {
	t.Helper()
	webhook := w.newWebhook()
	if change != nil {
		change(&webhook)
	}
	must(t, w.CreateWebhook(t.Context(), webhook))
	return webhook
}

func enable(on bool) func(*chat.Webhook) error {
	return func(w *chat.Webhook) error { w.Enabled = on; return nil }
}

var webhookTests = []test{
	{"A webhook comes back as it was made, oldest first", func(t *testing.T, w *world) {
		first := w.listen(t, nil)
		second := w.listen(t, func(wh *chat.Webhook) {
			wh.CreatedAt, wh.Types, wh.Enabled, wh.Note = moment(3), []chat.Type{chat.TypeStatusChanged}, false, ""
		})
		found, err := w.Webhook(t.Context(), w.tenant.ID, first.ID)
		must(t, err)
		if diff := cmp.Diff(first, found); diff != "" {
			t.Error(diff)
		}
		all, err := w.Webhooks(t.Context(), w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff([]chat.Webhook{first, second}, all); diff != "" {
			t.Error(diff)
		}
	}},
	{"A tenant has ten webhooks at most, however many are made at once", func(t *testing.T, w *world) {
		var group sync.WaitGroup
		codes := make(chan string, chat.MaxWebhooks+4)
		for range cap(codes) {
			group.Go(func() {
				if err := w.CreateWebhook(t.Context(), w.newWebhook()); err != nil {
					codes <- code(err)
				}
			})
		}
		group.Wait()
		close(codes)
		for c := range codes {
			if c != "too_many_webhooks" {
				t.Errorf("got %s", c)
			}
		}
		all, err := w.Webhooks(t.Context(), w.tenant.ID)
		must(t, err)
		if len(all) != chat.MaxWebhooks {
			t.Errorf("there are %d", len(all))
		}
	}},
	{"Changes of a webhook at once are all kept", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		var group sync.WaitGroup
		for i := range 6 {
			group.Go(func() {
				_, err := w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
					wh.Note += fmt.Sprint(" ", i)
					return nil
				})
				if err != nil {
					t.Errorf("update: %v", err)
				}
			})
		}
		group.Wait()
		found, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID)
		must(t, err)
		if len(found.Note) != len(webhook.Note)+2*6 || found.URL != webhook.URL || found.Secret != webhook.Secret {
			t.Errorf("it is %+v", found)
		}
	}},
	{"A change that is refused changes nothing", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		refusal := errors.New("no")
		_, err := w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
			wh.URL = "https://elsewhere.example"
			return refusal
		})
		want(t, err, refusal)
		found, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID)
		must(t, err)
		if diff := cmp.Diff(webhook, found); diff != "" {
			t.Error(diff)
		}
	}},
	{"The secret before is kept until it is ended, whatever else changes", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		until := moment(90)
		rotated, err := w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
			return wh.Rotate("whsec_bmV3", moment(60), until)
		})
		must(t, err)
		_, err = w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
			wh.Note = "Elsewhere"
			return nil
		})
		must(t, err)
		rotated.Note = "Elsewhere"
		found, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID)
		must(t, err)
		if diff := cmp.Diff(rotated, found); diff != "" || found.Secret != "whsec_bmV3" || found.OldSecret != webhook.Secret || !found.OldUntil.Equal(until) {
			t.Errorf("it is %+v\n%s", found, diff)
		}
		_, err = w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
			wh.EndOldSecret()
			return nil
		})
		must(t, err)
		all, err := w.Webhooks(t.Context(), w.tenant.ID)
		must(t, err)
		if len(all) != 1 || all[0].Secret != "whsec_bmV3" || all[0].OldSecret != "" || !all[0].OldUntil.IsZero() {
			t.Errorf("then it is %+v", all)
		}
	}},
	{"A webhook that was disabled says why, until it is enabled again", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		w.born(t, said("a", "Hello"))
		d := w.take(t, webhook, 1)[0]
		must(t, w.Postpone(t.Context(), d, moment(3), "status_500"))
		_, err := w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
			wh.Enabled, wh.Disabled = false, chat.ByFailing
			return nil
		})
		must(t, err)
		found, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID)
		must(t, err)
		if found.Disabled != chat.ByFailing || found.Failures != 1 || found.LastFailure != "status_500" || time.Since(found.FailingSince) > time.Minute {
			t.Errorf("disabled it is %+v", found)
		}
		if again := w.take(t, webhook, 10); len(again) != 0 {
			t.Errorf("what waited is still there: %+v", again)
		}
		enabled, err := w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, enable(true))
		must(t, err)
		if found, err = w.Webhook(t.Context(), w.tenant.ID, webhook.ID); err != nil || cmp.Diff(webhook, found)+cmp.Diff(enabled, found) != "" {
			t.Errorf("enabled it is %+v, %v", found, err)
		}
	}},
	{"A webhook is deleted once, with what waits for it", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		w.born(t, said("a", "Hello"))
		must(t, w.DeleteWebhook(t.Context(), w.tenant.ID, webhook.ID))
		want(t, w.DeleteWebhook(t.Context(), w.tenant.ID, webhook.ID), chat.ErrNotFound)
		_, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID)
		want(t, err, chat.ErrNotFound)
		if left := w.take(t, webhook, 10); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	}},
	{"Nothing of another tenant's webhooks is read, changed or taken", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		w.born(t, said("a", "Hello"))
		stranger := newWorld(t, w.Store)
		ctx, tenant := t.Context(), stranger.tenant.ID
		for name, try := range map[string]func() error{
			"Webhook":       func() error { _, err := w.Webhook(ctx, tenant, webhook.ID); return err },
			"UpdateWebhook": func() error { _, err := w.UpdateWebhook(ctx, tenant, webhook.ID, enable(false)); return err },
			"DeleteWebhook": func() error { return w.DeleteWebhook(ctx, tenant, webhook.ID) },
			"malformed":     func() error { _, err := w.Webhook(ctx, w.tenant.ID, "whk\x00"); return err },
		} {
			if got := code(try()); got != "not_found" {
				t.Errorf("%s: %s", name, got)
			}
		}
		if all, err := w.Webhooks(ctx, tenant); len(all) != 0 || err != nil {
			t.Errorf("listed: %+v, %v", all, err)
		}
		stolen := webhook
		stolen.Tenant = tenant
		if taken := w.take(t, stolen, 10); len(taken) != 0 {
			t.Errorf("taken: %+v", taken)
		}
		d := w.take(t, webhook, 1)[0]
		theirs := d
		theirs.Tenant = tenant
		must(t, w.Done(ctx, theirs))
		must(t, w.Postpone(ctx, theirs, time.Time{}, "x"))
		must(t, w.Postpone(ctx, d, moment(3), "x")) // it is still there
		if again := w.take(t, webhook, 1); len(again) != 1 || again[0].ID != d.ID {
			t.Errorf("then: %+v", again)
		}
	}},
}

var sealedWebhookTests = []aloneTest{
	{"Nothing of a webhook's target stands in plain text, and it opens in its own place only", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		webhook := w.listen(t, func(wh *chat.Webhook) {
			wh.URL, wh.Secret, wh.Note, wh.OldSecret = "https://zugzwang.example/zugzwang", "whsec_zugzwang", "zugzwang", "whsec_zugzwang"
		})
		other := w.listen(t, nil)
		w.born(t, said("a", "Hello"))
		for table, rows := range d.Dump(t) {
			if text := strings.Join(rows, "\n"); strings.Contains(text, "zugzwang") {
				t.Errorf("%s says it", table)
			}
		}
		d.Exec(t, "UPDATE webhooks SET target = (SELECT target FROM webhooks WHERE id = $1) WHERE id = $2", webhook.ID, other.ID)
		_, err := store.Webhook(context.Background(), w.tenant.ID, other.ID)
		want(t, err, seal.ErrSealed)
	}},
}
