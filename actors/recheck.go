package actors

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// A session that another activation has replaced learns of it when it writes. One that only shows would never: who watches
// it would see nothing new. So nodes of a cluster compare the epochs of what they hold with SQL, now and then.
const (
	recheckEvery   = 10 * time.Second
	recheckPage    = 500
	recheckTimeout = 5 * time.Second
)

func (e *Engine) recheck(ctx context.Context) {
	ticker := time.NewTicker(recheckEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if len(e.node.Members()) > 1 {
			e.recheckOnce(ctx)
		}
	}
}

func (e *Engine) recheckOnce(ctx context.Context) {
	for page := range slices.Chunk(e.node.Here(sessionKind), recheckPage) {
		refs := make([]chat.Ref, len(page))
		for i, identity := range page {
			refs[i].Tenant, refs[i].Conversation, _ = strings.Cut(identity, "/")
		}
		limited, cancel := context.WithTimeout(ctx, recheckTimeout)
		positions, err := e.positions.Positions(limited, refs)
		cancel()
		if err != nil {
			e.logger.Debug("cannot see whether other nodes have what this one has", slog.Any("error", err))
			return
		}
		for ref, position := range positions {
			e.tell(ref, &rechecked{position.Epoch})
		}
	}
}

// rechecked leaves to another activation what that has opened since.
func (s *session) rechecked(ctx actor.Context, epoch int64) {
	if s.phase == live && s.flight == nil && s.birth == nil && epoch > s.epoch {
		s.giveUp(ctx, again)
	}
}
