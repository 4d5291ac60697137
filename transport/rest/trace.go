package rest

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

func (s *server) routeTraces() {
	route(s, huma.Operation{
		OperationID: "getTrace", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/events/{seq}/trace", Tags: []string{conversationsTag},
		Summary: "What produced an answer: the passages with their scores, the model, the times",
	}, s.getTrace)
}

type traceInput struct {
	ConversationPath
	// A string: one that is no number is answered like one where nothing is.
	Seq string `path:"seq" doc:"seq of the event that ended the answer." example:"3"`
}

type trace struct {
	Query        string          `json:"query" doc:"What was searched for."`
	Threshold    float64         `json:"threshold" doc:"How sure retrieval had to be."`
	Passages     []TracedPassage `json:"passages" doc:"As the answer's writer got them, best first: [1] is the first."`
	Version      int64           `json:"bot_version"`
	Prompt       string          `json:"prompt,omitempty" doc:"Version of the wording around the question."`
	Provider     string          `json:"provider"`
	Model        string          `json:"model,omitempty"`
	Finish       string          `json:"finish,omitempty" doc:"Why the model stopped, in its own word."`
	InputTokens  int64           `json:"input_tokens"`
	OutputTokens int64           `json:"output_tokens"`
	Calls        int             `json:"calls" doc:"Of the provider, with those that failed before anything was shown."`
	CostUSD      *float64        `json:"cost_usd,omitempty" doc:"In US dollars, by the operator's price list; absent where the model has no price or its tokens were not counted."`
	RetrievedMS  float64         `json:"retrieved_ms" doc:"From the question to the passages."`
	FirstMS      float64         `json:"first_ms,omitempty" doc:"To the first words."`
	EndedMS      float64         `json:"ended_ms,omitempty" doc:"To the end; absent if somebody cut the answer short."`
	Failed       bool            `json:"failed"`
}

// TracedPassage is a passage as it was found for an answer.
type TracedPassage struct {
	Passage    string   `json:"passage"`
	Source     string   `json:"source"`
	Part       string   `json:"part,omitempty" doc:"The page, where the source is a site."`
	Title      string   `json:"title"`
	Headings   []string `json:"headings,omitempty"`
	Text       string   `json:"text"`
	Page       int      `json:"page,omitempty"`
	Score      float64  `json:"score"`
	Confidence float64  `json:"confidence"`
}

func (s *server) getTrace(ctx context.Context, who account.Identity, in *traceInput) (*struct{ Body trace }, error) {
	if err := known(chat.ConversationPrefix, in.Conversation); err != nil {
		return nil, err
	}
	seq, err := strconv.ParseInt(in.Seq, 10, 64)
	if err != nil {
		return nil, chat.ErrNotFound
	}
	t, err := s.Traces.Trace(ctx, chat.Ref{Tenant: who.Tenant, Conversation: in.Conversation}, seq)
	if err != nil {
		return nil, err
	}
	shown := trace{
		Query: t.Query, Threshold: t.Threshold, Passages: make([]TracedPassage, 0, len(t.Passages)), Version: t.Settings, Prompt: t.Prompt,
		Provider: t.Provider, Model: t.Model, Finish: t.Finish, InputTokens: t.InputTokens, OutputTokens: t.OutputTokens, Calls: t.Calls,
		RetrievedMS: t.Retrieved.Seconds() * 1e3, FirstMS: t.FirstPiece.Seconds() * 1e3, EndedMS: t.Ended.Seconds() * 1e3,
		// Why it failed is the operator's to know: a provider's words may name its account.
		Failed: t.Failure != "",
	}
	if t.CostMicros != nil {
		dollars := float64(*t.CostMicros) / 1e6
		shown.CostUSD = &dollars
	}
	for _, p := range t.Passages {
		shown.Passages = append(shown.Passages, tracedPassageOf(p))
	}
	return &struct{ Body trace }{shown}, nil
}

func tracedPassageOf(p chat.TracedPassage) TracedPassage {
	return TracedPassage{p.ID, p.Source, p.Part, p.Title, p.Headings, p.Text, p.Page, p.Score, p.Confidence}
}
