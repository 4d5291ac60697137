package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeConfirmation() {
	open(s, huma.Operation{
		OperationID: "confirmEmail", Method: http.MethodPost, Path: "/api/v1/auth/confirm", Tags: []string{signInTag},
		Summary: "Confirm an e-mail address", DefaultStatus: http.StatusNoContent,
		Description: "With the token of the mail: for the address of an account, or the one that it is to have. Each is good once, for a day. " +
			"Whoever is signed in has it count after the next `auth/refresh`.",
		MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
	}, s.confirmEmail)
	route(s, huma.Operation{
		OperationID: "sendConfirmation", Method: http.MethodPost, Path: "/api/v1/me/confirmation", Tags: []string{signInTag},
		Summary: "Send the mail to confirm one's address again", DefaultStatus: http.StatusAccepted,
		Description: "Five times in an hour; after that, and for an address that is confirmed, the answer is the same and no mail is sent.",
	}, s.sendConfirmation)
}

// mailedToken is what stands behind # in a link of ours.
type mailedToken struct {
	Token string `json:"token" doc:"What stands behind # in the link of the mail." maxLength:"200"`
}

func (s *server) confirmEmail(ctx context.Context, in *struct{ Body mailedToken }) (*struct{}, error) {
	if err := s.countStranger(ctx); err != nil {
		return nil, err
	}
	return nil, s.Accounts.Confirm(ctx, in.Body.Token)
}

func (s *server) sendConfirmation(ctx context.Context, who account.Identity, _ *struct{}) (*struct{}, error) {
	return nil, s.Accounts.SendConfirmation(ctx, who)
}

// countStranger counts a request that tries a secret, or has a mail sent, by the address that it comes from.
func (s *server) countStranger(ctx context.Context) error {
	return s.limits.signIns.count(ctx, ctx.Value(fromKey{}).(from).address)
}
