package rest

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

const (
	selfTag          = "Oneself"
	secondFactorPath = "/api/v1/me/second-factor"
)

func (s *server) routeSecondFactor() {
	open(s, huma.Operation{
		OperationID: "answerChallenge", Method: http.MethodPost, Path: "/api/v1/auth/second-factor", Tags: []string{signInTag},
		Summary: "Sign in with a second factor", MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
		Description: "Whatever signs in somebody who has a second factor is refused with `second_factor_required` and a `challenge`, which is good " +
			"once, for five minutes and five codes. A code is of the authenticator app, each of which is good once, or one for recovery.",
	}, s.answerChallenge)
	route(s, huma.Operation{
		OperationID: "getSecondFactor", Method: http.MethodGet, Path: secondFactorPath, Tags: []string{selfTag}, Summary: "Whether one has a second factor",
	}, s.getSecondFactor)
	route(s, huma.Operation{
		OperationID: "beginSecondFactor", Method: http.MethodPost, Path: secondFactorPath, Tags: []string{selfTag},
		Summary: "Begin to set up a second factor, or another one", MaxBodyBytes: smallBody,
		Description: "The answer is for an authenticator app, and counts when a code of it comes within 15 minutes. Who has a second factor " +
			"already gives a `code` of it, and keeps it until then.",
	}, s.beginSecondFactor)
	route(s, huma.Operation{
		OperationID: "confirmSecondFactor", Method: http.MethodPut, Path: secondFactorPath, Tags: []string{selfTag},
		Summary: "Set up the second factor that was begun", MaxBodyBytes: smallBody,
		Description: "The recovery codes are shown only now, and take the place of all earlier ones. What one has signed in with is answered `token_revoked` and must be refreshed.",
	}, s.confirmSecondFactor)
	route(s, huma.Operation{
		OperationID: "endSecondFactor", Method: http.MethodDelete, Path: secondFactorPath, Tags: []string{selfTag},
		Summary: "Do without a second factor", MaxBodyBytes: smallBody, DefaultStatus: http.StatusNoContent,
		Description: "Not while a business that one belongs to asks for one: `second_factor_needed`.",
	}, s.endSecondFactor)
	route(s, huma.Operation{
		OperationID: "createRecoveryCodes", Method: http.MethodPost, Path: secondFactorPath + "/recovery-codes", Tags: []string{selfTag},
		Summary: "Get other recovery codes", MaxBodyBytes: smallBody, Description: "They take the place of all earlier ones.",
	}, s.createRecoveryCodes)
}

type challengeAnswer struct {
	Challenge string `json:"challenge" maxLength:"200"`
	Code      string `json:"code" doc:"Six digits, or a recovery code." maxLength:"100"`
}

func (s *server) answerChallenge(ctx context.Context, in *struct{ Body challengeAnswer }) (*signInOutput, error) {
	if err := s.limits.signIns.count(ctx, ctx.Value(fromKey{}).(from).address); err != nil {
		return nil, err
	}
	return s.signedIn(s.Accounts.AnswerChallenge(ctx, in.Body.Challenge, in.Body.Code))
}

type secondFactor struct {
	Enabled       bool `json:"enabled"`
	RecoveryCodes int  `json:"recovery_codes_left" doc:"Each is good once."`
}

func (s *server) getSecondFactor(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body secondFactor }, error) {
	state, err := s.Accounts.SecondFactor(ctx, who)
	if err != nil {
		return nil, err
	}
	return &struct{ Body secondFactor }{secondFactor(state)}, nil
}

// secondFactorProof is a password, and a code of the second factor that there is.
type secondFactorProof struct {
	Password string `json:"password" maxLength:"4096"`
	Code     string `json:"code,omitempty" doc:"Of the second factor that there is: six digits, or a recovery code." maxLength:"100"`
}

type enrolment struct {
	Secret string `json:"secret" doc:"In base32, to be typed."`
	URI    string `json:"uri" doc:"otpauth://"`
	QR     string `json:"qr" doc:"A data: URL of a PNG, which an authenticator app scans."`
}

func (s *server) beginSecondFactor(ctx context.Context, who account.Identity, in *struct{ Body secondFactorProof }) (*struct{ Body enrolment }, error) {
	made, err := s.Accounts.BeginSecondFactor(ctx, who, in.Body.Password, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &struct{ Body enrolment }{enrolment{
		Secret: made.Secret, URI: made.URI, QR: "data:image/png;base64," + base64.StdEncoding.EncodeToString(made.QR),
	}}, nil
}

type factorCode struct {
	Code string `json:"code" doc:"Six digits, or a recovery code where there is one." maxLength:"100"`
}

type recoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"Ten, each good once in place of a code of the authenticator app; never shown again."`
}

func (s *server) confirmSecondFactor(ctx context.Context, who account.Identity, in *struct{ Body factorCode }) (*struct{ Body recoveryCodes }, error) {
	codes, err := s.Accounts.ConfirmSecondFactor(ctx, who, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &struct{ Body recoveryCodes }{recoveryCodes{codes}}, nil
}

func (s *server) endSecondFactor(ctx context.Context, who account.Identity, in *struct{ Body secondFactorProof }) (*struct{}, error) {
	return nil, s.Accounts.EndSecondFactor(ctx, who, in.Body.Password, in.Body.Code)
}

func (s *server) createRecoveryCodes(ctx context.Context, who account.Identity, in *struct{ Body factorCode }) (*struct{ Body recoveryCodes }, error) {
	codes, err := s.Accounts.NewRecoveryCodes(ctx, who, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &struct{ Body recoveryCodes }{recoveryCodes{codes}}, nil
}
