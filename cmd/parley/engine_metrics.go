package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"parley/actors"
)

// registerEngine has metrics tell what an engine counts, and how its node fares among others.
func registerEngine(registry *prometheus.Registry, engine *actors.Engine) {
	gauge := func(name, help string, read func(actors.Stats) int64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(read(engine.Stats())) }))
	}
	counter := func(name, help string, labels prometheus.Labels, read func(actors.Stats) int64) {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, func() float64 { return float64(read(engine.Stats())) }))
	}
	gauge("parley_sessions", "Conversations in memory.", func(s actors.Stats) int64 { return s.Sessions })
	gauge("parley_answers_open", "Answers that are being written.", func(s actors.Stats) int64 { return s.Answering })
	counter("parley_fenced_total", "Appends that the database refused, since another node had opened the conversation.", nil, func(s actors.Stats) int64 { return s.Fenced })
	counter("parley_moved_total", "Conversations that left this node while somebody watched them.", nil, func(s actors.Stats) int64 { return s.Moved })
	const cache, aboutCache = "parley_answer_cache_total", "First questions of conversations that were looked for among earlier answers, by whether one was there."
	counter(cache, aboutCache, prometheus.Labels{"outcome": "hit"}, func(s actors.Stats) int64 { return s.CacheHits })
	counter(cache, aboutCache, prometheus.Labels{"outcome": "miss"}, func(s actors.Stats) int64 { return s.CacheMisses })
	gauge("parley_cluster_members", "Nodes that live, as far as this one knows.", func(s actors.Stats) int64 { return int64(s.Cluster.Members) })
	counter("parley_cluster_evictions_total", "How often the other nodes had given this one up.", nil, func(s actors.Stats) int64 { return s.Cluster.Evictions })
	const requests, about = "parley_cluster_requests_total", "Requests to conversations and desks, by where those are."
	counter(requests, about, prometheus.Labels{"where": "local"}, func(s actors.Stats) int64 { return s.Cluster.AskedHere })
	counter(requests, about, prometheus.Labels{"where": "remote"}, func(s actors.Stats) int64 { return s.Cluster.AskedOthers })
}
