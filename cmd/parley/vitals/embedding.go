package vitals

import "time"

// Embedding measures a request to the embedding model.
func (v *Vitals) Embedding(outcome string, tokens int64, took time.Duration) {
	v.embeddings.WithLabelValues(outcome).Inc()
	v.embedded.Observe(took.Seconds())
	v.embeddingTokens.Add(float64(max(tokens, 0)))
}
