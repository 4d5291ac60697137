package redis

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/account"
	"parley/chat"
)

var _ account.Tickets = (*Client)(nil)

const ticketKeys = "parley:ticket:"

// KeepTicket keeps who a ticket is of under its hash. While Redis is away there are none: chat.ErrUnavailable.
func (c *Client) KeepTicket(ctx context.Context, hash, who []byte, life time.Duration) error {
	if err := c.rdb.Set(ctx, ticketKeys+hex.EncodeToString(hash), who, life).Err(); err != nil {
		return chat.ErrUnavailable.Because(fmt.Errorf("keep a ticket: %w", err))
	}
	return nil
}

// TakeTicket returns who a ticket is of, to one caller alone.
func (c *Client) TakeTicket(ctx context.Context, hash []byte) ([]byte, error) {
	who, err := c.rdb.GetDel(ctx, ticketKeys+hex.EncodeToString(hash)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, chat.ErrNotFound
	}
	if err != nil {
		return nil, chat.ErrUnavailable.Because(fmt.Errorf("take a ticket: %w", err))
	}
	return who, nil
}
