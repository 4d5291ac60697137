package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

func (s *server) routeVisitors() {
	route(s, huma.Operation{
		OperationID: "getVisitor", Method: http.MethodGet, Path: "/api/v1/visitors/{visitor}", Tags: []string{conversationsTag},
		Summary: "A visitor with their last 20 conversations, latest activity first",
	}, s.getVisitor)
}

// VisitorPath is the visitor of a request.
type VisitorPath struct {
	Visitor string `path:"visitor" example:"vis_06f1w3k8q0000000000000000z"`
}

type visitor struct {
	ID            string              `json:"id"`
	Contact       wire.VisitorContact `json:"contact"`
	Blocked       bool                `json:"blocked"`
	Conversations []conversation      `json:"conversations"`
	Consents      []givenConsent      `json:"consents" doc:"What they agreed to, oldest first."`
}

func (s *server) getVisitor(ctx context.Context, who account.Identity, in *VisitorPath) (*struct{ Body visitor }, error) {
	if err := known(chat.VisitorPrefix, in.Visitor); err != nil {
		return nil, err
	}
	const latest = 20
	found, _, err := s.Conversations.Conversations(ctx, who.Tenant, chat.ConversationFilter{Visitor: in.Visitor, Bot: who.Bot, User: who.User, Limit: latest})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 { // a visitor begins with a conversation
		return nil, chat.ErrNotFound
	}
	consents, err := s.consentsOf(ctx, who.Tenant, in.Visitor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body visitor }{visitor{
		ID: in.Visitor, Contact: wire.VisitorContact(found[0].Contact), Blocked: found[0].Blocked, Conversations: conversationsOf(found),
		Consents: consents,
	}}, nil
}
