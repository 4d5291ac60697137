package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

func (s *server) routeReads() {
	route(s, huma.Operation{
		OperationID: "listReads", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/reads", Tags: []string{conversationsTag},
		Summary: "How far everybody has read a conversation",
	}, s.listReads)
	route(s, huma.Operation{
		OperationID: "markRead", Method: http.MethodPut, Path: "/api/v1/conversations/{conversation}/read", Tags: []string{conversationsTag},
		Summary: "Say how far you have read a conversation", DefaultStatus: http.StatusNoContent,
		Description: "It never goes back. Notes that mention you are read with it.",
	}, s.markRead)
}

type reads struct {
	Visitor int64            `json:"visitor" doc:"seq up to which the visitor has read."`
	Agents  map[string]int64 `json:"agents" doc:"The same by id of the user."`
}

func (s *server) listReads(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{ Body reads }, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	marks, err := s.Reads.ReadMarks(ctx, found.Ref)
	if err != nil {
		return nil, err
	}
	body := reads{Agents: map[string]int64{}}
	for reader, seq := range marks {
		switch {
		case reader == "":
			body.Visitor = seq
		case chat.ValidID(chat.UserPrefix, reader): // others are no people: what was mailed, for one
			body.Agents[reader] = seq
		}
	}
	return &struct{ Body reads }{body}, nil
}

type markReadInput struct {
	ConversationPath
	Body struct {
		Seq int64 `json:"seq" minimum:"0" doc:"Of the last event that you have seen."`
	} `nameHint:"ReadMark"`
}

func (s *server) markRead(ctx context.Context, who account.Identity, in *markReadInput) (*struct{}, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	// Nobody has read what is not written yet.
	if err := s.Engine.Read(ctx, visitorOf(found), agentOf(who), min(in.Body.Seq, found.Head)); err != nil {
		return nil, err
	}
	return nil, s.Notes.ReadMentions(ctx, found.Ref, who.User)
}
