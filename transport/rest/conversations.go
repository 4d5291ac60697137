package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

const conversationsTag = "Conversations"

func (s *server) routeConversations() {
	route(s, account.Read, huma.Operation{
		OperationID: "listConversations", Method: http.MethodGet, Path: "/api/v1/conversations", Tags: []string{conversationsTag},
		Summary: "Conversations, latest activity first",
	}, s.listConversations)
	route(s, account.Read, huma.Operation{
		OperationID: "getConversation", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}", Tags: []string{conversationsTag},
		Summary: "One conversation",
	}, s.getConversation)
	route(s, account.Read, huma.Operation{
		OperationID: "listEvents", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/events", Tags: []string{conversationsTag},
		Summary: "What happened in a conversation, in order",
	}, s.listEvents)
	route(s, account.Take, huma.Operation{
		OperationID: "takeConversation", Method: http.MethodPut, Path: "/api/v1/conversations/{conversation}/assignment", Tags: []string{conversationsTag},
		Summary: "Take a conversation over: the bot falls silent at once", MaxBodyBytes: smallBody,
	}, s.takeConversation)
	route(s, account.Take, huma.Operation{
		OperationID: "releaseConversation", Method: http.MethodDelete, Path: "/api/v1/conversations/{conversation}/assignment", Tags: []string{conversationsTag},
		Summary: "Give a conversation back to the bot", DefaultStatus: http.StatusNoContent,
	}, s.releaseConversation)
}

type agent struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type conversation struct {
	ID        string    `json:"id"`
	Bot       string    `json:"bot"`
	Visitor   string    `json:"visitor"`
	Status    string    `json:"status" enum:"bot,waiting,agent,closed"`
	Agent     *agent    `json:"agent,omitempty" doc:"Who has it."`
	Seq       int64     `json:"seq" doc:"Of the last event."`
	Preview   string    `json:"preview" doc:"The beginning of the last message."`
	Page      string    `json:"page,omitempty" doc:"Where the visitor opened the widget."`
	Locale    string    `json:"locale,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func conversationOf(c chat.Conversation) conversation {
	shown := conversation{
		ID: c.Conversation, Bot: c.Bot, Visitor: c.Visitor, Status: string(c.Status), Seq: c.Head, Preview: c.Preview,
		Page: c.Page, Locale: c.Locale, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if c.Agent != nil {
		shown.Agent = &agent{c.Agent.ID, c.Agent.Name}
	}
	return shown
}

type listConversationsInput struct {
	PageQuery
	Status string `query:"status" enum:"bot,waiting,agent,closed"`
	Bot    string `query:"bot" doc:"Id of a bot."`
}

func (s *server) listConversations(ctx context.Context, who account.Identity, in *listConversationsInput) (*struct{ Body page[conversation] }, error) {
	if in.Bot != "" {
		if _, err := s.bot(ctx, who, in.Bot); err != nil {
			return nil, err
		}
	}
	found, next, err := s.Conversations.Conversations(ctx, who.Tenant, chat.ConversationFilter{
		Status: chat.Status(in.Status), Bot: in.Bot, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	items := make([]conversation, len(found))
	for i, c := range found {
		items[i] = conversationOf(c)
	}
	return &struct{ Body page[conversation] }{page[conversation]{items, next}}, nil
}

// ConversationPath is the conversation of a request.
type ConversationPath struct {
	Conversation string `path:"conversation" example:"cnv_06f1w3k8q0000000000000000z"`
}

// conversation returns one of the tenant's.
func (s *server) conversation(ctx context.Context, who account.Identity, id string) (chat.Conversation, error) {
	if err := known(chat.ConversationPrefix, id); err != nil {
		return chat.Conversation{}, err
	}
	return s.Conversations.Conversation(ctx, chat.Ref{Tenant: who.Tenant, Conversation: id})
}

type conversationOutput struct{ Body conversation }

func (s *server) getConversation(ctx context.Context, who account.Identity, in *ConversationPath) (*conversationOutput, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	return &conversationOutput{conversationOf(found)}, nil
}

type listEventsInput struct {
	ConversationPath
	After int64 `query:"after" minimum:"0" doc:"seq of the last event that you have."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"200"`
}

// events is a page of a log; its cursor is a seq.
type events struct {
	Items []event `json:"items"`
	Next  string  `json:"next" doc:"What to send as after for the next page; empty at the end."`
}

func (s *server) listEvents(ctx context.Context, who account.Identity, in *listEventsInput) (*struct{ Body events }, error) {
	if err := known(chat.ConversationPrefix, in.Conversation); err != nil {
		return nil, err
	}
	found, err := s.Log.Events(ctx, chat.Ref{Tenant: who.Tenant, Conversation: in.Conversation}, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	body := events{Items: make([]event, len(found))}
	for i, e := range found {
		body.Items[i] = event{json.RawMessage(wire.Event(e))}
	}
	if len(found) == in.Limit {
		body.Next = strconv.FormatInt(found[len(found)-1].Seq, 10)
	}
	return &struct{ Body events }{body}, nil
}

type takeInput struct {
	ConversationPath
	Body *take
}

type take struct {
	Force bool `json:"force,omitempty" doc:"Take it from whoever has it."`
}

func (s *server) takeConversation(ctx context.Context, who account.Identity, in *takeInput) (*conversationOutput, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	force := in.Body != nil && in.Body.Force
	if err := s.Engine.TakeOver(ctx, visitorOf(found), agentOf(who), force); err != nil {
		return nil, err
	}
	found, err = s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	return &conversationOutput{conversationOf(found)}, nil
}

func (s *server) releaseConversation(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{}, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	return nil, s.Engine.Release(ctx, visitorOf(found), agentOf(who))
}

func visitorOf(c chat.Conversation) actors.Visitor {
	return actors.Visitor{Ref: c.Ref, Bot: c.Bot, ID: c.Visitor}
}

// agentOf is a member as visitors see them.
func agentOf(who account.Identity) chat.Author {
	return chat.Author{Kind: chat.ByAgent, ID: who.User, Name: who.Name}
}
