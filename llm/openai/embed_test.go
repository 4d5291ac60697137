package openai_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/llm"
	"parley/llm/llmtest"
	"parley/llm/openai"
)

const embeddingKey = "sk-embeddings-secret"

// outcomes are what an embedder tells of its requests.
type outcomes struct {
	mu     sync.Mutex
	all    []string
	tokens int64
}

func (o *outcomes) observe(outcome string, tokens int64, _ time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all, o.tokens = append(o.all, outcome), o.tokens+tokens
}

func embedderOf(t *testing.T, scripts ...llmtest.Embeddings) (*openai.Embedder, *llmtest.Server, *outcomes) {
	t.Helper()
	server, seen := llmtest.NewServer(t), &outcomes{}
	server.PlayEmbeddings(scripts...)
	embedder, err := openai.NewEmbedder(openai.EmbedderConfig{
		Config: openai.Config{BaseURL: server.URL, Key: embeddingKey, Model: "small"}, Observe: seen.observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	return embedder, server, seen
}

// near tells whether two vectors are the same but for rounding.
func near(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-5 {
			return false
		}
	}
	return true
}

func TestVectorsComeInTheOrderOfTheTextsInEitherEncoding(t *testing.T) {
	t.Parallel()
	texts := []string{"How do I get a refund?", "Versand nach Österreich", "包裹什么时候到"}
	for name, script := range map[string]llmtest.Embeddings{
		"as asked":                              {},
		"always numbers":                        {Encoding: "float"},
		"always base64":                         {Encoding: "base64"},
		"in another order":                      {Fault: llmtest.Shuffled},
		"one that refuses base64":               {OnlyFloats: true},
		"one that takes two texts at a time":    {MostTexts: 2},
		"one that takes one and refuses base64": {MostTexts: 1, OnlyFloats: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			embedder, server, _ := embedderOf(t, script)
			for range 2 { // the second time it knows what the server takes
				vectors, err := embedder.Embed(t.Context(), texts)
				if err != nil || len(vectors) != len(texts) {
					t.Fatalf("%d vectors, %v", len(vectors), err)
				}
				for i, text := range texts {
					if !near(vectors[i], llmtest.Embedding(text, 0)) {
						t.Errorf("the vector of %q is another's", text)
					}
				}
			}
			if calls := server.EmbeddingsCalls(); calls[0].Model != "small" || calls[0].Authorization != "Bearer "+embeddingKey {
				t.Errorf("asked %+v", calls[0])
			}
		})
	}
}

func TestRequestsAreBoundedByCountAndTokens(t *testing.T) {
	t.Parallel()
	embedder, server, seen := embedderOf(t)
	var texts []string
	for i := range 200 {
		texts = append(texts, fmt.Sprintf("text %d", i))
	}
	long := strings.Repeat("word ", 40_000) // 50,000 tokens: shortened
	texts = append(texts, long, long, long, long, long, long, "")
	vectors, err := embedder.Embed(t.Context(), texts)
	if err != nil || len(vectors) != len(texts) {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	for _, call := range server.EmbeddingsCalls() {
		tokens := 0
		for _, text := range call.Texts {
			tokens += llm.Tokens(text)
		}
		if len(call.Texts) > 64 || tokens > 32_000 {
			t.Errorf("a request has %d texts of %d tokens", len(call.Texts), tokens)
		}
	}
	if seen.tokens < 400 {
		t.Errorf("%d tokens were counted", seen.tokens)
	}
}

func TestATextThatIsTooLongForTheModelIsEmbeddedByItsBeginning(t *testing.T) {
	t.Parallel()
	embedder, server, _ := embedderOf(t, llmtest.Embeddings{MostBytes: 600})
	vectors, err := embedder.Embed(t.Context(), []string{"short", strings.Repeat("a long one. ", 200), "another"})
	if err != nil || len(vectors) != 3 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	if !near(vectors[2], llmtest.Embedding("another", 0)) || len(server.EmbeddingsCalls()) > 15 {
		t.Errorf("%d requests", len(server.EmbeddingsCalls()))
	}
}

func TestFailuresSayWhetherToComeAgainAndNothingElse(t *testing.T) {
	t.Parallel()
	const planted = "the secret recipe"
	for name, c := range map[string]struct {
		script     llmtest.Embeddings
		retryable  bool
		retryAfter time.Duration
		outcome    string
	}{
		"a rate limit":          {llmtest.Embeddings{Status: 429, RetryAfter: 30, Message: planted + embeddingKey}, true, 30 * time.Second, "limited"},
		"a wrong key":           {llmtest.Embeddings{Status: 401, Message: planted + embeddingKey}, false, 0, "refused"},
		"an unknown model":      {llmtest.Embeddings{Status: 404, Message: planted + embeddingKey}, false, 0, "refused"},
		"a refusal":             {llmtest.Embeddings{Status: 400, Message: planted + embeddingKey}, false, 0, "refused"},
		"a missing vector":      {llmtest.Embeddings{Fault: llmtest.Fewer}, true, 0, "unavailable"},
		"a shorter vector":      {llmtest.Embeddings{Fault: llmtest.Uneven}, true, 0, "unavailable"},
		"a vector of nothing":   {llmtest.Embeddings{Fault: llmtest.Nothing}, true, 0, "unavailable"},
		"a broken connection":   {llmtest.Embeddings{Fault: llmtest.Cut}, true, 0, "unavailable"},
		"a server that is down": {llmtest.Embeddings{Status: 503, Message: planted}, true, 0, "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			embedder, _, seen := embedderOf(t, c.script)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // less than the pause before a second try
			defer cancel()
			_, err := embedder.Embed(ctx, []string{planted, "two"})
			var failure *llm.Error
			if !errors.As(err, &failure) {
				t.Fatalf("%v", err)
			}
			if failure.Retryable != c.retryable || failure.RetryAfter != c.retryAfter {
				t.Errorf("retryable %v after %v: %v", failure.Retryable, failure.RetryAfter, err)
			}
			if strings.Contains(err.Error(), "recipe") || strings.Contains(err.Error(), embeddingKey) {
				t.Errorf("it says %q", err)
			}
			if seen.all[len(seen.all)-1] != c.outcome {
				t.Errorf("outcomes %v", seen.all)
			}
		})
	}
}

func TestAFailureThatPassesIsWaitedFor(t *testing.T) {
	t.Parallel()
	embedder, server, seen := embedderOf(t, llmtest.Embeddings{Status: 429, RetryAfter: 1, Times: 1}, llmtest.Embeddings{Status: 503, Times: 1})
	begun := time.Now()
	if _, err := embedder.Embed(t.Context(), []string{"text"}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < time.Second {
		t.Errorf("it did not wait as the server asked, but %s", took)
	}
	if strings.Join(seen.all, " ") != "limited unavailable completed" || len(server.EmbeddingsCalls()) != 3 {
		t.Errorf("outcomes %v", seen.all)
	}
}

func TestAnEmbeddingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	embedder, _, _ := embedderOf(t, llmtest.Embeddings{Fault: llmtest.Silent})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := embedder.Embed(ctx, []string{"text"})
	var failure *llm.Error
	if !errors.As(err, &failure) || !failure.Retryable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
