package rest

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

const labelsTag = "Labels"

func (s *server) routeLabels() {
	route(s, huma.Operation{
		OperationID: "listLabels", Method: http.MethodGet, Path: "/api/v1/labels", Tags: []string{labelsTag}, Summary: "All labels, by name",
	}, s.listLabels)
	route(s, huma.Operation{
		OperationID: "createLabel", Method: http.MethodPost, Path: "/api/v1/labels", Tags: []string{labelsTag},
		Summary: "Make a label", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "200 at most; 409 with the code `label_taken` if there is one of this name.",
	}, s.createLabel)
	route(s, huma.Operation{
		OperationID: "putLabel", Method: http.MethodPut, Path: "/api/v1/labels/{label}", Tags: []string{labelsTag},
		Summary: "Change a label", MaxBodyBytes: smallBody,
	}, s.putLabel)
	route(s, huma.Operation{
		OperationID: "deleteLabel", Method: http.MethodDelete, Path: "/api/v1/labels/{label}", Tags: []string{labelsTag},
		Summary: "Delete a label, and take it from all conversations", DefaultStatus: http.StatusNoContent,
	}, s.deleteLabel)
}

// LabelPath is the label of a request.
type LabelPath struct {
	Label string `path:"label" example:"lbl_06f1w3k8q0000000000000000z"`
}

type label struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color" doc:"#rrggbb"`
}

type newLabel struct {
	Name  string `json:"name" doc:"40 characters at most, unique without case."`
	Color string `json:"color" doc:"#rrggbb" example:"#3455db"`
}

const maxLabelName = 40

func (n newLabel) clean() (chat.Label, error) {
	name, err := cleanLine(n.Name, 1, maxLabelName, "name")
	if err != nil {
		return chat.Label{}, err
	}
	if !accent.MatchString(n.Color) {
		return chat.Label{}, invalid("color", "must be a colour such as #3455db")
	}
	return chat.Label{Name: name, Color: strings.ToLower(n.Color)}, nil
}

type labelOutput struct{ Body label }

func (s *server) listLabels(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[label] }, error) {
	all, err := s.Labels.Labels(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	items := make([]label, len(all))
	for i, l := range all {
		items[i] = label{l.ID, l.Name, l.Color}
	}
	return &struct{ Body page[label] }{page[label]{Items: items}}, nil
}

func (s *server) createLabel(ctx context.Context, who account.Identity, in *struct{ Body newLabel }) (*labelOutput, error) {
	return s.keepLabel(ctx, who, chat.NewID(chat.LabelPrefix), in.Body)
}

type putLabelInput struct {
	LabelPath
	Body newLabel
}

func (s *server) putLabel(ctx context.Context, who account.Identity, in *putLabelInput) (*labelOutput, error) {
	// Storage would add a label of this id: only the platform makes ids.
	all, err := s.Labels.Labels(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(l chat.Label) bool { return l.ID == in.Label }) {
		return nil, chat.ErrNotFound
	}
	return s.keepLabel(ctx, who, in.Label, in.Body)
}

func (s *server) keepLabel(ctx context.Context, who account.Identity, id string, wish newLabel) (*labelOutput, error) {
	l, err := wish.clean()
	if err != nil {
		return nil, err
	}
	l.ID, l.Tenant = id, who.Tenant
	if err := s.Labels.PutLabel(ctx, l); err != nil {
		return nil, err
	}
	return &labelOutput{label{l.ID, l.Name, l.Color}}, nil
}

func (s *server) deleteLabel(ctx context.Context, who account.Identity, in *LabelPath) (*struct{}, error) {
	if err := known(chat.LabelPrefix, in.Label); err != nil {
		return nil, err
	}
	return nil, s.Labels.DeleteLabel(ctx, who.Tenant, in.Label)
}
