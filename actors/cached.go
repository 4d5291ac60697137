package actors

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"parley/actors/speech"
	"parley/chat"
	"parley/knowledge"
)

// AnswerCache keeps answers for a while, sealed: what it loses is made anew.
type AnswerCache interface {
	// Get returns what was put under the key, nil if there is nothing.
	Get(ctx context.Context, key string) ([]byte, error)
	// Put keeps a value for as long as ttl, or shorter. Keys are 64 hexadecimal digits, values have 32 KiB at most.
	Put(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Forget removes what was put under the keys. An error says that it may be there still.
	Forget(ctx context.Context, keys []string) error
}

// Bounds of the cache.
const (
	cacheTTL     = 24 * time.Hour
	cacheTimeout = 200 * time.Millisecond // a cache that takes longer is no help
	maxCached    = 32 << 10               // bytes of an answer
)

// answers are those that were given before to a conversation's first question. A nil one has none.
type answers struct {
	cache        AnswerCache
	secret       []byte // makes keys, so that nobody who sees them can try questions
	logger       *slog.Logger
	hits, misses atomic.Int64
}

// keptAnswer is an answer as it is kept.
type keptAnswer struct {
	Text      string
	Citations []chat.Citation
	Offer     string
	Provider  string
	Model     string
	Query     string
	Threshold float64
	Prompt    string
	Passages  []chat.TracedPassage
}

// key names the answer to a question: another tenant, bot, version of its settings or knowledge, model or language has another. "": there
// is no answer to be kept, since the question is not a conversation's first, or nobody keeps any.
func (c *answers) key(q ask, bot *chat.Bot, model, language string, books knowledge.Books) string {
	question := speech.Fold(q.text)
	if c == nil || q.preview || !q.first() || question == "" {
		return ""
	}
	// What is known may be newer than this node's copy of the settings, or older while a large change is being loaded.
	known := int64(-1)
	if versioned, can := books.(interface{ Version() int64 }); can {
		known = versioned.Version()
	}
	mac := hmac.New(sha256.New, c.secret)
	for _, part := range []string{q.tenant, q.bot, fmt.Sprint(bot.Version), fmt.Sprint(known), model, q.locale, language, question, sense(q.text)} {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// sense is what folding loses of a question and an answer may depend on: the signs in "C++" and "-5 °C".
func sense(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("+-*/=<>%$€£¥#@&°|^~", r) {
			return r
		}
		return -1
	}, text)
}

// get returns an answer that was given before, or nil.
func (c *answers) get(ctx context.Context, key string) *keptAnswer {
	ctx, cancel := context.WithTimeout(ctx, cacheTimeout)
	defer cancel()
	value, err := c.cache.Get(ctx, key)
	var kept keptAnswer
	if err == nil && value != nil {
		err = json.Unmarshal(value, &kept)
	}
	if err != nil {
		c.logger.Debug("cannot look for an earlier answer", slog.Any("error", err))
	}
	if err != nil || kept.Text == "" {
		c.misses.Add(1)
		return nil
	}
	c.hits.Add(1)
	return &kept
}

func (c *answers) put(ctx context.Context, key string, kept keptAnswer) {
	value, err := json.Marshal(kept)
	if err != nil || len(value) > maxCached {
		return
	}
	within, cancel := context.WithTimeout(ctx, cacheTimeout)
	defer cancel()
	if err := c.cache.Put(within, key, value, cacheTTL); err != nil {
		c.logger.Debug("cannot keep an answer", slog.Any("error", err))
	}
	if ctx.Err() == nil {
		return
	}
	// Nobody is to hear it any more: its conversation may have been erased meanwhile.
	within, cancel = context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
	defer cancel()
	if err := c.cache.Forget(within, []string{key}); err != nil {
		c.logger.Warn("an answer that was cut short may be given again", slog.Any("error", err))
	}
}

// keepable tells whether an answer is good enough to be given again.
func (m *answered) keepable(trace *chat.Trace) bool {
	return m.err == nil && !m.unanswered && len(m.hits) > 0 && trace.Finish == "stop"
}

func remembered(m *answered, trace *chat.Trace) keptAnswer {
	return keptAnswer{
		Text: m.text, Citations: m.citations, Offer: m.offer, Provider: trace.Provider, Model: trace.Model,
		Query: trace.Query, Threshold: trace.Threshold, Prompt: trace.Prompt, Passages: trace.Passages,
	}
}

// repeat gives an answer again: at once, and for nothing.
func (w *answering) repeat(kept *keptAnswer) *answered {
	trace := w.trace
	trace.Cached = true
	trace.Provider, trace.Model, trace.Prompt, trace.Passages = kept.Provider, kept.Model, kept.Prompt, kept.Passages
	trace.Query, trace.Threshold, trace.Finish = kept.Query, kept.Threshold, "stop"
	w.found(false)
	w.emit(kept.Text)
	return &answered{
		text: kept.Text, citations: kept.Citations, offer: kept.Offer, cached: true, by: ByModel,
	}
}
