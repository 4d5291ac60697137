package hooks

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

// The vector is the specification's own.
func TestASignatureIsTheOneOfTheSpecification(t *testing.T) {
	t.Parallel()
	got, err := sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if one, two := NewSecret(), NewSecret(); one == two || !strings.HasPrefix(one, "whsec_") || len(one) < 44 {
		t.Errorf("secrets %s, %s", one, two)
	}
}

func TestAddressesThatCannotBeToldAreRefused(t *testing.T) {
	t.Parallel()
	public := []string{"https://shop.example/hook?a=b", "https://shop.example:8443", "https://93.184.215.14/x"}
	inside := []string{"http://127.0.0.1:9/x", "https://127.0.0.1/x", "http://localhost:3000", "http://[::1]:80/"}
	never := []string{
		"", "shop.example", "ftp://shop.example", "https://", "https:///x", "https://a:b@shop.example", "https://shop.example/#x", " https://shop.example",
		"https://10.0.0.1", "https://169.254.169.254/latest", "https://[fd00::1]/", "http://93.184.215.14", "https://shop.example/" + strings.Repeat("x", 2000),
	}
	for _, c := range []struct {
		networks  Networks
		addresses []string
		good      bool
	}{{nil, public, true}, {Loopback, public, true}, {Loopback, inside, true}, {nil, inside, false}, {nil, never, false}, {Loopback, never, false}} {
		for _, address := range c.addresses {
			err := NewSender(c.networks).Check(address)
			if words := new(chat.Error); (err == nil) != c.good || err != nil && !errors.As(err, &words) {
				t.Errorf("%q with %v: %v", address, c.networks, err)
			}
		}
	}
	mapped := Networks{netip.MustParsePrefix("10.0.0.0/8")}
	if err := mapped.check("http://[::ffff:10.0.0.1]/"); err != nil {
		t.Errorf("an allowed address in another form: %v", err)
	}
}

func TestWhatIsTakenIsFair(t *testing.T) {
	t.Parallel()
	queues := func(tenants, each int) (all []chat.HookQueue) {
		for tenant := range tenants {
			for webhook := range each {
				all = append(all, chat.HookQueue{Tenant: fmt.Sprint("t", tenant), Webhook: fmt.Sprint("w", tenant, "/", webhook)})
			}
		}
		return all
	}
	busy := func(d chat.Delivery, n int) *underWay {
		u := newUnderWay()
		u.add(d, n)
		return u
	}
	sum := func(shares []chat.Share) (n int) {
		for _, s := range shares {
			n += s.Count
		}
		return n
	}
	for name, c := range map[string]struct {
		busy            *underWay
		queues          []chat.HookQueue
		shares, in, max int
	}{
		"nothing is due":                       {newUnderWay(), nil, 0, 0, 0},
		"one webhook":                          {newUnderWay(), queues(1, 1), 1, perWebhook, perWebhook},
		"a business with ten":                  {newUnderWay(), queues(1, 10), 8, perTenant, 1},
		"many businesses":                      {newUnderWay(), queues(100, 1), perNode, perNode, 1},
		"a few businesses":                     {newUnderWay(), queues(3, 1), 3, 3 * perWebhook, perWebhook},
		"a webhook that hangs":                 {busy(chat.Delivery{Tenant: "t0", Webhook: "w0/0"}, perWebhook), queues(1, 2), 1, perWebhook, perWebhook},
		"a business that hangs beside another": {busy(chat.Delivery{Tenant: "t0", Webhook: "x"}, perTenant), queues(2, 1), 1, perWebhook, perWebhook},
		"a node that is full":                  {busy(chat.Delivery{Tenant: "x", Webhook: "x"}, perNode), queues(5, 1), 0, 0, 0},
	} {
		shares := c.busy.shares(c.queues)
		if len(shares) != c.shares || sum(shares) != c.in {
			t.Errorf("%s: %d shares, %d in all: %+v", name, len(shares), sum(shares), shares)
		}
		for _, s := range shares {
			if s.Count > c.max {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
	u := busy(chat.Delivery{Tenant: "t", Webhook: "w"}, 1)
	u.add(chat.Delivery{Tenant: "t", Webhook: "w"}, -1)
	if u.all != 0 || len(u.tenant) != 0 || len(u.webhook) != 0 {
		t.Errorf("what ended is remembered: %+v", u)
	}
}

func TestADeliveryIsTriedAboutTwentyTimesInThreeDays(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	now, tries := created, 1
	for ; tries < 100; tries++ {
		next := retryAt(now, created, tries, 0)
		if next.IsZero() {
			break
		}
		if wait := next.Sub(now); wait < 4*time.Second || wait > 8*time.Hour || tries == 1 && wait > 6*time.Second {
			t.Errorf("after %d attempts: %s", tries, wait)
		}
		now = next
	}
	if tries < 17 || tries > 24 || now.Sub(created) < 60*time.Hour || now.Sub(created) > givenUpAfter {
		t.Errorf("%d attempts in %s", tries, now.Sub(created))
	}
	if at := retryAt(created, created, 1, time.Hour); at.Sub(created) != time.Hour {
		t.Errorf("asked for an hour it waits %s", at.Sub(created))
	}
}

func TestAWebhookIsGivenUpAfterDaysOfNothingButFailures(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		webhook chat.Webhook
		result  Result
		want    chat.Disabling
	}{
		"the first failure":            {chat.Webhook{}, Result{Status: 500}, chat.ByOwner},
		"four days":                    {chat.Webhook{Failures: 20, FailingSince: now.Add(-4 * 24 * time.Hour)}, Result{Status: 500}, chat.ByOwner},
		"five days":                    {chat.Webhook{Failures: 2, FailingSince: now.Add(-5 * 24 * time.Hour)}, Result{}, chat.ByFailing},
		"a server that wants no more":  {chat.Webhook{}, Result{Status: 410}, chat.ByGone},
		"a server that finds it wrong": {chat.Webhook{}, Result{Status: 404}, chat.ByOwner},
	} {
		if got := hopeless(c.webhook, c.result, now); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
