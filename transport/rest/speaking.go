package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

func (s *server) routeSpeaking() {
	route(s, huma.Operation{
		OperationID: "sendMessage", Method: http.MethodPost, Path: "/api/v1/conversations/{conversation}/messages", Tags: []string{conversationsTag},
		Summary: "Write to the visitor", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "In a conversation that you have taken; otherwise 409 with the code `not_yours`. " +
			"A request that is repeated with its client_id gets the same answer and sends nothing again.",
	}, s.sendMessage)
	route(s, huma.Operation{
		OperationID: "stopAnswer", Method: http.MethodPost, Path: "/api/v1/conversations/{conversation}/stop", Tags: []string{conversationsTag},
		Summary: "End the answer that the bot is writing", Description: "What was shown stays. No answer is no failure.", DefaultStatus: http.StatusNoContent,
	}, s.stopAnswer)
	route(s, huma.Operation{
		OperationID: "mailTranscript", Method: http.MethodPost, Path: "/api/v1/conversations/{conversation}/transcript", Tags: []string{conversationsTag},
		Summary: "Mail what was said", DefaultStatus: http.StatusAccepted, MaxBodyBytes: smallBody,
		Description: "To the given address, or to the visitor's; 422 with the code `email_required` if neither is known.",
	}, s.mailTranscript)
}

type sendMessageInput struct {
	ConversationPath
	Body struct {
		Text     string `json:"text"`
		ClientID string `json:"client_id,omitempty" maxLength:"64" doc:"Your own name for this message."`
	} `nameHint:"NewMessage"`
}

type receipt struct {
	Seq     int64  `json:"seq"`
	Message string `json:"message"`
}

func (s *server) sendMessage(ctx context.Context, who account.Identity, in *sendMessageInput) (*struct{ Body receipt }, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	kept, err := s.Engine.Post(ctx, visitorOf(found), agentOf(who), in.Body.ClientID, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &struct{ Body receipt }{receipt{kept.Seq, kept.Message}}, nil
}

func (s *server) stopAnswer(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{}, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	return nil, s.Engine.StopAnswer(ctx, visitorOf(found), "")
}

type transcriptInput struct {
	ConversationPath
	Body *struct {
		Email string `json:"email,omitempty" doc:"Left out: the visitor's."`
	} `nameHint:"TranscriptWish"`
}

var errEmailRequired = chat.Fail(chat.Invalid, "email_required", "Please say to which e-mail address it is to go.")

func (s *server) mailTranscript(ctx context.Context, who account.Identity, in *transcriptInput) (*struct{}, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	mail := chat.Mail{ID: chat.NewID(chat.MailPrefix), Ref: found.Ref, Kind: chat.MailTranscript, Seq: found.Head, Due: time.Now().UTC().Truncate(time.Millisecond)}
	switch {
	case in.Body != nil && in.Body.Email != "":
		if mail.To, err = account.NormaliseEmail(in.Body.Email); err != nil {
			return nil, err
		}
	case found.Contact.Email == "":
		return nil, errEmailRequired
	}
	if err := s.limits.allTranscripts.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	if err := s.limits.transcripts.count(ctx, found.Ref.String()); err != nil {
		return nil, err
	}
	return nil, s.Mails.PlanMail(ctx, mail)
}
