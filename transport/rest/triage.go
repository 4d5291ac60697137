package rest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

func (s *server) routeTriage() {
	route(s, huma.Operation{
		OperationID: "updateConversation", Method: http.MethodPatch, Path: "/api/v1/conversations/{conversation}", Tags: []string{conversationsTag},
		Summary: "Snooze a conversation, label it, mark it as spam, or block its visitor",
		Description: "Only what is sent changes. A snoozed conversation comes back at its time, or when its visitor writes. " +
			"Whoever is blocked can write in none of their conversations.",
		MaxBodyBytes: smallBody,
	}, s.updateConversation)
	route(s, huma.Operation{
		OperationID: "listActivities", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/activities", Tags: []string{conversationsTag},
		Summary: "What people, and the desk, did with a conversation, oldest first", Description: "The last 500. Visitors never see them.",
	}, s.listActivities)
}

// Bounds of what is done with one conversation.
const (
	maxSnooze = 366 * 24 * time.Hour // a year ahead, by any calendar
	maxLabels = 20
)

// until is a time that may be null, which differs from one that is left out.
type until struct {
	sent bool
	at   time.Time // zero: null
}

func (u *until) UnmarshalJSON(data []byte) error {
	u.sent, u.at = true, time.Time{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	return u.at.UnmarshalJSON(data)
}

// Schema describes it.
func (until) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

type conversationPatch struct {
	SnoozedUntil until     `json:"snoozed_until,omitempty" doc:"A year ahead at most; null shows it again."`
	Spam         *bool     `json:"spam,omitempty"`
	Labels       *[]string `json:"labels,omitempty" doc:"Ids of all labels that it is to have; 20 at most."`
	Blocked      *bool     `json:"blocked,omitempty" doc:"Whether what its visitor writes is refused."`
}

// check refuses what cannot be, before anything changes.
func (p *conversationPatch) check(now time.Time) error {
	if at := p.SnoozedUntil.at; !at.IsZero() && (!at.After(now) || at.After(now.Add(maxSnooze))) {
		return invalid("snoozed_until", "must be a time ahead, within a year")
	}
	if p.Labels == nil {
		return nil
	}
	if len(*p.Labels) > maxLabels {
		return invalid("labels", fmt.Sprintf("may hold %d at most", maxLabels))
	}
	for _, id := range *p.Labels {
		if err := known(chat.LabelPrefix, id); err != nil {
			return err
		}
	}
	slices.Sort(*p.Labels)
	*p.Labels = slices.Compact(*p.Labels)
	return nil
}

type updateConversationInput struct {
	ConversationPath
	Body conversationPatch
}

func (s *server) updateConversation(ctx context.Context, who account.Identity, in *updateConversationInput) (*conversationOutput, error) {
	if err := in.Body.check(time.Now()); err != nil {
		return nil, err
	}
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	// Not one transaction, but sending it again does the rest. What was done until then is told, too.
	defer s.announceInbox(ctx, found.Ref)
	if in.Body.Labels != nil {
		if err := s.Triage.SetLabels(ctx, found.Ref, who.User, *in.Body.Labels); err != nil {
			return nil, err
		}
	}
	if in.Body.SnoozedUntil.sent {
		if err := s.Triage.Snooze(ctx, found.Ref, who.User, in.Body.SnoozedUntil.at.UTC().Truncate(time.Millisecond)); err != nil {
			return nil, err
		}
	}
	if in.Body.Spam != nil {
		if err := s.Triage.MarkSpam(ctx, found.Ref, who.User, *in.Body.Spam); err != nil {
			return nil, err
		}
	}
	if in.Body.Blocked != nil {
		if err := s.block(ctx, who, found, *in.Body.Blocked); err != nil {
			return nil, err
		}
	}
	return s.conversationAnswer(ctx, who, in.Conversation)
}

// block blocks a visitor and tells the conversations in which they may be now.
func (s *server) block(ctx context.Context, who account.Identity, found chat.Conversation, blocked bool) error {
	if err := s.Triage.Block(ctx, found.Ref, who.User, blocked); err != nil {
		return err
	}
	const latest = 200 // what is older reads it when it is opened
	theirs, _, err := s.Conversations.Conversations(ctx, who.Tenant, chat.ConversationFilter{Visitor: found.Visitor, Limit: latest})
	if err != nil {
		return err
	}
	for _, c := range theirs {
		s.passOn(ctx, c.Ref, s.Engine.Blocked(ctx, visitorOf(c), blocked))
		s.announceInbox(ctx, c.Ref)
	}
	return nil
}

type activity struct {
	ID     string    `json:"id"`
	Seq    int64     `json:"seq" doc:"Of the last event then."`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty" doc:"Id of a user; left out: the desk."`
	Kind   string    `json:"kind" enum:"assigned,snoozed,unsnoozed,labelled,unlabelled,spam,not_spam,blocked,unblocked"`
	Target string    `json:"target,omitempty" doc:"Id of a user (assigned; left out: nobody) or of a label, or a time (snoozed)."`
}

func (s *server) listActivities(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{ Body page[activity] }, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	all, err := s.Triage.Activities(ctx, found.Ref)
	if err != nil {
		return nil, err
	}
	items := make([]activity, len(all))
	for i, a := range all {
		items[i] = activity{ID: a.ID, Seq: a.Seq, At: a.At, By: a.By, Kind: string(a.Kind), Target: a.Target}
	}
	return &struct{ Body page[activity] }{page[activity]{Items: items}}, nil
}
