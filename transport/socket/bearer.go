package socket

import (
	"context"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/transport/wire"
)

// bearing returns who carries the connection's Bearer token, if they may from where they are.
func (c *conn) bearing(ctx context.Context) (account.Identity, error) {
	who, err := c.h.config.Authenticate(ctx, c.bearer, c.ip)
	if err != nil {
		return account.Identity{}, err
	}
	return who, c.admit(ctx, who)
}

// admit refuses members who come from where their business does not want them.
func (c *conn) admit(ctx context.Context, who account.Identity) error {
	if c.h.config.Admit == nil {
		return nil
	}
	return c.h.config.Admit(ctx, who, c.ip)
}

// mayProgram checks who speaks for a visitor without a browser: a member who may ask, or a key for it, of this bot.
func (c *conn) mayProgram(ctx context.Context, bot *chat.Bot) error {
	needed := &refused{wire.CloseOrigin, "without an Origin, a token of a member of this bot's business, or an API key, is needed"}
	if c.bearer == "" {
		return needed
	}
	who, err := c.bearing(ctx)
	if err != nil {
		switch e := chat.AsError(err); {
		case e.Kind == chat.Unavailable || e.Kind == chat.Internal:
			return err
		case e.Code == account.ErrAddress.Code:
			return &refused{wire.CloseOrigin, "this token may not be used from your network"}
		case e.Code == billing.ErrFeature.Code:
			return &refused{wire.CloseOrigin, "this business's plan does not include API keys"}
		}
		return needed
	}
	if who.Tenant != bot.Tenant || who.Bot != "" && who.Bot != bot.ID || who.Require(account.Ask) != nil {
		return needed
	}
	c.line = who.Line()
	return nil
}

// stillProgram looks again at the key that a program came with: one that was ended ends its sockets with their next request.
// It tells whether the program may go on.
func (c *conn) stillProgram() error {
	if c.origin != "" || !account.IsKey(c.bearer) {
		return nil
	}
	ctx, cancel := c.within()
	defer cancel()
	_, err := c.bearing(ctx)
	if kind := chat.AsError(err).Kind; err != nil && (kind == chat.Unauthorized || kind == chat.Forbidden) {
		c.shut(wire.CloseSignedOut, chat.AsError(err).Message)
	}
	return err
}
