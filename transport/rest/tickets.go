package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeTickets() {
	route(s, huma.Operation{
		OperationID: "createSocketTicket", Method: http.MethodPost, Path: "/api/v1/socket-tickets", Tags: []string{signInTag},
		Summary: "Get a ticket for the socket", DefaultStatus: http.StatusCreated,
		Description: "For pages on another origin than the platform's, which can send neither a header nor its cookie: `desk.open` takes the ticket, once, within 30 seconds.",
	}, s.createSocketTicket)
}

type socketTicket struct {
	Ticket    string    `json:"ticket"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *server) createSocketTicket(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body socketTicket }, error) {
	ticket, expires, err := s.Accounts.Ticket(ctx, who)
	if err != nil {
		return nil, err
	}
	return &struct{ Body socketTicket }{socketTicket{ticket, expires}}, nil
}
