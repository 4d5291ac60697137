// Package vitals measures whether visitors are served: what is asked and answered, how long that takes, and what waits.
//
// It measures from outside, around the ports that the rooms use, so that no room knows of it. Labels have few values, none of
// them a tenant or anything that somebody wrote; docs/metrics.md says what each means. All is safe for concurrent use.
package vitals

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"parley/chat"
)

// seconds are the buckets for what people wait for.
var seconds = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 40, 80}

// New returns vitals that show at a registry.
func New(registry prometheus.Registerer, version string) *Vitals {
	with := promauto.With(registry)
	with.NewGauge(prometheus.GaugeOpts{
		Name: "parley_build_info", Help: "Always 1; its labels say what runs.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	}).Set(1)
	v := &Vitals{
		messages: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_messages_total", Help: "Messages that were kept, by who wrote them."}, []string{"from"}),
		refused: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_messages_refused_total", Help: "Messages that were not kept, by the code that their sender was told."}, []string{"code"}),
		acknowledged: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_message_seconds", Help: "From a message to its acknowledgement, after its commit.", Buckets: seconds}),
		answers: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_answers_total", Help: "Answers of bots that ended, by how."}, []string{"outcome"}),
		firstPiece: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_answer_first_piece_seconds", Help: "From the beginning of an answer to its first words.", Buckets: seconds}),
		answered: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_answer_seconds", Help: "From the beginning of an answer to its end, of those that were completed.", Buckets: seconds}),
		commits: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_commit_seconds", Help: "How long commits of conversations took.", Buckets: seconds}),
		batch: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_commit_appends", Help: "How many appends were committed together.", Buckets: prometheus.ExponentialBuckets(1, 2, 9)}),
		uncommitted: with.NewCounter(prometheus.CounterOpts{
			Name: "parley_commits_failed_total", Help: "Commits of conversations that failed as a whole: storage was away, or too slow."}),
		unappended: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_appends_refused_total", Help: "Appends that the database refused one by one, by code."}, []string{"code"}),
		calls: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_model_calls_total", Help: "Calls of the language model, by what for and how they ended."}, []string{"purpose", "outcome"}),
		called: with.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_model_seconds", Help: "How long calls of the language model took, by what for.", Buckets: seconds}, []string{"purpose"}),
		modelSpoke: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_model_first_piece_seconds", Help: "From a call of the language model to its first words.", Buckets: seconds}),
		tokens: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_model_tokens_total", Help: "Tokens that answers took, by direction."}, []string{"direction"}),
		embeddings: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_embedding_requests_total", Help: "Requests to the embedding model, by how they ended."}, []string{"outcome"}),
		embedded: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_embedding_seconds", Help: "How long requests to the embedding model took.", Buckets: seconds}),
		embeddingTokens: with.NewCounter(prometheus.CounterOpts{
			Name: "parley_embedding_tokens_total", Help: "Tokens of texts that were embedded, as the model counts."}),
		jobs: with.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_jobs_total", Help: "Readings of documents, by how they ended. One that failed is tried again."}, []string{"outcome"}),
		worked: with.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_job_seconds", Help: "How long readings of documents took.", Buckets: seconds}),
	}
	for _, from := range []chat.AuthorKind{chat.ByVisitor, chat.ByAgent} {
		v.messages.WithLabelValues(string(from))
	}
	for _, outcome := range []string{completed, string(chat.Stopped), string(chat.Takeover), string(chat.Failed), string(chat.NodeLost)} {
		v.answers.WithLabelValues(outcome)
	}
	v.refused.WithLabelValues(chat.ErrUnavailable.Code)
	v.unappended.WithLabelValues(chat.ErrFenced.Code)
	for _, purpose := range []string{forAnswer, forSummary, forQuestion} {
		v.calls.WithLabelValues(purpose, completed)
		v.called.WithLabelValues(purpose)
	}
	for _, direction := range []string{"in", "out"} {
		v.tokens.WithLabelValues(direction)
	}
	for _, outcome := range []string{completed, "limited", "unavailable", "refused"} {
		v.embeddings.WithLabelValues(outcome)
	}
	v.jobs.WithLabelValues(completed)
	return v
}

// completed is how most things end.
const completed = "completed"

// Vitals wraps what is to be measured.
type Vitals struct {
	messages     *prometheus.CounterVec
	refused      *prometheus.CounterVec
	acknowledged prometheus.Histogram

	answers    *prometheus.CounterVec
	firstPiece prometheus.Histogram
	answered   prometheus.Histogram

	commits     prometheus.Histogram
	batch       prometheus.Histogram
	uncommitted prometheus.Counter
	unappended  *prometheus.CounterVec

	calls      *prometheus.CounterVec
	called     *prometheus.HistogramVec
	modelSpoke prometheus.Histogram
	tokens     *prometheus.CounterVec

	embeddings      *prometheus.CounterVec
	embedded        prometheus.Histogram
	embeddingTokens prometheus.Counter

	jobs   *prometheus.CounterVec
	worked prometheus.Histogram
}
