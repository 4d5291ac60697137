package llm

import "context"

// Embedder turns texts into vectors: what means the same is near each other. It is safe for concurrent use.
type Embedder interface {
	// Model names the model. Only vectors of one model are comparable.
	Model() string
	// Embed returns one vector for each text, in order, of length 1 and all with the same number of dimensions. What is too long
	// for the model is embedded by its beginning. On an error, *Error tells whether repeating may help.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}
