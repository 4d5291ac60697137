package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/chat"
)

// TicketLife is how long a ticket for a socket can be used, once.
const TicketLife = 30 * time.Second

// Tickets keeps tickets for sockets until they are taken, or their time is over.
type Tickets interface {
	// KeepTicket keeps who a ticket is of under its hash.
	KeepTicket(ctx context.Context, hash, who []byte, life time.Duration) error
	// TakeTicket returns who, once, or chat.ErrNotFound.
	TakeTicket(ctx context.Context, hash []byte) (who []byte, err error)
}

// ErrTicket refuses a ticket that was used, is too old or never was one.
var ErrTicket = chat.Fail(chat.Unauthorized, "ticket_invalid", "This ticket was used, or is too old. Please get another one.")

// ticketRecord is whose a ticket is, by ids alone: what else is to be known of them is read when it is used.
type ticketRecord struct {
	Tenant  string `json:"t"`
	User    string `json:"u"`
	Session string `json:"s"`
	Version int64  `json:"v"`
}

// Ticket makes a ticket with which a member can open a desk where neither header nor cookie can be sent.
func (s *Service) Ticket(ctx context.Context, who Identity) (ticket string, expires time.Time, err error) {
	if s.tickets == nil {
		return "", time.Time{}, chat.ErrUnavailable
	}
	ticket, hash, err := newSecret("tkt")
	if err != nil {
		return "", time.Time{}, err
	}
	record, err := json.Marshal(ticketRecord{who.Tenant, who.User, who.Proof.Session, who.Proof.Version})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("write a ticket: %w", err)
	}
	if err := s.tickets.KeepTicket(ctx, hash, record, TicketLife); err != nil {
		return "", time.Time{}, fmt.Errorf("keep a ticket: %w", err)
	}
	return ticket, s.now().Add(TicketLife).UTC().Truncate(time.Millisecond), nil
}

// UseTicket tells whose a ticket is, which is used up by it, with the role and the name of this moment.
func (s *Service) UseTicket(ctx context.Context, ticket string) (Identity, error) {
	if s.tickets == nil {
		return Identity{}, ErrTicket
	}
	kept, err := s.tickets.TakeTicket(ctx, hashSecret(ticket))
	if errors.Is(err, chat.ErrNotFound) {
		return Identity{}, ErrTicket
	}
	if err != nil {
		return Identity{}, fmt.Errorf("take a ticket: %w", err)
	}
	var record ticketRecord
	if err := json.Unmarshal(kept, &record); err != nil {
		return Identity{}, fmt.Errorf("read a ticket: %w", err)
	}
	user, members, err := s.store.User(ctx, record.User)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return Identity{}, fmt.Errorf("read whose a ticket is: %w", err)
	}
	member, still := memberOf(members, record.Tenant)
	if err != nil || !still {
		return Identity{}, ErrTicket
	}
	who := Identity{
		Tenant: member.Tenant, User: user.ID, Role: member.Role, Name: user.Name, Proof: Proof{Session: record.Session, Version: record.Version},
	}
	if !s.revoked.good(who) {
		return Identity{}, ErrRevoked
	}
	return who, nil
}
