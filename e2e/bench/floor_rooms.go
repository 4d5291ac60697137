package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
)

// rooms are the floor's conversations: who is in one is shown what the others do there.
type rooms struct {
	opened atomic.Int64

	mu      sync.Mutex
	members map[string][]*websocket.Conn
}

// fresh names a conversation that nobody is in.
func (r *rooms) fresh() string { return fmt.Sprintf("cnv_%d", r.opened.Add(1)) }

func (r *rooms) join(conversation string, ws *websocket.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members == nil {
		r.members = map[string][]*websocket.Conn{}
	}
	r.members[conversation] = append(r.members[conversation], ws)
}

func (r *rooms) of(conversation string) []*websocket.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.members[conversation] // grows behind what is returned, and never shrinks
}

// show writes one frame to all who are in a conversation, but for one.
func (r *rooms) show(ctx context.Context, conversation string, frame []byte, but *websocket.Conn) error {
	for _, ws := range r.of(conversation) {
		if ws == but {
			continue
		}
		if err := ws.Write(ctx, websocket.MessageText, frame); err != nil {
			return fmt.Errorf("show a frame: %w", err)
		}
	}
	return nil
}
