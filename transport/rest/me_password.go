package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeMyCredentials() {
	route(s, huma.Operation{
		OperationID: "changePassword", Method: http.MethodPost, Path: "/api/v1/me/password", Tags: []string{signInTag},
		Summary: "Change one's password", DefaultStatus: http.StatusNoContent, MaxBodyBytes: smallBody,
		Description: "Ends one's other sign-ins. Who has none yet, because another issuer signs them in, gets one by `auth/password-resets`.",
	}, s.changePassword)
	route(s, huma.Operation{
		OperationID: "changeEmail", Method: http.MethodPost, Path: "/api/v1/me/email", Tags: []string{signInTag},
		Summary: "Change one's e-mail address", DefaultStatus: http.StatusAccepted, MaxBodyBytes: smallBody,
		Description: "Mails a link to the new address: it counts when that is opened. The old one is told. The answer is the same if the address has another account, whose " +
			"owner is told instead.",
	}, s.changeEmail)
}

type passwordChange struct {
	Current string `json:"current" maxLength:"4096"`
	New     string `json:"new" doc:"At least 10 characters, and none that is guessed first." maxLength:"4096"`
}

func (s *server) changePassword(ctx context.Context, who account.Identity, in *struct{ Body passwordChange }) (*struct{}, error) {
	return nil, s.Accounts.ChangePassword(ctx, who, in.Body.Current, in.Body.New)
}

type emailChange struct {
	Password string `json:"password" maxLength:"4096"`
	Email    string `json:"email" maxLength:"400"`
}

func (s *server) changeEmail(ctx context.Context, who account.Identity, in *struct{ Body emailChange }) (*struct{}, error) {
	return nil, s.Accounts.Move(ctx, who, in.Body.Password, in.Body.Email)
}
