package rest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

const improveTag = "Improve"

// previewTimeout is longer than a model may take for an answer.
const previewTimeout = 4 * time.Minute

func (s *server) routePreview() {
	route(s, huma.Operation{
		OperationID: "preview", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/preview", Tags: []string{improveTag},
		Summary: "Try how a bot answers, and see why",
		Description: "Nothing is kept but what it cost: there is no conversation, and it does not count as an answer of the month. With `settings`, which are those of the bot " +
			"where they say nothing, the answer is as it would be if they were saved.",
		MaxBodyBytes: botBody, Metadata: map[string]any{timeoutKey: previewTimeout},
	}, s.preview)
}

// Bounds of what was said before, for a preview.
const (
	maxTurns = 20
	maxTurn  = 4000 // characters
)

type turn struct {
	Role string `json:"role" enum:"visitor,business"`
	Text string `json:"text"`
}

type newPreview struct {
	Text     string         `json:"text"`
	Locale   string         `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
	History  []turn         `json:"history,omitempty" doc:"What was said before, oldest first; 20 at most."`
	Settings *SettingsPatch `json:"settings,omitempty" doc:"To be tried, not saved."`
}

type previewInput struct {
	BotPath
	Body newPreview
}

type preview struct {
	Text         string           `json:"text"`
	Citations    []citation       `json:"citations"`
	Offer        string           `json:"offer,omitempty" enum:"handoff"`
	AnsweredBy   string           `json:"answered_by" enum:"faq,small_talk,model,extractive,nothing" doc:"faq: an owner's answer, word for word; nothing: it says that it does not know."`
	Query        string           `json:"query" doc:"What was searched for."`
	Threshold    float64          `json:"threshold" doc:"How sure the search had to be."`
	Passages     []previewPassage `json:"passages" doc:"As the answer's writer got them, best first: [1] is the first."`
	Prompt       []promptMessage  `json:"prompt" doc:"What the model was asked; empty where none was."`
	Model        string           `json:"model,omitempty"`
	TimingMS     previewTiming    `json:"timing_ms"`
	InputTokens  int64            `json:"input_tokens"`
	OutputTokens int64            `json:"output_tokens"`
	CostMicros   *int64           `json:"cost_micros,omitempty" doc:"Millionths of a US dollar, by the operator's price list; absent where it is not known."`
}

type previewPassage struct {
	TracedPassage
	URL         string `json:"url,omitempty"`
	LexicalRank int    `json:"lexical_rank,omitempty" doc:"Place among what was found by its words, from 1; absent: not found so."`
	VectorRank  int    `json:"vector_rank,omitempty" doc:"Place among what was found by its meaning, from 1; absent: not found so."`
}

func previewPassageOf(h knowledge.Hit) previewPassage {
	shown := previewPassage{TracedPassage: TracedPassage{
		Passage: h.ID, Source: cmp.Or(h.Added, h.Source), Title: h.Title, Headings: h.Headings, Text: h.Text, Page: h.Page, Score: h.Score, Confidence: h.Confidence,
	}, URL: h.URL, LexicalRank: h.LexicalRank, VectorRank: h.VectorRank}
	if shown.Source != h.Source {
		shown.Part = h.Source
	}
	return shown
}

type promptMessage struct {
	Role string `json:"role" doc:"The model's word: system, user or assistant."`
	Text string `json:"text"`
}

type previewTiming struct {
	Retrieved  float64 `json:"retrieved" doc:"From the question to the passages."`
	FirstPiece float64 `json:"first_piece,omitempty" doc:"To the first words."`
	Ended      float64 `json:"ended"`
}

func (s *server) preview(ctx context.Context, who account.Identity, in *previewInput) (*struct{ Body preview }, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	ask := improve.Ask{Text: in.Body.Text, Locale: in.Body.Locale}
	if err := checkText(ask.Text, 1, maxQuery, "text"); err != nil {
		return nil, err
	}
	if ask.History, err = in.Body.turns(); err != nil {
		return nil, err
	}
	if ask.Settings, err = tried(b, in.Body.Settings); err != nil {
		return nil, err
	}
	if err := s.limits.answers.count(ctx, who); err != nil {
		return nil, err
	}
	asked, err := s.Asker.Ask(ctx, who.Tenant, b.ID, ask)
	if err != nil {
		return nil, err
	}
	return &struct{ Body preview }{previewOf(asked)}, nil
}

func (n newPreview) turns() ([]improve.Turn, error) {
	if len(n.History) > maxTurns {
		return nil, invalid("history", fmt.Sprintf("may hold %d messages at most", maxTurns))
	}
	var turns []improve.Turn
	for _, t := range n.History {
		if err := checkText(t.Text, 1, maxTurn, "history"); err != nil {
			return nil, err
		}
		turns = append(turns, improve.Turn{Visitor: t.Role == "visitor", Text: t.Text})
	}
	return turns, nil
}

// tried are the settings of a bot as they would be after a change; nil: no change is tried.
func tried(b chat.Bot, change *SettingsPatch) (*chat.Settings, error) {
	if change == nil {
		return nil, nil //nolint:nilnil // as they are
	}
	settings := b.Settings
	if err := change.apply(&settings); err != nil {
		return nil, err
	}
	return &settings, nil
}

func previewOf(a improve.Asked) preview {
	t := a.Trace
	shown := preview{
		Text: a.Text, Citations: citationsOf(a.Citations), Offer: a.Offer, AnsweredBy: string(a.By),
		Query: t.Query, Threshold: t.Threshold, Passages: make([]previewPassage, len(a.Hits)), Prompt: make([]promptMessage, len(a.Prompt)), Model: t.Model,
		TimingMS:    previewTiming{t.Retrieved.Seconds() * 1e3, t.FirstPiece.Seconds() * 1e3, t.Ended.Seconds() * 1e3},
		InputTokens: t.InputTokens, OutputTokens: t.OutputTokens, CostMicros: t.CostMicros,
	}
	for i, h := range a.Hits {
		shown.Passages[i] = previewPassageOf(h)
	}
	for i, m := range a.Prompt {
		shown.Prompt[i] = promptMessage(m)
	}
	return shown
}
