package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
)

func (s *server) routePairs() {
	route(s, huma.Operation{
		OperationID: "getPairs", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/sources/{source}/pairs", Tags: []string{knowledgeTag},
		Summary: "The questions and answers of a source",
	}, s.getPairs)
	route(s, huma.Operation{
		OperationID: "putPairs", Method: http.MethodPut, Path: "/api/v1/bots/{bot}/sources/{source}/pairs", Tags: []string{knowledgeTag},
		Summary: "Replace the questions and answers of a source", MaxBodyBytes: maxSourceJSON,
		Description: "They are found at once: there is no moment without the old or the new ones.",
	}, s.putPairs)
}

type faqPairs struct {
	Pairs []faqAnswer `json:"pairs" maxItems:"50000"`
}

type pairsOutput struct{ Body faqPairs }

func (s *server) getPairs(ctx context.Context, who account.Identity, in *SourcePath) (*pairsOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	_, pairs, err := s.Reader.Pairs(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return nil, err
	}
	out := &pairsOutput{faqPairs{make([]faqAnswer, len(pairs))}}
	for i, p := range pairs {
		out.Body.Pairs[i] = faqAnswer(p)
	}
	return out, nil
}

type putPairsInput struct {
	SourcePath
	Body faqPairs
}

var errEdited = chat.Fail(chat.Conflict, "source_changed", "Somebody else has changed these questions and answers meanwhile. Load them again, and make your change once more.")

func (s *server) putPairs(ctx context.Context, who account.Identity, in *putPairsInput) (*sourceOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	source, _, err := s.Reader.Pairs(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return nil, err
	}
	pairs, err := wholePairs(in.Body.Pairs, "pairs")
	if err != nil {
		return nil, err
	}
	if err := s.limits.uploads.count(ctx, who); err != nil {
		return nil, err
	}
	source, err = s.Reader.ReplacePairs(ctx, source, pairs)
	if errors.Is(err, chat.ErrFenced) {
		return nil, errEdited.Because(err)
	}
	if err != nil {
		return nil, s.refused(ctx, who, err)
	}
	s.announceBot(ctx, who.Tenant, in.Bot)
	return &sourceOutput{sourceOf(source)}, nil
}

// wholePairs returns pairs of which none lacks a half: that is a mistake to be told, not to be left out.
func wholePairs(faq []faqAnswer, field string) ([]knowledge.Pair, error) {
	if len(faq) == 0 {
		return nil, invalid(field, "must hold a question with its answer")
	}
	pairs := make([]knowledge.Pair, len(faq))
	for i, qa := range faq {
		if strings.TrimSpace(qa.Question) == "" || strings.TrimSpace(qa.Answer) == "" {
			return nil, invalid(field, fmt.Sprintf("lacks a question or an answer in its entry %d", i+1))
		}
		pairs[i] = knowledge.Pair(qa)
	}
	return pairs, nil
}
