package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/llm"
	"parley/llm/llmtest"
)

// model is an embedder whose failures a test decides.
type model struct {
	mu         sync.Mutex
	texts      []string // that it was asked for, but the harmless one
	dimensions int
	fails      func(text string) error
	hangs      bool
}

func (*model) Model() string { return "small" }

func (m *model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	m.mu.Lock()
	hangs := m.hangs
	m.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return nil, &llm.Error{Retryable: true, Err: ctx.Err()}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		if m.fails != nil {
			if err := m.fails(text); err != nil {
				return nil, err
			}
		}
		if text != harmless {
			m.texts = append(m.texts, text)
		}
		vectors[i] = llmtest.Embedding(text, m.dimensions)
	}
	return vectors, nil
}

func (m *model) set(change func(*model)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

func (m *model) asked() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.texts)
}

// embeddingWorld is a store of sources with a model.
type embeddingWorld struct {
	*memoryVectors
	model     *model
	embedding *Embedding
}

func newEmbeddingWorld() *embeddingWorld {
	w := &embeddingWorld{memoryVectors: newMemoryVectors(newMemory()), model: &model{}}
	w.embedding = NewEmbedding(w, w.model, slog.New(slog.DiscardHandler))
	return w
}

// add makes a source Ready whose passages say the texts.
func (w *embeddingWorld) add(id string, texts ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := Source{ID: id, Tenant: "tnt", Bot: "bot", Kind: KindText, Title: "Help", State: Ready, UpdatedAt: w.now()}
	w.sources[id], w.passages[id] = s, nil
	for i, text := range texts {
		w.passages[id] = append(w.passages[id], Passage{ID: fmt.Sprintf("%s-%d", id, i), Source: id, Order: i, Text: text})
	}
	w.versions["tnt/bot"]++
}

func (w *embeddingWorld) note(id string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sources[id].Note
}

func (w *embeddingWorld) missing(t *testing.T, id string, dimensions int) int {
	t.Helper()
	_, lacking, err := w.Missing(t.Context(), "tnt", id, nameOf(w.model, dimensions), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(lacking)
}

func nameOf(m *model, dimensions int) string { return fmt.Sprintf("%s/%d", m.Model(), dimensions) }

func TestTheSameWordsAreEmbeddedOnce(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "Refunds take a week.", "Parcels are tracked.", "Refunds take a week.")
	w.add("b", "Parcels are tracked.", "Cats are welcome.")
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	if n := w.model.asked(); n != 3 {
		t.Errorf("%d texts were embedded, want 3", n)
	}
	w.add("a", "Refunds take a week.", "Parcels are weighed.") // read again
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	if n := w.model.asked(); n != 4 || w.missing(t, "a", llmtest.DefaultDimensions) != 0 {
		t.Errorf("%d texts were embedded, want one more", n)
	}
}

func TestALongSourceIsEmbeddedInSteps(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	var texts []string
	for i := range embedPassages + 10 {
		texts = append(texts, fmt.Sprintf("Passage number %d.", i))
	}
	w.add("a", texts...)
	version := w.versions["tnt/bot"]
	if err := w.embedding.Embed(t.Context(), "tnt", "a"); err != nil {
		t.Fatal(err)
	}
	if n := w.missing(t, "a", llmtest.DefaultDimensions); n != 10 || len(w.queued) != 1 || w.versions["tnt/bot"] != version {
		t.Errorf("after a step %d are missing, %d steps wait", n, len(w.queued))
	}
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	if w.missing(t, "a", llmtest.DefaultDimensions) != 0 || w.versions["tnt/bot"] != version+1 || w.model.asked() != len(texts) {
		t.Errorf("%d texts were embedded, of %d", w.model.asked(), len(texts))
	}
}

func TestWhatWasEmbeddedBeforeAFailureIsKept(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	var texts []string
	for i := range 100 {
		texts = append(texts, fmt.Sprintf("Passage number %d.", i))
	}
	w.add("a", texts...)
	w.model.fails = func(text string) error {
		if len(w.model.texts) < firstTexts || text == harmless {
			return nil
		}
		return &llm.Error{Retryable: true, RetryAfter: time.Minute, Err: errors.New("too many requests")}
	}
	err := w.embedding.Embed(t.Context(), "tnt", "a")
	var later *Later
	if !errors.As(err, &later) || later.RetryAfter() < time.Minute {
		t.Fatalf("%v", err)
	}
	if n := w.missing(t, "a", llmtest.DefaultDimensions); n != len(texts)-firstTexts {
		t.Errorf("%d are missing", n)
	}
	if !strings.Contains(w.note("a"), "cannot be reached") {
		t.Errorf("the note is %q", w.note("a"))
	}
	// The model is left alone as long as it asked for, whatever source is next.
	asked := w.model.asked()
	if err := w.embedding.Embed(t.Context(), "tnt", "a"); !errors.As(err, &later) || later.After < 50*time.Second || w.model.asked() != asked {
		t.Errorf("%v", err)
	}
}

func TestAModelThatChangesItsDimensionsIsNoticedAndNeverMixed(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "Refunds take a week.")
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	w.model.set(func(m *model) { m.dimensions = 64 })
	w.add("b", "Parcels are tracked.", "Cats are welcome.")
	err := w.embedAll(t.Context(), w.embedding, "tnt")
	var later *Later
	if !errors.As(err, &later) {
		t.Fatalf("%v", err)
	}
	if note := w.note("b"); !strings.Contains(note, "vectors of 64 numbers where it was 512") {
		t.Errorf("the note is %q", note)
	}
	if w.missing(t, "b", llmtest.DefaultDimensions) != 2 {
		t.Error("vectors of other dimensions were kept under the old ones")
	}
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if w.missing(t, id, 64) != 0 || w.missing(t, id, llmtest.DefaultDimensions) == 0 || w.note(id) != "" {
			t.Errorf("%s: not embedded anew, or still with old vectors, or with the note %q", id, w.note(id))
		}
	}
}

func TestATextThatTheModelRefusesDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "one", "a poisonous text", "three")
	w.model.fails = func(text string) error {
		if strings.Contains(text, "poisonous") {
			return &llm.Error{Err: errors.New("status 400")}
		}
		return nil
	}
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	if n := w.missing(t, "a", llmtest.DefaultDimensions); n != 0 || w.note("a") != "" {
		t.Errorf("%d are missing, the note is %q", n, w.note("a"))
	}
}

func TestAModelThatRefusesAllIsSaidSoAndLeftAlone(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "one")
	w.mu.Lock()
	s := w.sources["a"]
	s.Note = "Two pages are damaged."
	w.sources["a"] = s
	w.mu.Unlock()
	w.model.fails = func(string) error { return &llm.Error{Err: errors.New("status 401")} }
	err := w.embedding.Embed(t.Context(), "tnt", "a")
	var later *Later
	if !errors.As(err, &later) || later.After != longestPause {
		t.Fatalf("%v", err)
	}
	if note := w.note("a"); !strings.HasPrefix(note, "Two pages are damaged. "+noteBegins) || !strings.Contains(note, "check the model's name and its key") {
		t.Errorf("the note is %q", note)
	}
	w.model.set(func(m *model) { m.fails = nil })
	w.embedding.resume = time.Time{} // its pause is over
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil || w.note("a") != "Two pages are damaged." {
		t.Errorf("%v, the note is %q", err, w.note("a"))
	}
}

func TestASourceThatIsGoneIsNoError(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	if err := w.embedding.Embed(t.Context(), "tnt", "gone"); err != nil {
		t.Error(err)
	}
}

func (w *embeddingWorld) library(t *testing.T) *Library {
	t.Helper()
	library := NewLibrary(w, WithEmbedding(w.embedding))
	t.Cleanup(func() { library.Close() })
	return library
}

func firstOf(t *testing.T, library *Library, query string) Hit {
	t.Helper()
	hits, err := library.Search(t.Context(), "tnt", "bot", query, 5)
	if err != nil {
		t.Fatal(err)
	}
	if len(hits) == 0 {
		return Hit{}
	}
	return hits[0]
}

func TestVectorsFindWhatIsSaidInOtherWords(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "Parcels are tracked.", "Cats are welcome.", "A reimbursement reaches your bank within a week.", "We sell tea.")
	library := w.library(t)
	if hit := firstOf(t, library, "moneyback?"); hit.Text != "" {
		t.Errorf("without vectors %q is found", hit.Text)
	}
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	hit := firstOf(t, library, "moneyback?")
	if !strings.Contains(hit.Text, "reimbursement") || hit.VectorRank != 1 || hit.LexicalRank != 0 {
		t.Errorf("found %+v", hit)
	}
	// What did not change is not loaded again, and the question not asked again.
	loaded, asked := w.loaded, w.model.asked()
	w.add("b", "Dogs wait outside.")
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	if hit := firstOf(t, library, "  moneyback? "); hit.VectorRank != 1 {
		t.Errorf("found %+v", hit)
	}
	if w.loaded != loaded+1 || w.model.asked() != asked+1 {
		t.Errorf("%d sources were loaded and %d texts embedded for one new passage", w.loaded-loaded, w.model.asked()-asked)
	}
}

func TestAQuestionWhoseVectorIsLateIsSearchedForByItsWords(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "Parcels are tracked.", "Cats are welcome.")
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	library := w.library(t)
	w.model.set(func(m *model) { m.hangs = true })
	begun := time.Now()
	for range 5 {
		if hit := firstOf(t, library, "Are cats welcome?"); !strings.Contains(hit.Text, "Cats") || hit.VectorRank != 0 {
			t.Errorf("found %+v", hit)
		}
	}
	if took := time.Since(begun); took > 5*questionTime {
		t.Errorf("each search waits, %s in all", took)
	}
}

func TestSmallTalkIsNotEmbedded(t *testing.T) {
	t.Parallel()
	w := newEmbeddingWorld()
	w.add("a", "Parcels are tracked.")
	if err := w.embedAll(t.Context(), w.embedding, "tnt"); err != nil {
		t.Fatal(err)
	}
	library, asked := w.library(t), w.model.asked()
	for _, query := range []string{"hello", "thanks!", "ok", "", "how are you?"} {
		firstOf(t, library, query)
	}
	if w.model.asked() != asked {
		t.Errorf("%q were embedded", w.model.texts[asked:])
	}
}
