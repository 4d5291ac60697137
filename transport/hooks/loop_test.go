package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// world is a business over the store that the program itself uses.
type world struct {
	t      *testing.T
	store  *postgres.Store
	tenant string
}

func setup(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	master, _, err := seal.LoadOrCreate(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: store}
	w.tenant = w.business()
	return w
}

func (w *world) business() string {
	w.t.Helper()
	tenant, user := chat.NewID(chat.TenantPrefix), chat.NewID(chat.UserPrefix)
	if err := w.store.Register(w.t.Context(), account.Tenant{ID: tenant}, account.User{ID: user, Email: user + "@example.com"},
		account.Member{Tenant: tenant, User: user, Role: account.Owner}); err != nil {
		w.t.Fatal(err)
	}
	return tenant
}

// start runs a loop that looks often and tries again at once.
func (w *world) start(change ...func(*Config)) *Loop {
	w.t.Helper()
	config := Config{
		Outbox: w.store, Webhooks: w.store, Log: w.store, Conversations: w.store, Sender: NewSender(Loopback),
		Logger: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), poll: 10 * time.Millisecond,
		retry: func(now, _ time.Time, _ int, _ time.Duration) time.Time { return now },
	}
	for _, c := range change {
		c(&config)
	}
	l := Start(config)
	w.t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		l.Stop(ended)
	})
	return l
}

func (w *world) listen(tenant, url string) chat.Webhook {
	w.t.Helper()
	webhook := chat.Webhook{ID: chat.NewID(chat.WebhookPrefix), Tenant: tenant, URL: url, Secret: NewSecret(), Types: chat.ToldTypes, Enabled: true, CreatedAt: time.Now()}
	if err := w.store.CreateWebhook(w.t.Context(), webhook); err != nil {
		w.t.Fatal(err)
	}
	return webhook
}

// talk makes a conversation with so many messages.
func (w *world) talk(tenant string, messages int) string {
	w.t.Helper()
	a := chat.Append{
		Ref: chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}, Epoch: 1, At: time.Now(), Status: chat.WithBot,
		Birth: &chat.Birth{Bot: "bot_1", Visitor: chat.NewID(chat.VisitorPrefix), Page: "https://shop.example/"},
	}
	for i := range messages {
		a.Bodies = append(a.Bodies, chat.MessageCreated{
			Message: chat.NewID(chat.MessagePrefix), Author: chat.Author{Kind: chat.ByVisitor}, Text: fmt.Sprint("Grüezi ", i), ClientID: fmt.Sprint(i),
		})
	}
	outcomes, err := w.store.Append(w.t.Context(), []chat.Append{a})
	if err != nil || outcomes[0].Err != nil {
		w.t.Fatalf("append: %v, %+v", err, outcomes)
	}
	return a.Conversation
}

// receiver is a server of the business.
type receiver struct {
	url string

	mu   sync.Mutex
	got  []message
	come chan struct{} // after each that was answered with a 2xx
}

type message struct {
	id     string
	header http.Header
	body   []byte
	Type   string
	Seq    int64
	Conv   string `json:"conversation"`
}

// receive answers the n-th request, from 1, with what answer says.
func receive(t *testing.T, answer func(n int, m message) int) *receiver {
	t.Helper()
	r := &receiver{come: make(chan struct{}, 1000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		m := message{id: req.Header.Get("webhook-id"), header: req.Header}
		m.body, _ = io.ReadAll(req.Body)
		if err := json.Unmarshal(m.body, &m); err != nil {
			t.Errorf("%s: %v", m.body, err)
		}
		r.mu.Lock()
		r.got = append(r.got, m)
		n := len(r.got)
		r.mu.Unlock()
		status := answer(n, m)
		w.WriteHeader(status)
		if status < 300 {
			r.come <- struct{}{}
		}
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func always(status int) func(int, message) int { return func(int, message) int { return status } }

// await waits until so many arrived, and returns all that came.
func (r *receiver) await(t *testing.T, n int) []message {
	t.Helper()
	for range n {
		select {
		case <-r.come:
		case <-time.After(30 * time.Second):
			t.Fatal("nothing came")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// eventually waits for what the loop does after an answer.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

func (w *world) empty() bool {
	waiting, err := w.store.Waiting(w.t.Context())
	return err == nil && waiting == 0
}

func TestEventsArriveInOrderSignedAsTheWireShowsThem(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, always(200))
	webhook := w.listen(w.tenant, r.url)
	w.start()
	conversation := w.talk(w.tenant, 5)
	got := r.await(t, 6)
	for i, m := range got {
		if !verified(webhook.Secret, m.header, m.body) || m.Seq != int64(i) || m.Conv != conversation || !chat.ValidID(chat.DeliveryPrefix, m.id) {
			t.Errorf("%d: %s %s", i, m.id, m.body)
		}
	}
	if got[0].Type != "conversation.created" || !strings.Contains(string(got[0].body), `"page":"https://shop.example/"`) || !strings.Contains(string(got[3].body), `"text":"Grüezi 2"`) {
		t.Errorf("%s, %s", got[0].body, got[3].body)
	}
	eventually(t, "what arrived still waits", w.empty)
}

func TestWhatFailsComesAgainUnderTheSameNameAndBeforeWhatFollows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, func(n int, _ message) int { return []int{500, 404, 302, 200}[min(n, 4)-1] })
	webhook := w.listen(w.tenant, r.url)
	w.talk(w.tenant, 1)
	w.start()
	got := r.await(t, 2)
	if len(got) != 5 || got[0].id != got[3].id || got[3].Type != "conversation.created" || got[4].Type != "message.created" || got[4].id == got[0].id {
		t.Errorf("got %+v", got)
	}
	eventually(t, "failures are remembered after a success", func() bool {
		found, err := w.store.Webhook(t.Context(), w.tenant, webhook.ID)
		return err == nil && found.Failures == 0 && w.empty()
	})
}

func TestWhatWasCommittedBeforeTheLoopBeganIsDelivered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, always(204))
	w.listen(w.tenant, r.url)
	w.talk(w.tenant, 2) // as if its process had died then
	w.start()
	r.await(t, 3)
}

func TestAServerThatSaysGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, always(410))
	webhook := w.listen(w.tenant, r.url)
	w.talk(w.tenant, 3)
	w.start()
	eventually(t, "it is still enabled", func() bool {
		found, err := w.store.Webhook(t.Context(), w.tenant, webhook.ID)
		return err == nil && !found.Enabled && found.Disabled == chat.ByGone && found.LastFailure == "status_410" && w.empty()
	})
}

// One business's servers all hang. Another's are told meanwhile.
func TestAServerThatHangsHoldsUpItselfOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	hang := make(chan struct{})
	hanging := receive(t, func(int, message) int { <-hang; return 200 })
	t.Cleanup(func() { close(hang) }) // before the servers close, which wait for it
	for range 3 {
		w.listen(w.tenant, hanging.url)
	}
	for range 2 * perNode {
		w.talk(w.tenant, 1)
	}
	other := w.business()
	r := receive(t, always(200))
	w.listen(other, r.url)
	w.start()
	w.talk(other, 3)
	r.await(t, 4)
	hanging.mu.Lock()
	defer hanging.mu.Unlock()
	if n := len(hanging.got); n > perTenant {
		t.Errorf("%d calls of one business are under way", n)
	}
}

func TestTwoLoopsShareTheWork(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, always(200))
	w.listen(w.tenant, r.url)
	w.start()
	w.start()
	for range 20 {
		w.talk(w.tenant, 2)
	}
	seen := map[string]int{}
	for _, m := range r.await(t, 60) {
		seen[m.id]++
	}
	eventually(t, "something still waits", w.empty)
	if len(seen) != 60 {
		t.Errorf("%d different events in 60 calls", len(seen))
	}
}

func TestStoppingLetsWhatIsUnderWayArriveAndBreaksOffTheRest(t *testing.T) {
	t.Parallel()
	w := setup(t)
	began, goOn := make(chan struct{}, 10), make(chan struct{})
	r := receive(t, func(int, message) int { began <- struct{}{}; <-goOn; return 200 })
	w.listen(w.tenant, r.url)
	w.talk(w.tenant, 1)
	l := w.start()
	<-began
	stopped := make(chan struct{})
	go func() { l.Stop(context.Background()); close(stopped) }()
	eventually(t, "the loop goes on", func() bool { return l.work.Stopping.Err() != nil })
	select {
	case <-stopped:
		t.Error("it did not wait for what is under way")
	default:
	}
	close(goOn)
	<-stopped
	if waiting, err := w.store.Waiting(t.Context()); err != nil || waiting != 1 {
		t.Errorf("%d wait, %v: one was under way and one behind it", waiting, err)
	}
}

func TestABrokenOffCallIsNotTheServersFailure(t *testing.T) {
	t.Parallel()
	w := setup(t)
	began, goOn := make(chan struct{}, 10), make(chan struct{})
	r := receive(t, func(int, message) int { began <- struct{}{}; <-goOn; return 200 })
	t.Cleanup(func() { close(goOn) })
	webhook := w.listen(w.tenant, r.url)
	w.talk(w.tenant, 1)
	l := w.start()
	<-began
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	l.Stop(ended)
	found, err := w.store.Webhook(t.Context(), w.tenant, webhook.ID)
	waiting, counted := w.store.Waiting(t.Context())
	if err != nil || counted != nil || found.Failures != 0 || waiting != 2 {
		t.Errorf("%d failures, %d wait, %v, %v", found.Failures, waiting, err, counted)
	}
}

func TestADeletedWebhookAndADisabledOneAreToldNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, always(200))
	deleted, disabled, kept := w.listen(w.tenant, r.url+"/deleted"), w.listen(w.tenant, r.url+"/disabled"), w.listen(w.tenant, r.url)
	w.talk(w.tenant, 1)
	if err := w.store.DeleteWebhook(t.Context(), w.tenant, deleted.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.UpdateWebhook(t.Context(), w.tenant, disabled.ID, func(wh *chat.Webhook) error { wh.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	w.start()
	for _, m := range r.await(t, 2) {
		if !verified(kept.Secret, m.header, m.body) {
			t.Errorf("told: %s", m.body)
		}
	}
	eventually(t, "something still waits", w.empty)
}
