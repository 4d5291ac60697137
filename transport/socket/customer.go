package socket

import (
	"context"
	"log/slog"
	"maps"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// Customers is the part of account.Customers that tells who a visitor is.
type Customers interface {
	Known(ctx context.Context, tenant, bot string, claim account.Claim, token account.VisitorClaims) (account.Customer, error)
}

// customer returns whom a visitor is known as; the zero one, if nobody says that they are known, and need not.
func (c *conn) customer(ctx context.Context, bot *chat.Bot, open wire.Open) (account.Customer, error) {
	if open.Identity == nil {
		if bot.Identified && !c.excused(bot, open.Token) {
			return account.Customer{}, account.ErrIdentityRequired
		}
		return account.Customer{}, nil
	}
	if c.h.config.Customers == nil {
		return account.Customer{}, account.ErrIdentity
	}
	token, err := c.h.config.Visitors.Check(open.Token)
	if err != nil {
		token = account.VisitorClaims{} // the claim has to be good by itself
	}
	return c.h.config.Customers.Known(ctx, bot.Tenant, bot.ID, account.Claim(*open.Identity), token)
}

// excused tells whether a visitor of a bot for known customers may do without a claim: a program of the business speaks for
// whom it likes, its members try the bot, and who follows a link in a mail got that mail.
func (c *conn) excused(bot *chat.Bot, token string) bool {
	return c.origin == "" || c.signed != nil && c.signed.Tenant == bot.Tenant || c.ourOwn && token != ""
}

// theirs finds the conversation of a known customer: that of their token, or else their latest, wherever they had it. A token
// of somebody else's opens nothing and is merged into nothing: who used the browser before them is another person.
func (h *Handler) theirs(ctx context.Context, bot *chat.Bot, token string, customer account.Customer, held holding) (account.VisitorClaims, holding, error) {
	claims := account.VisitorClaims{Tenant: bot.Tenant, Bot: bot.ID, Visitor: customer.Visitor, Known: true}
	known, err := h.config.Visitors.Check(token)
	if err == nil && known.Tenant == bot.Tenant && known.Bot == bot.ID && known.Visitor == customer.Visitor {
		claims.Conversation = known.Conversation
		return claims, held, nil
	}
	held.other = true
	latest, _, err := h.config.Conversations.Conversations(ctx, bot.Tenant, chat.ConversationFilter{Visitor: customer.Visitor, Bot: bot.ID, Limit: 1})
	if err != nil {
		return claims, held, err
	}
	if len(latest) > 0 {
		claims.Conversation = latest[0].Conversation
		return claims, held, nil
	}
	claims.Conversation, held.minted = chat.NewID(chat.ConversationPrefix), true
	return claims, held, nil
}

// verifiedField is where agents read the business's own id of a customer. A page cannot fill it in.
const verifiedField = "verified_customer"

// fieldsOf is what agents are told of a visitor when a conversation begins.
func fieldsOf(said wire.Fields, customer account.Customer) chat.Fields {
	fields := maps.Clone(chat.Fields(said))
	delete(fields, verifiedField)
	if customer.ID == "" {
		return fields
	}
	if fields == nil {
		fields = make(chat.Fields)
	}
	for name := range fields {
		if len(fields) < chat.MaxFields {
			break
		}
		delete(fields, name)
	}
	fields[verifiedField] = customer.ID
	return fields
}

// introduce keeps what the business said of a customer as their contact, once they have written something and where it is new.
func (c *conn) introduce(s *session) {
	said := s.customer
	if said.Name == "" && said.Email == "" || !s.introduced.CompareAndSwap(false, true) {
		return
	}
	ctx, cancel := c.within()
	defer cancel()
	if err := c.keepContact(ctx, s.visitor(), said); err != nil {
		s.introduced.Store(false) // with the next message
		c.h.log.Info("a customer's contact was not kept", slog.String("conversation", s.visitor().Conversation), slog.Any("error", err))
	}
}

func (c *conn) keepContact(ctx context.Context, visitor actors.Visitor, said account.Customer) error {
	found, err := c.h.config.Conversations.Conversation(ctx, visitor.Ref)
	if err != nil {
		return err
	}
	var news chat.ContactChanged
	if said.Name != found.Contact.Name {
		news.Name = said.Name
	}
	if said.Email != found.Contact.Email {
		news.Email = said.Email
	}
	if news == (chat.ContactChanged{}) {
		return nil
	}
	return c.h.config.Engine.SetContact(ctx, visitor, news)
}
