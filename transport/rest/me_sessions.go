package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeMySessions() {
	route(s, huma.Operation{
		OperationID: "listSessions", Method: http.MethodGet, Path: "/api/v1/me/sessions", Tags: []string{signInTag},
		Summary:     "Where one is signed in",
		Description: "In all of one's businesses, last used first. A person has 100 sign-ins at most: those used longest ago end.",
	}, s.listSessions)
	route(s, huma.Operation{
		OperationID: "deleteSession", Method: http.MethodDelete, Path: "/api/v1/me/sessions/{session}", Tags: []string{signInTag},
		Summary: "End one of one's sign-ins", DefaultStatus: http.StatusNoContent,
	}, s.deleteSession)
	route(s, huma.Operation{
		OperationID: "deleteOtherSessions", Method: http.MethodDelete, Path: "/api/v1/me/sessions", Tags: []string{signInTag},
		Summary: "End all of one's sign-ins but this one", DefaultStatus: http.StatusNoContent,
	}, s.deleteOtherSessions)
}

type session struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant" doc:"Id of the business."`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at" doc:"To a quarter of an hour: when its tokens were last exchanged."`
	Address    string    `json:"address" doc:"Of the network, when it was last used; empty: not known."`
	Browser    string    `json:"browser" doc:"Such as Firefox on Linux; empty: not known."`
	Current    bool      `json:"current" doc:"Whether the request comes from it."`
}

func (s *server) listSessions(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[session] }, error) {
	found, err := s.Accounts.SignIns(ctx, who)
	if err != nil {
		return nil, err
	}
	list := page[session]{Items: []session{}}
	for _, one := range found {
		list.Items = append(list.Items, session{
			ID: one.ID, Tenant: one.Tenant, CreatedAt: one.CreatedAt, LastUsedAt: one.UsedAt,
			Address: one.Client.Address, Browser: browserOf(one.Client.Browser), Current: one.ID == who.Proof.Session,
		})
	}
	return &struct{ Body page[session] }{list}, nil
}

func (s *server) deleteSession(ctx context.Context, who account.Identity, in *struct {
	Session string `path:"session"`
},
) (*struct{}, error) {
	return nil, s.Accounts.EndSignIn(ctx, who, in.Session)
}

func (s *server) deleteOtherSessions(ctx context.Context, who account.Identity, _ *struct{}) (*struct{}, error) {
	return nil, s.Accounts.EndOtherSignIns(ctx, who)
}
