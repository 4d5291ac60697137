package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeSupportAccess() {
	const path = "/api/v1/tenant/support-access"
	route(s, huma.Operation{
		OperationID: "getSupportAccess", Method: http.MethodGet, Path: path, Tags: []string{privacyTag},
		Summary: "Until when the operator of this service may look at the business, and when they did",
	}, s.getSupportAccess)
	route(s, huma.Operation{
		OperationID: "putSupportAccess", Method: http.MethodPut, Path: path, Tags: []string{privacyTag},
		Summary: "Let the operator of this service look at the business, for 72 hours at most", MaxBodyBytes: smallBody,
		Description: "They see what a viewer sees and change nothing. Each visit, with its reason and all that is read, is in the audit log.",
	}, s.putSupportAccess)
	route(s, huma.Operation{
		OperationID: "deleteSupportAccess", Method: http.MethodDelete, Path: path, Tags: []string{privacyTag},
		Summary: "Let the operator look no more, at once", DefaultStatus: http.StatusNoContent, Description: "Repeating is not an error.",
	}, s.deleteSupportAccess)
}

type supportAccess struct {
	Until  *time.Time     `json:"until" doc:"null: the operator sees nothing."`
	By     string         `json:"by,omitempty" doc:"Id of who allowed it."`
	At     *time.Time     `json:"at,omitempty"`
	Visits []supportVisit `json:"visits" doc:"The last ones, latest first."`
}

type supportVisit struct {
	ID     string    `json:"id"`
	By     string    `json:"by" doc:"Id of the person."`
	Reason string    `json:"reason" doc:"In their words."`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until" doc:"When it ended, or ends at the latest."`
}

type supportAccessOutput struct{ Body supportAccess }

func (s *server) getSupportAccess(ctx context.Context, who account.Identity, _ *struct{}) (*supportAccessOutput, error) {
	access, visits, err := s.Accounts.SupportAccess(ctx, who)
	if err != nil {
		return nil, err
	}
	shown := supportAccess{Until: moment(access.Until), By: access.By, At: moment(access.At), Visits: make([]supportVisit, len(visits))}
	for i, v := range visits {
		shown.Visits[i] = supportVisit{v.ID, v.User, v.Reason, v.At, v.Until}
	}
	return &supportAccessOutput{shown}, nil
}

type putSupportAccessInput struct {
	Body struct {
		Until time.Time `json:"until"`
	} `nameHint:"NewSupportAccess"`
}

func (s *server) putSupportAccess(ctx context.Context, who account.Identity, in *putSupportAccessInput) (*supportAccessOutput, error) {
	if _, err := s.Accounts.AllowSupport(ctx, who, in.Body.Until); err != nil {
		return nil, err
	}
	return s.getSupportAccess(ctx, who, nil)
}

func (s *server) deleteSupportAccess(ctx context.Context, who account.Identity, _ *struct{}) (*struct{}, error) {
	return nil, s.Accounts.EndSupport(ctx, who)
}
