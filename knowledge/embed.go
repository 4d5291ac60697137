package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"parley/chat"
	"parley/llm"
)

// Embedding gives passages and questions their vectors, by asking an embedding model. It is safe for concurrent use.
type Embedding struct {
	store  Vectors
	model  llm.Embedder
	logger *slog.Logger
	asked  *questions

	mu         sync.Mutex
	dimensions int       // of the model's vectors, as last seen; 0: it was not asked yet
	before     int       // those that it had earlier under the same name; 0: always the same
	resume     time.Time // passages are not sent before: the model wants a pause
	pause      time.Duration
}

// NewEmbedding returns an embedding over a store. It asks nobody anything yet.
func NewEmbedding(store Vectors, model llm.Embedder, logger *slog.Logger) *Embedding {
	return &Embedding{store: store, model: model, logger: logger, asked: newQuestions()}
}

// Limits of one step. A step that has begun a request waits for its end, as long as the job lives.
const (
	embedStep     = 8 * time.Second // after which nothing more is asked for
	embedPassages = 512             // that one step looks at
	// firstTexts go into the first request of a step, and twice as many into the next while it is quick: a model on a small machine takes
	// seconds for what another does at once.
	firstTexts = 16
	mostTexts  = 128
	quick      = time.Second
)

// At most so many sources are begun with at a time, and so many times in a row; the rest waits for the next minute.
const (
	dueSources = 200
	dueTimes   = 50
)

// Later is an error that says when to come again. Nothing is wrong with what was to be done.
type Later struct {
	After time.Duration
	Err   error
}

func (l *Later) Error() string { return fmt.Sprintf("again in %s: %v", l.After, l.Err) }
func (l *Later) Unwrap() error { return l.Err }

// RetryAfter is how long to wait.
func (l *Later) RetryAfter() time.Duration { return l.After }

var errPaused = errors.New("the embedding model wants a pause")

// Due begins to embed what is Ready and has passages without a vector. It is called every minute on one node.
func (e *Embedding) Due(ctx context.Context) error {
	if e.paused() > 0 {
		return nil
	}
	name, _, err := e.named(ctx)
	if err != nil {
		e.failed(err)
		return fmt.Errorf("ask the embedding model for its dimensions: %w", err)
	}
	for range dueTimes {
		begun, err := e.store.BeginEmbedding(ctx, name, dueSources)
		if err != nil {
			return fmt.Errorf("begin to embed: %w", err)
		}
		if begun < dueSources {
			break
		}
	}
	return nil
}

// Begin begins to embed a source. Nothing happens while the model wants a pause: Due will.
func (e *Embedding) Begin(ctx context.Context, tenant, id string) error {
	if e.paused() > 0 {
		return nil
	}
	name, _, err := e.named(ctx)
	if err != nil {
		e.failed(err)
		return fmt.Errorf("ask the embedding model for its dimensions: %w", err)
	}
	if err := e.store.KeepVectors(ctx, tenant, id, name, nil, false); err != nil && !errors.Is(err, chat.ErrNotFound) {
		return fmt.Errorf("begin to embed source %s: %w", id, err)
	}
	return nil
}

// Embed does one step of embedding a source, about 10 s at most, and saves what it has. Texts that the tenant had embedded before cost
// nothing. Repeating a step changes nothing twice. When the model fails the error is a *Later, and the source says so in
// its note; until all is embedded, its words alone find it.
func (e *Embedding) Embed(ctx context.Context, tenant, id string) error {
	if wait := e.paused(); wait > 0 {
		return &Later{wait, errPaused}
	}
	name, dimensions, err := e.named(ctx)
	if err != nil {
		return e.later(ctx, tenant, id, err)
	}
	source, passages, err := e.store.Missing(ctx, tenant, id, name, embedPassages)
	if errors.Is(err, chat.ErrNotFound) || err == nil && len(passages) == 0 {
		return nil // deleted, or done by another
	}
	if err != nil {
		return fmt.Errorf("look up what source %s lacks: %w", id, err)
	}
	vectors, texts, err := e.known(ctx, source, passages, name)
	if err != nil {
		return err
	}
	failure := e.fill(ctx, dimensions, texts, vectors)
	last := failure == nil && len(passages) < embedPassages && len(texts) == 0
	if len(vectors) > 0 {
		if err := e.store.KeepVectors(ctx, tenant, id, name, vectors, last); err != nil && !errors.Is(err, chat.ErrNotFound) {
			return fmt.Errorf("keep the vectors of source %s: %w", id, err)
		}
	}
	if failure != nil {
		return e.later(ctx, tenant, id, failure)
	}
	e.succeeded()
	note := ""
	if before := e.earlier(); before != 0 && !last {
		note = fmt.Sprintf(changedNote, before, dimensions)
	}
	return e.say(ctx, source, note)
}

// known returns the vectors that the tenant has already, and the texts of the others, each once.
func (e *Embedding) known(ctx context.Context, source Source, passages []Passage, name string) (map[Digest][]float32, map[Digest]string, error) {
	texts := make(map[Digest]string, len(passages))
	digests := make([]Digest, 0, len(passages))
	for _, p := range passages {
		digest := DigestOf(source.Title, p)
		if _, twice := texts[digest]; !twice {
			texts[digest] = Meaning(source.Title, p)
			digests = append(digests, digest)
		}
	}
	vectors, err := e.store.SameWords(ctx, source.Tenant, name, digests)
	if err != nil {
		return nil, nil, fmt.Errorf("look for the same words as in source %s: %w", source.ID, err)
	}
	if vectors == nil {
		vectors = map[Digest][]float32{}
	}
	for digest := range vectors {
		delete(texts, digest)
	}
	return vectors, texts, nil
}

// fill moves texts to vectors until there are none left, or the step's time is over.
func (e *Embedding) fill(ctx context.Context, dimensions int, texts map[Digest]string, vectors map[Digest][]float32) error {
	for begun, size := time.Now(), firstTexts; len(texts) > 0 && time.Since(begun) < embedStep; {
		digests := make([]Digest, 0, size)
		batch := make([]string, 0, size)
		for digest, text := range texts {
			if len(batch) < size {
				digests, batch = append(digests, digest), append(batch, text)
			}
		}
		asked := time.Now()
		embedded, err := e.each(ctx, batch)
		if err != nil {
			return err
		}
		for i, digest := range digests {
			if n := len(embedded[i]); n != 0 && n != dimensions {
				e.seen(n)
				return &dimensionsError{dimensions, n}
			}
			vectors[digest] = embedded[i]
			delete(texts, digest)
		}
		if time.Since(asked) < quick {
			size = min(2*size, mostTexts)
		}
	}
	return nil
}

// each embeds the texts. If the model refuses them but not a harmless one, they are sent one by one, and
// those that it refuses get an empty vector.
func (e *Embedding) each(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := e.model.Embed(ctx, texts)
	if err == nil || !refused(err) {
		return vectors, err
	}
	if _, general := e.model.Embed(ctx, []string{harmless}); general != nil {
		return nil, err
	}
	vectors = make([][]float32, len(texts))
	for i, text := range texts {
		one, err := e.model.Embed(ctx, []string{text})
		switch {
		case err == nil:
			vectors[i] = one[0]
		case refused(err):
			vectors[i] = []float32{}
		default:
			return nil, err
		}
	}
	return vectors, nil
}

func refused(err error) bool {
	var failure *llm.Error
	return errors.As(err, &failure) && !failure.Retryable
}

// harmless is a text that a model refuses only if it refuses all.
const harmless = "How many dimensions does this have?"
