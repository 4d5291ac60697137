package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

func (s *server) routePasswordReset() {
	open(s, huma.Operation{
		OperationID: "askForPasswordReset", Method: http.MethodPost, Path: "/api/v1/auth/password-resets", Tags: []string{signInTag},
		Summary: "Mail a link with which another password can be chosen", DefaultStatus: http.StatusAccepted,
		Description: "The answer is the same, and comes as fast, whether or not the address has an account. The link is good once, for an hour; " +
			"five are sent to an address in an hour.",
		MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
	}, s.askForPasswordReset)
	open(s, huma.Operation{
		OperationID: "resetPassword", Method: http.MethodPost, Path: "/api/v1/auth/password", Tags: []string{signInTag},
		Summary: "Choose another password with the token of the mail", DefaultStatus: http.StatusNoContent,
		Description:  "Ends all sign-ins of the account, and confirms its address. A second factor is asked for at the next sign-in as ever.",
		MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
	}, s.resetPassword)
}

type forgotten struct {
	Email string `json:"email" maxLength:"400"`
}

func (s *server) askForPasswordReset(ctx context.Context, in *struct{ Body forgotten }) (*struct{}, error) {
	if err := s.countStranger(ctx); err != nil {
		return nil, err
	}
	return nil, s.Accounts.AskForReset(ctx, in.Body.Email)
}

type passwordReset struct {
	mailedToken
	Password string `json:"password" doc:"At least 10 characters, and none that is guessed first." maxLength:"4096"`
}

func (s *server) resetPassword(ctx context.Context, in *struct{ Body passwordReset }) (*cookiesOutput, error) {
	if err := s.countStranger(ctx); err != nil {
		return nil, err
	}
	device, err := s.Accounts.ResetPassword(ctx, in.Body.Token, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &cookiesOutput{append(s.noCookies(), s.deviceCookie(device))}, nil
}
