package redis

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/chat"
)

const (
	// largestAnswer bounds a value, in bytes.
	largestAnswer = 32 << 10
	// answersTimeout is how long anybody waits for an answer that is perhaps kept.
	answersTimeout = 200 * time.Millisecond
)

// Answers keeps what was answered, sealed, until it is too old, or Redis needs the room: an inner Redis has room for
// embeddedAnswers, a real one as its maxmemory says.
type Answers struct {
	client *Client
	seal   cipher.AEAD
}

// Answers returns the cache of answers. The key, of 32 bytes, seals them.
func (c *Client) Answers(key []byte) (*Answers, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("seal answers: the key has %d bytes, not 32", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("seal answers: %w", err)
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("seal answers: %w", err)
	}
	return &Answers{client: c, seal: sealing}, nil
}

// answerKey is where Redis has an answer.
func answerKey(key string) string { return "parley:answer:" + key }

// Get returns what was put under a key; nil: nothing is there, or it does not open. chat.ErrUnavailable while Redis is away or slow.
func (a *Answers) Get(ctx context.Context, key string) ([]byte, error) {
	var sealed []byte
	err := a.ask(ctx, "look for an answer", func(ctx context.Context) (err error) {
		sealed, err = a.client.rdb.Get(ctx, answerKey(key)).Bytes()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	value, err := a.seal.Open(nil, nil, sealed, []byte(key))
	if err != nil {
		a.client.log.WarnContext(ctx, "an answer in the cache was changed, or sealed with another PARLEY_KEY", "redis", a.client.where)
		return nil, nil //nolint:nilerr // it is made anew
	}
	return value, nil
}

// Put keeps a value of 32 KiB at most under a key, for as long as ttl or shorter. chat.ErrUnavailable while Redis is away or slow.
func (a *Answers) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if len(value) > largestAnswer {
		return fmt.Errorf("keep an answer: it has %d bytes, more than %d", len(value), largestAnswer)
	}
	if ttl <= 0 {
		return fmt.Errorf("keep an answer: for %s", ttl)
	}
	sealed := a.seal.Seal(nil, nil, value, []byte(key)) //nolint:gosec // the cipher makes the nonce
	err := a.ask(ctx, "keep an answer", func(ctx context.Context) error {
		return a.client.rdb.Set(ctx, answerKey(key), sealed, ttl).Err()
	})
	if err == nil && a.client.embedded != nil {
		a.client.embedded.kept.add(answerKey(key), len(sealed), a.client.embedded.forget)
	}
	return err
}

// Forget removes what was put under the keys. chat.ErrUnavailable while Redis is away or slow: it may be there still.
func (a *Answers) Forget(ctx context.Context, keys []string) error {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = answerKey(key)
	}
	return a.ask(ctx, "forget answers", func(ctx context.Context) error {
		for _, name := range names { // one by one: in a Redis cluster they are in several places
			if err := a.client.rdb.Del(ctx, name).Err(); err != nil {
				return err
			}
		}
		return nil
	})
}

// ask asks Redis for an answer, unless it is away.
func (a *Answers) ask(ctx context.Context, what string, how func(context.Context) error) error {
	if !a.client.Up() {
		return fmt.Errorf("%s: redis is away: %w", what, chat.ErrUnavailable)
	}
	within, cancel := context.WithTimeout(ctx, answersTimeout)
	defer cancel()
	switch err := how(within); {
	case err == nil || errors.Is(err, redis.Nil):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", what, ctx.Err())
	default:
		return fmt.Errorf("%s: %w: %w", what, chat.ErrUnavailable, err)
	}
}
