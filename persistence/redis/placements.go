package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/chat"
)

const (
	// placementStay is how long a placement stays that is not held again. Holders repeat each ten minutes.
	placementStay = 30 * time.Minute
	// placementBatch is how many keys one script handles: 500 keep Redis from others for 2 ms.
	placementBatch = 500
)

// Why a claim is refused although Redis answers. Both come with chat.ErrUnavailable.
var (
	// ErrClosed says that Redis lost its data less than a ttl ago, or that nobody beat since.
	ErrClosed = errors.New("claims are closed until members have said what they hold")
	// ErrNoMember says that the member who asks is not on the roll: it left, was evicted, or did not beat yet.
	ErrNoMember = errors.New("not a member of the cluster")
)

// Placements keeps in Redis which member holds what. Only members on the roll
// of Membership count, and only what was placed under its generation.
type Placements struct{ client *Client }

var _ chat.Placements = Placements{}

// Placements returns who holds what.
func (c *Client) Placements() Placements { return Placements{c} }

func placement(key string) string { return "parley:place:" + key }

// Claim implements chat.Placements. ErrClosed and ErrNoMember say more.
func (p Placements) Claim(ctx context.Context, key, member string) (string, error) {
	result, err := p.script(ctx, "claim "+key, claimScript, member, []string{key})
	if err != nil {
		return "", err
	}
	if len(result) == 1 {
		if holder, ok := result[0].(string); ok {
			return holder, nil
		}
	}
	why := ErrClosed
	if len(result) == 2 && result[1] == "stranger" {
		why = ErrNoMember
	}
	return "", fmt.Errorf("claim %s: %w: %w", key, chat.ErrUnavailable, why)
}

// Release implements chat.Placements. After an error some of the keys may be released, at once or later.
func (p Placements) Release(ctx context.Context, member string, keys []string) error {
	for batch := range slices.Chunk(keys, placementBatch) {
		if _, err := p.script(ctx, "release placements", releaseScript, member, batch); err != nil {
			return err
		}
	}
	return nil
}

// Hold implements chat.Placements. It is possible while claims are closed. After
// an error some of the keys may be held; ErrNoMember says that none is.
func (p Placements) Hold(ctx context.Context, member string, keys []string) ([]string, error) {
	var lost []string
	for batch := range slices.Chunk(keys, placementBatch) {
		result, err := p.script(ctx, "hold placements", holdScript, member, batch)
		if err != nil {
			return lost, err
		}
		for _, one := range result {
			i, ok := one.(int64)
			if !ok || i < 0 || int(i) >= len(batch) {
				return lost, fmt.Errorf("hold placements: %w: %w", chat.ErrUnavailable, ErrNoMember)
			}
			lost = append(lost, batch[i])
		}
	}
	return lost, nil
}

func (p Placements) script(ctx context.Context, what string, script *redis.Script, member string, keys []string) ([]any, error) {
	names := make([]string, 0, 2+len(keys))
	names = append(names, roll, counter(chat.TopicNode))
	for _, key := range keys {
		names = append(names, placement(key))
	}
	result, err := p.client.run(ctx, p.client.rdb, what, script, names, channel(chat.TopicNode), member, placementStay.Milliseconds())
	if err != nil {
		return nil, err
	}
	list, _ := result.([]any)
	return list, nil
}
