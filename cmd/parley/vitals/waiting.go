package vitals

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/persistence/postgres"
)

// Parts are what the platform stands on.
type Parts interface {
	// Ping tells whether storage answers.
	Ping(ctx context.Context) error
	// Vitals tells what waits there.
	Vitals(ctx context.Context) (postgres.Vitals, error)
	// Connections tells how many connections to a database server there are; all zero: there is no server.
	Connections() postgres.Connections
}

// How long storage may take to be measured, and for how long what it said is shown: more scrapes do not burden it more.
const (
	lookTimeout = 2 * time.Second
	lookEvery   = 5 * time.Second
)

// Watch shows at a registry what waits, and whether storage and Redis are there. They are asked when the metrics are.
func Watch(registry prometheus.Registerer, parts Parts, redisUp func() bool) {
	registry.MustRegister(&watch{parts: parts, redisUp: redisUp})
}

type watch struct {
	parts   Parts
	redisUp func() bool

	mu     sync.Mutex
	looked time.Time
	up     bool
	vitals *postgres.Vitals // nil: not known
}

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	storageUp     = described("parley_storage_up", "Whether the database answers: 1, or 0.")
	redisUp       = described("parley_redis_up", "Whether Redis answers: 1, or 0.")
	connections   = described("parley_database_connections", "Connections of this node to Postgres: in use, idle, and the most that there may be.", "state")
	waiting       = described("parley_conversations_waiting", "Conversations that wait for a person, for all nodes; 100,000 at most.")
	unassigned    = described("parley_conversations_unassigned", "Of the conversations that wait: those that nobody is asked to take.")
	waitingOldest = described("parley_conversations_waiting_oldest_seconds", "How long the first of the waiting conversations has waited; 0: none waits.")
	sources       = described("parley_sources_waiting", "Documents that wait to be read or are being read, for all nodes; 100,000 at most.")
	sourcesOldest = described("parley_sources_waiting_oldest_seconds", "How long nothing happened to the first of them; 0: none waits.")
	mails         = described("parley_mails_waiting", "Mails that are due or failed before, for all nodes; 100,000 at most.")
	mailsOldest   = described("parley_mails_waiting_oldest_seconds", "How long ago the first of them was planned; 0: none waits.")
	hooksOldest   = described("parley_webhooks_waiting_oldest_seconds", "How long ago the first delivery to a webhook that is still waiting was written; 0: none waits.")
)

func (w *watch) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		storageUp, redisUp, connections, waiting, unassigned, waitingOldest, sources, sourcesOldest, mails, mailsOldest, hooksOldest,
	} {
		to <- d
	}
}

func (w *watch) Collect(to chan<- prometheus.Metric) {
	up, v := w.look()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(storageUp, number(up))
	gauge(redisUp, number(w.redisUp()))
	pool := w.parts.Connections()
	gauge(connections, float64(pool.Used), "used")
	gauge(connections, float64(pool.Idle), "idle")
	gauge(connections, float64(pool.Most), "most")
	if v == nil {
		return
	}
	age := func(queue postgres.Queue) float64 {
		if queue.Since.IsZero() {
			return 0
		}
		return max(0, time.Since(queue.Since).Seconds())
	}
	gauge(waiting, float64(v.Conversations.Waiting))
	gauge(unassigned, float64(v.Unassigned))
	gauge(waitingOldest, age(v.Conversations))
	gauge(sources, float64(v.Sources.Waiting))
	gauge(sourcesOldest, age(v.Sources))
	gauge(mails, float64(v.Mails.Waiting))
	gauge(mailsOldest, age(v.Mails))
	gauge(hooksOldest, age(v.Deliveries))
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// look asks storage, unless it was asked a moment ago.
func (w *watch) look() (up bool, v *postgres.Vitals) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.looked) < lookEvery {
		return w.up, w.vitals
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	w.up, w.vitals = w.parts.Ping(ctx) == nil, nil
	if w.up {
		if found, err := w.parts.Vitals(ctx); err == nil {
			w.vitals = &found
		}
	}
	w.looked = time.Now()
	return w.up, w.vitals
}
