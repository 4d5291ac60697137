package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeOldAnswers() {
	route(s, huma.Operation{
		OperationID: "listOldAnswers", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/old-answers", Tags: []string{improveTag},
		Summary: "Answers that cite what has changed since, or is gone; the newest 200",
	}, s.listOldAnswers)
}

// maxOldAnswers is how many are shown.
const maxOldAnswers = 200

type oldAnswer struct {
	AnswerPlace
	Title  string    `json:"title" doc:"Of what is cited."`
	Source string    `json:"source" doc:"What is cited: a page of a site, where it is one."`
	Gone   bool      `json:"gone" doc:"It is not there any more."`
	At     time.Time `json:"at" doc:"Of the answer."`
	Since  time.Time `json:"since" doc:"When what is cited changed."`
}

func (s *server) listOldAnswers(ctx context.Context, who account.Identity, in *BotPath) (*struct{ Body page[oldAnswer] }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	old, err := s.OldAnswers.Old(ctx, who.Tenant, in.Bot, maxOldAnswers)
	if err != nil {
		return nil, err
	}
	items := make([]oldAnswer, len(old))
	for i, o := range old {
		items[i] = oldAnswer{AnswerPlace(o.Place), o.Title, o.Source, o.Gone, o.At, o.Since}
	}
	return &struct{ Body page[oldAnswer] }{page[oldAnswer]{Items: items}}, nil
}
