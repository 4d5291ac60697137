package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge/improve"
)

func (s *server) routeGaps() {
	route(s, huma.Operation{
		OperationID: "listGaps", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/gaps", Tags: []string{improveTag},
		Summary:     "Questions that were not answered well, those that ask for the same together",
		Description: "What the bot found no answer to, and answers that a visitor said did not help: the newest 2,000. The groups with the most questions come first, each with a draft of a question and its answer.",
	}, s.listGaps)
	route(s, huma.Operation{
		OperationID: "settleGaps", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/gaps/settle", Tags: []string{improveTag},
		Summary: "Say that questions are answered, or need no answer; or take that back", DefaultStatus: http.StatusNoContent, MaxBodyBytes: botBody,
		Description: "2,000 at most. Those that are not there any more are left out.",
	}, s.settleGaps)
}

// Bounds of what is shown.
const (
	maxGaps        = 2000 // that are grouped, and that are settled at once
	maxGroups      = 100  // that are shown
	groupQuestions = 20   // of a group that are shown with their words
)

type listGapsInput struct {
	BotPath
	State string `query:"state" enum:"open,answered,dismissed" default:"open"`
}

type gapGroups struct {
	Total  int        `json:"total" doc:"Questions in all groups."`
	Groups []gapGroup `json:"groups" doc:"100 at most."`
}

type gapGroup struct {
	Question  string        `json:"question" doc:"The most typical of them."`
	Count     int           `json:"count"`
	Reasons   gapReasons    `json:"reasons"`
	LastAt    time.Time     `json:"last_at"`
	Questions []gapQuestion `json:"questions" doc:"The newest 20."`
	Places    []AnswerPlace `json:"places" doc:"Of all of them."`
	Draft     faqAnswer     `json:"draft" doc:"The answer is what a person of the business wrote in one of the conversations; empty if nobody did."`
}

type gapReasons struct {
	Unanswered int `json:"unanswered" doc:"Nothing was found."`
	Disliked   int `json:"disliked" doc:"The visitor said that it did not help."`
}

// AnswerPlace is where an answer ended.
type AnswerPlace struct {
	Conversation string `json:"conversation"`
	Seq          int64  `json:"seq" doc:"Of the event that ended the answer."`
}

type gapQuestion struct {
	AnswerPlace
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer" doc:"What the bot said."`
	Reason string    `json:"reason" enum:"unanswered,disliked"`
}

func (s *server) listGaps(ctx context.Context, who account.Identity, in *listGapsInput) (*struct{ Body gapGroups }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	if err := s.limits.searches.count(ctx, who); err != nil {
		return nil, err
	}
	gaps, err := s.Gaps.Gaps(ctx, who.Tenant, in.Bot, improve.GapState(in.State), maxGaps)
	if err != nil {
		return nil, err
	}
	groups := improve.Groups(gaps)
	shown := gapGroups{Groups: []gapGroup{}}
	for i, group := range groups {
		shown.Total += len(group.Gaps)
		if i >= maxGroups {
			continue
		}
		draft := faqAnswer{Question: group.Question}
		if in.State == string(improve.Open) {
			if draft.Answer, err = improve.Draft(ctx, s.Log, group); err != nil {
				return nil, err
			}
		}
		shown.Groups = append(shown.Groups, gapGroupOf(group, draft))
	}
	return &struct{ Body gapGroups }{shown}, nil
}

func gapGroupOf(group improve.Group, draft faqAnswer) gapGroup {
	g := gapGroup{Question: group.Question, Count: len(group.Gaps), LastAt: group.LastAt(), Draft: draft}
	for i, gap := range group.Gaps {
		place := AnswerPlace{gap.Ref.Conversation, gap.Seq}
		g.Places = append(g.Places, place)
		if gap.Reason == chat.Disliked {
			g.Reasons.Disliked++
		} else {
			g.Reasons.Unanswered++
		}
		if i < groupQuestions {
			g.Questions = append(g.Questions, gapQuestion{place, gap.Text, gap.At, gap.Answer, string(gap.Reason)})
		}
	}
	return g
}

type settleGapsInput struct {
	BotPath
	Body struct {
		Places []AnswerPlace `json:"places"`
		State  string        `json:"state" enum:"answered,dismissed,open" doc:"open takes back what was said before."`
	} `nameHint:"SettledGaps"`
}

func (s *server) settleGaps(ctx context.Context, who account.Identity, in *settleGapsInput) (*struct{}, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	return nil, s.settle(ctx, who, in.Bot, in.Body.Places, improve.GapState(in.Body.State))
}

func (s *server) settle(ctx context.Context, who account.Identity, bot string, sent []AnswerPlace, state improve.GapState) error {
	if len(sent) > maxGaps {
		return invalid("places", "may hold 2000 at most")
	}
	places := make([]improve.Place, 0, len(sent))
	for _, p := range sent {
		if known(chat.ConversationPrefix, p.Conversation) == nil {
			places = append(places, improve.Place(p))
		}
	}
	if len(places) == 0 {
		return nil
	}
	return s.Gaps.SettleGaps(ctx, who.Tenant, bot, places, state)
}
