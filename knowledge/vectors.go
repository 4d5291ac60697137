package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"
)

// Digest names a passage by what it says: title, headings and text. The same words have the same digest, within a tenant and
// nowhere else: a store keeps it under the tenant's key.
type Digest [16]byte

// DigestOf returns the digest of a passage of a source with this title.
func DigestOf(title string, p Passage) (digest Digest) {
	hash := sha256.New()
	write := func(s string) {
		_ = binary.Write(hash, binary.BigEndian, uint64(len(s))) // so that no two lists run together
		_, _ = io.WriteString(hash, s)
	}
	write(title)
	for _, heading := range p.Headings {
		write(heading)
	}
	write(p.Text)
	copy(digest[:], hash.Sum(nil))
	return digest
}

// Meaning is the text that is embedded for a passage of a source with this title: what it is about stands before what it says.
func Meaning(title string, p Passage) string {
	about := make([]string, 0, len(p.Headings)+1)
	if title = readable(title); title != "" {
		about = append(about, title)
	}
	return strings.Join(append(about, p.Headings...), " › ") + "\n" + p.Text
}

// Vectors keeps what passages mean, as an embedding model says. They are sealed with the key of their source. A model is named together with
// the number of its dimensions ("text-embedding-3-small/1536"), so that one that changes them under its name is another. An empty
// vector says that the model takes no such text: it is kept, so that the passage is not missing for ever.
type Vectors interface {
	// BeginEmbedding enqueues EmbedSource for sources that are Ready and have passages without a vector of the model, oldest first, limit
	// at most, those that are enqueued already left out. It crosses tenants.
	BeginEmbedding(ctx context.Context, model string, limit int) (begun int, err error)
	// Missing returns a source with those of its passages that have no vector of the model, in order, limit at most; chat.ErrNotFound if it is gone.
	Missing(ctx context.Context, tenant, source, model string, limit int) (Source, []Passage, error)
	// SameWords returns vectors of the model that any of the tenant's sources has for the digests.
	SameWords(ctx context.Context, tenant, model string, digests []Digest) (map[Digest][]float32, error)
	// KeepVectors stores vectors of a source's passages; what is stored already stays. When last says that none is missing any more, those of
	// other models are dropped and the bot's version is raised; otherwise the next step is enqueued in the same transaction.
	KeepVectors(ctx context.Context, tenant, source, model string, vectors map[Digest][]float32, last bool) error
	// VectorsOf returns all of some of a tenant's sources, by source. Sources without any are left out.
	VectorsOf(ctx context.Context, tenant, model string, sources []string) (map[string]map[Digest][]float32, error)
	// SetNote changes Source.Note, and nothing else. A source that is gone is no error.
	SetNote(ctx context.Context, tenant, source, note string) error
}
