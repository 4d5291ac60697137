package socket

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"parley/transport/wire"
)

type metrics struct {
	connections *prometheus.GaugeVec
	refused     *prometheus.CounterVec
	errors      *prometheus.CounterVec
	closed      *prometheus.CounterVec
	received    *prometheus.CounterVec
	lagged      prometheus.Counter
	apart       prometheus.Gauge
	found       prometheus.Counter
}

func newMetrics(registerer prometheus.Registerer) metrics {
	with := promauto.With(registerer)
	return metrics{
		connections: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "parley_socket_connections", Help: "Websockets that are open, by who opened them: visitor, agent, or opening, which did not say yet."}, []string{"kind"}),
		errors: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_socket_errors_total", Help: "Frames that were answered with an error, by its code."}, []string{"code"}),
		refused: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_socket_refused_total", Help: "Upgrades refused, by the code of the refusal."}, []string{"code"}),
		closed: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_socket_closed_total", Help: "Websockets that we closed, by close code."}, []string{"code"}),
		received: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_socket_frames_received_total", Help: "Frames from clients, by their type, or broken, unknown or too large."}, []string{"type"}),
		lagged: with.NewCounter(prometheus.CounterOpts{
			Name: "parley_socket_lagged_total", Help: "Times that deltas were dropped for a reader that was too slow."}),
		found: with.NewCounter(prometheus.CounterOpts{
			Name: "parley_socket_found_total", Help: "Times that the end of what was delivered had been lost between nodes, and was found in the log."}),
		apart: with.NewGauge(prometheus.GaugeOpts{
			Name: "parley_socket_apart", Help: "Watches of conversations that cannot be followed at the moment: their clients wait."}),
	}
}

func (m metrics) closing(code wire.CloseCode) {
	m.closed.WithLabelValues(strconv.Itoa(int(code))).Inc()
}

// count adds to, or takes from, the connections whose role that is.
func (m metrics) count(of role, change float64) {
	kind := "opening"
	switch of.(type) {
	case *session:
		kind = "visitor"
	case *desk:
		kind = "agent"
	}
	m.connections.WithLabelValues(kind).Add(change)
}
