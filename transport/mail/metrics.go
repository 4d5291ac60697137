package mail

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	sent    *prometheus.CounterVec
	dropped *prometheus.CounterVec
	failed  *prometheus.CounterVec
	seconds prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer) metrics {
	with := promauto.With(registerer)
	return metrics{
		sent: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_mails_sent_total", Help: "Mails of conversations that were handed on, by kind."}, []string{"kind"}),
		dropped: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_mails_dropped_total", Help: "Mails of conversations that nobody needed any more when they were due, by kind."}, []string{"kind"}),
		failed: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_mails_failed_total", Help: "Attempts that failed, by whether another follows."}, []string{"then"}),
		seconds: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_mails_seconds", Help: "How long the mail server took.", Buckets: []float64{.01, .05, .1, .5, 1, 5, 20}}),
	}
}
