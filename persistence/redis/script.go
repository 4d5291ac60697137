package redis

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/redis/go-redis/v9"

	"parley/chat"
)

// What must be decided at once is decided by Redis, in Lua. Each script runs
// alone, by the clock of Redis.
var (
	//go:embed prelude.lua
	prelude string
	//go:embed holders.lua
	holders string

	//go:embed announce.lua
	announceLua string
	//go:embed count.lua
	countLua string
	//go:embed beat.lua
	beatLua string
	//go:embed leave.lua
	leaveLua string
	//go:embed claim.lua
	claimLua string
	//go:embed hold.lua
	holdLua string
	//go:embed release.lua
	releaseLua string

	announceScript = redis.NewScript(prelude + announceLua)
	countScript    = redis.NewScript(prelude + countLua)
	beatScript     = redis.NewScript(prelude + beatLua)
	leaveScript    = redis.NewScript(prelude + leaveLua)
	claimScript    = redis.NewScript(prelude + holders + claimLua)
	holdScript     = redis.NewScript(prelude + holders + holdLua)
	releaseScript  = redis.NewScript(prelude + holders + releaseLua)
)

// run runs a script within commandTimeout, or fails at once while Redis is away.
// Whatever Redis says against it is chat.ErrUnavailable, with the cause; a ctx
// that has ended is that. A script whose result did not come in time may still
// take effect.
func (c *Client) run(ctx context.Context, through *redis.Client, what string, script *redis.Script, keys []string, args ...any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if !c.Up() {
		return nil, fmt.Errorf("%s: redis is away: %w", what, chat.ErrUnavailable)
	}
	within, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	result, err := script.Run(within, through, keys, args...).Result()
	switch {
	case err == nil:
		return result, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", what, err)
	default:
		return nil, fmt.Errorf("%s: %w: %w", what, chat.ErrUnavailable, err)
	}
}
