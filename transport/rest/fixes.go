package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

func (s *server) routeFixes() {
	route(s, huma.Operation{
		OperationID: "fixAnswer", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/fixes", Tags: []string{improveTag},
		Summary: "Say how a question is to be answered from now on", DefaultStatus: http.StatusCreated, MaxBodyBytes: botBody,
		Description: "The pair goes into the bot's source “Corrected answers”, in place of what is there for the same question. Whoever asks it, in these words or nearly, gets the answer word for word. " +
			"What is open at the places named is answered then.",
	}, s.fixAnswer)
}

// Bounds of a pair, in characters.
const (
	maxFixQuestion = 1000
	maxFixAnswer   = 8000
)

type newFix struct {
	Question     string        `json:"question"`
	Answer       string        `json:"answer"`
	Conversation string        `json:"conversation,omitempty" doc:"Where the answer was that is corrected."`
	Seq          int64         `json:"seq,omitempty" doc:"Of the event that ended it."`
	Places       []AnswerPlace `json:"places,omitempty" doc:"All answers that this corrects, such as those of a group."`
}

type fixInput struct {
	BotPath
	Body newFix
}

type fixed struct {
	Source string      `json:"source"`
	Pairs  []faqAnswer `json:"pairs" doc:"All corrected answers of the bot."`
}

func (s *server) fixAnswer(ctx context.Context, who account.Identity, in *fixInput) (*struct{ Body fixed }, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	fix := knowledge.Pair{Question: strings.Join(strings.Fields(in.Body.Question), " "), Answer: strings.TrimSpace(in.Body.Answer)}
	if err := checkText(fix.Question, 1, maxFixQuestion, "question"); err != nil {
		return nil, err
	}
	if err := checkText(fix.Answer, 1, maxFixAnswer, "answer"); err != nil {
		return nil, err
	}
	places := in.Body.Places
	if in.Body.Conversation != "" {
		of, err := s.conversation(ctx, who, in.Body.Conversation)
		if err != nil {
			return nil, err
		}
		if of.Bot != b.ID {
			return nil, chat.ErrNotFound
		}
		places = append(places, AnswerPlace{in.Body.Conversation, in.Body.Seq})
	}
	if err := s.roomToKnow(ctx, who, 1, false); err != nil {
		return nil, err
	}
	if err := s.limits.uploads.count(ctx, who); err != nil {
		return nil, err
	}
	source, pairs, err := s.Fixes.Fix(ctx, who.Tenant, b.ID, fix)
	if err != nil {
		return nil, err
	}
	s.announceBot(ctx, who.Tenant, b.ID)
	if err := s.settle(ctx, who, b.ID, places, improve.Answered); err != nil {
		return nil, err
	}
	shown := fixed{Source: source.ID, Pairs: make([]faqAnswer, len(pairs))}
	for i, p := range pairs {
		shown.Pairs[i] = faqAnswer(p)
	}
	return &struct{ Body fixed }{shown}, nil
}
