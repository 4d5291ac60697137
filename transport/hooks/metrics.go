package hooks

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	delivered prometheus.Counter
	failed    *prometheus.CounterVec
	disabled  prometheus.Counter
	waiting   prometheus.Gauge
	seconds   prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer) metrics {
	with := promauto.With(registerer)
	return metrics{
		delivered: with.NewCounter(prometheus.CounterOpts{
			Name: "parley_webhooks_delivered_total", Help: "Events that arrived at webhooks."}),
		failed: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_webhooks_failed_total", Help: "Attempts that failed, by whether another follows."}, []string{"then"}),
		disabled: with.NewCounter(prometheus.CounterOpts{
			Name: "parley_webhooks_disabled_total", Help: "Webhooks that were disabled because nothing arrived."}),
		waiting: with.NewGauge(prometheus.GaugeOpts{
			Name: "parley_webhooks_waiting", Help: "Deliveries that wait in the database, for all nodes; 100,000 at most."}),
		seconds: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_webhooks_seconds", Help: "How long servers took to answer.", Buckets: []float64{.01, .05, .1, .5, 1, 5, 15}}),
	}
}
