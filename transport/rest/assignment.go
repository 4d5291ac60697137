package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

func (s *server) routeAssignment() {
	route(s, huma.Operation{
		OperationID: "takeConversation", Method: http.MethodPut, Path: "/api/v1/conversations/{conversation}/assignment", Tags: []string{conversationsTag},
		Summary: "Take a conversation over, or give it to a colleague",
		Description: "Without `agent` it is yours, and the bot falls silent at once; 409 with the code `taken` if somebody else has it. " +
			"With `agent`, a conversation that an agent has is that colleague's at once, and any other one waits for them to take it.",
		MaxBodyBytes: smallBody,
	}, s.takeConversation)
	route(s, huma.Operation{
		OperationID: "releaseConversation", Method: http.MethodDelete, Path: "/api/v1/conversations/{conversation}/assignment", Tags: []string{conversationsTag},
		Summary: "Give a conversation back to the bot", DefaultStatus: http.StatusNoContent,
	}, s.releaseConversation)
	route(s, huma.Operation{
		OperationID: "setConversationStatus", Method: http.MethodPut, Path: "/api/v1/conversations/{conversation}/status", Tags: []string{conversationsTag},
		Summary:     "Put a conversation back into the line, close it, or give it back to the bot",
		Description: "409 with the code `not_yours` if another agent has it. A closed conversation is opened again by taking it, or by its visitor's next message.",
	}, s.setStatus)
}

type takeInput struct {
	ConversationPath
	Body *take
}

type take struct {
	Force bool   `json:"force,omitempty" doc:"From whoever has it."`
	Agent string `json:"agent,omitempty" doc:"Id of the member who is to have it; left out: you."`
}

func (s *server) takeConversation(ctx context.Context, who account.Identity, in *takeInput) (*conversationOutput, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	var wish take
	if in.Body != nil {
		wish = *in.Body
	}
	if wish.Agent == "" {
		err = s.Engine.TakeOver(ctx, visitorOf(found), agentOf(who), wish.Force)
	} else {
		err = s.assign(ctx, who, found, wish)
	}
	if err != nil {
		return nil, err
	}
	return s.conversationAnswer(ctx, who, in.Conversation)
}

func (s *server) assign(ctx context.Context, who account.Identity, found chat.Conversation, wish take) error {
	to, err := s.colleague(ctx, who, wish.Agent)
	if err != nil {
		return err
	}
	if err := s.Engine.Assign(ctx, visitorOf(found), agentOf(who), to, wish.Force); err != nil {
		return err
	}
	s.announceInbox(ctx, found.Ref) // whom a conversation waits for is no event
	return nil
}

// colleague returns a member of the caller's business who may take conversations.
func (s *server) colleague(ctx context.Context, who account.Identity, user string) (chat.Author, error) {
	members, err := s.Members.Members(ctx, who.Tenant)
	if err != nil {
		return chat.Author{}, err
	}
	return account.Taker(members, user)
}

func (s *server) releaseConversation(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{}, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	return nil, s.Engine.Release(ctx, visitorOf(found), agentOf(who))
}

type statusInput struct {
	ConversationPath
	Body struct {
		Status string `json:"status" enum:"waiting,closed,bot"`
	} `nameHint:"NewStatus"`
}

func (s *server) setStatus(ctx context.Context, who account.Identity, in *statusInput) (*conversationOutput, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	switch chat.Status(in.Body.Status) {
	case chat.Waiting:
		// The event tells open inboxes if it was not waiting; that nobody is asked any more is none.
		if err = s.Engine.Requeue(ctx, visitorOf(found), agentOf(who)); err == nil {
			s.announceInbox(ctx, found.Ref)
		}
	case chat.Closed:
		err = s.Engine.Close(ctx, visitorOf(found))
	default:
		err = s.Engine.Release(ctx, visitorOf(found), agentOf(who))
	}
	if err != nil {
		return nil, err
	}
	return s.conversationAnswer(ctx, who, in.Conversation)
}
