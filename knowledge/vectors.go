package knowledge

import "context"

// Digest names a passage by what it says: title, headings and text. The same words have the same digest, within a tenant and
// nowhere else.
type Digest [16]byte

// Vectors keeps what passages mean, as an embedding model says. They are sealed with the key of their source.
type Vectors interface {
	// Unembedded lists sources that are Ready and have passages without a vector of the model, oldest first. It crosses tenants.
	Unembedded(ctx context.Context, model string, limit int) ([]Source, error)
	// Missing returns passages of a source without a vector of the model, in order, limit at most.
	Missing(ctx context.Context, tenant, source, model string, limit int) ([]Passage, error)
	// SameWords returns vectors of the model that any of the tenant's sources has for the digests.
	SameWords(ctx context.Context, tenant, model string, digests []Digest) (map[Digest][]float32, error)
	// KeepVectors stores vectors of a source's passages. When last says that none is missing any more, the bot's version is raised.
	KeepVectors(ctx context.Context, tenant, source, model string, vectors map[Digest][]float32, last bool) error
	// SourceVectors returns all of a source.
	SourceVectors(ctx context.Context, tenant, source, model string) (map[Digest][]float32, error)
}
