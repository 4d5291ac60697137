package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

const activityTag = "Activity"

func (s *server) routeActivity() {
	route(s, huma.Operation{
		OperationID: "listActivity", Method: http.MethodGet, Path: "/api/v1/activity", Tags: []string{activityTag},
		Summary:     "What the business, or one of its API keys, did, by the hour",
		Description: "Hours in which nothing happened are left out. The last minute may be missing. 31 days at most are shown at once.",
	}, s.listActivity)
	route(s, huma.Operation{
		OperationID: "listAnomalies", Method: http.MethodGet, Path: "/api/v1/anomalies", Tags: []string{activityTag},
		Summary:     "What was unlike the same hours of the weeks before, latest first",
		Description: "Owners are told of each by mail, once a day for each kind.",
	}, s.listAnomalies)
	route(s, huma.Operation{
		OperationID: "seeAnomaly", Method: http.MethodPost, Path: "/api/v1/anomalies/{anomaly}/seen", Tags: []string{activityTag},
		Summary: "Say that somebody has looked at it", DefaultStatus: http.StatusNoContent,
	}, s.seeAnomaly)
}

// counted adds a request to the activity of whoever made it. Whom nobody knows has none.
func (s *server) counted(who account.Identity, status int) {
	if who.Tenant == "" {
		return
	}
	did := account.Activity{Requests: 1}
	switch {
	case status == http.StatusTooManyRequests:
		did.Refused = 1
	case status >= http.StatusBadRequest:
		did.Errors = 1
	}
	s.Counter.CountRequest(who, did)
}

type activityHour struct {
	At       time.Time `json:"at" doc:"The beginning of the hour."`
	Requests int64     `json:"requests" doc:"Of the API, by members and API keys."`
	Errors   int64     `json:"errors" doc:"Requests that were answered with an error, but for limits."`
	Refused  int64     `json:"refused" doc:"Requests, messages and connections that a limit refused."`
	Messages int64     `json:"messages" doc:"Of visitors; of a key, its questions."`
	Answers  int64     `json:"answers"`
	Tokens   int64     `json:"tokens" doc:"Of language models, in and out."`
	Cost     float64   `json:"cost" doc:"Of language models, in US dollars, where their prices are known."`

	SignInFailures int64 `json:"sign_in_failures" doc:"Wrong passwords of members."`
}

type activityInput struct {
	From time.Time `query:"from" doc:"24 hours before to, if left out."`
	To   time.Time `query:"to" doc:"Now, if left out."`
	Key  string    `query:"key" doc:"Id of an API key, with those that it replaced; left out: the whole business."`
}

func (s *server) listActivity(ctx context.Context, who account.Identity, in *activityInput) (*struct{ Body page[activityHour] }, error) {
	if in.To.IsZero() {
		in.To = time.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-24 * time.Hour)
	}
	found, err := s.Activity.Series(ctx, who, in.Key, in.From, in.To)
	if err != nil {
		return nil, err
	}
	shown := page[activityHour]{Items: make([]activityHour, len(found))}
	for i, h := range found {
		shown.Items[i] = activityHour{
			At: h.At, Requests: h.Requests, Errors: h.Errors, Refused: h.Refused, Messages: h.Messages, Answers: h.Answers,
			Tokens: h.Tokens, Cost: float64(h.CostMicros) / 1e6, SignInFailures: h.SignInFailures,
		}
	}
	return &struct{ Body page[activityHour] }{shown}, nil
}

type anomaly struct {
	ID    string    `json:"id"`
	Kind  string    `json:"kind" enum:"rate,errors,spend,sign_in_failures,refused"`
	At    time.Time `json:"at" doc:"The beginning of the hour."`
	Key   string    `json:"key,omitempty" doc:"The API key that it is of; left out: the whole business, or a key that is gone."`
	Value float64   `json:"value"`
	Usual float64   `json:"usual" doc:"The median of the same hours of the weeks before."`
	Unit  string    `json:"unit" enum:"count,share,dollars,tokens" doc:"What value and usual are. A share is of 1."`
	Seen  bool      `json:"seen"`

	SeenAt *time.Time `json:"seen_at,omitempty"`
	SeenBy string     `json:"seen_by,omitempty" doc:"Id of the person."`
}

type anomaliesInput struct {
	Cursor string `query:"cursor" maxLength:"400"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *server) listAnomalies(ctx context.Context, who account.Identity, in *anomaliesInput) (*struct{ Body page[anomaly] }, error) {
	found, next, err := s.Activity.List(ctx, who, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	shown := page[anomaly]{Items: make([]anomaly, len(found)), Next: next}
	for i, a := range found {
		shown.Items[i] = anomaly{
			ID: a.ID, Kind: string(a.Kind), At: a.At, Key: a.Key, Value: a.Value, Usual: a.Usual, Unit: string(a.Unit),
			Seen: !a.SeenAt.IsZero(), SeenBy: a.SeenBy,
		}
		if !a.SeenAt.IsZero() {
			shown.Items[i].SeenAt = &a.SeenAt
		}
	}
	return &struct{ Body page[anomaly] }{shown}, nil
}

type anomalyInput struct {
	Anomaly string `path:"anomaly"`
}

func (s *server) seeAnomaly(ctx context.Context, who account.Identity, in *anomalyInput) (*struct{}, error) {
	return nil, s.Activity.See(ctx, who, in.Anomaly)
}
