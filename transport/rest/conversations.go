package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

const conversationsTag = "Conversations"

func (s *server) routeConversations() {
	route(s, huma.Operation{
		OperationID: "listConversations", Method: http.MethodGet, Path: "/api/v1/conversations", Tags: []string{conversationsTag},
		Summary:     "Conversations, latest activity first",
		Description: "The queues `waiting` and `unassigned` have who waits longest first.",
	}, s.listConversations)
	route(s, huma.Operation{
		OperationID: "countInbox", Method: http.MethodGet, Path: "/api/v1/inbox/counts", Tags: []string{conversationsTag},
		Summary: "How many conversations each queue has for you", Description: "1000 means: as many, or more.",
	}, s.countInbox)
	route(s, huma.Operation{
		OperationID: "getConversation", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}", Tags: []string{conversationsTag},
		Summary: "One conversation",
	}, s.getConversation)
	route(s, huma.Operation{
		OperationID: "listEvents", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/events", Tags: []string{conversationsTag},
		Summary: "What happened in a conversation, in order",
	}, s.listEvents)
}

// conversation is a summary for one reader.
type conversation struct {
	wire.Conversation
	Read  int64  `json:"read" doc:"seq up to which you have read it."`
	Spent *spent `json:"spent,omitempty" doc:"What the bot's answers took; only where this one conversation is asked for."`
}

func conversationOf(c chat.Conversation) conversation {
	return conversation{Conversation: wire.ConversationOf(c), Read: c.Read}
}

func conversationsOf(found []chat.Conversation) []conversation {
	items := make([]conversation, len(found))
	for i, c := range found {
		items[i] = conversationOf(c)
	}
	return items
}

type listConversationsInput struct {
	PageQuery
	Queue   string    `query:"queue" enum:"mine,waiting,unassigned,team,bot,closed,snoozed,mentions,spam"`
	Status  string    `query:"status" enum:"bot,waiting,agent,closed"`
	Bot     string    `query:"bot" doc:"Id of a bot."`
	Label   string    `query:"label" doc:"Id of a label."`
	Visitor string    `query:"visitor" doc:"Id of a visitor."`
	Since   time.Time `query:"since" doc:"Last activity then or later."`
	Until   time.Time `query:"until" doc:"Last activity then or before."`
	Text    string    `query:"text" doc:"Words of what was said, in any form and any order; up to eight count. Messages are found some seconds after they were sent. A page may be short, or empty, and still have a next."`
	Q       string    `query:"q" doc:"The id of a conversation or of a visitor, which finds that in whatever queue; or words of a visitor's name, or a whole e-mail address or telephone number."`
}

// Bounds of what is searched for, in characters and words.
const (
	maxSearch      = 200
	maxSearchWords = 8
)

func (s *server) listConversations(ctx context.Context, who account.Identity, in *listConversationsInput) (*struct{ Body page[conversation] }, error) {
	if in.Bot != "" {
		if _, err := s.bot(ctx, who, in.Bot); err != nil {
			return nil, err
		}
	}
	filter := chat.ConversationFilter{
		Status: chat.Status(in.Status), Bot: in.Bot, Queue: chat.Queue(in.Queue), User: who.User, Visitor: in.Visitor, Label: in.Label,
		Since: in.Since, Until: in.Until, Cursor: in.Cursor, Limit: in.Limit,
	}
	if filter.Text = strings.TrimSpace(in.Text); filter.Text != "" {
		if err := checkText(filter.Text, 0, maxSearch, "text"); err != nil {
			return nil, err
		}
	}
	q := strings.TrimSpace(in.Q)
	if err := checkText(q, 0, maxSearch, "q"); err != nil {
		return nil, err
	}
	switch {
	case chat.ValidID(chat.ConversationPrefix, q):
		return s.findConversation(ctx, who, q)
	case chat.ValidID(chat.VisitorPrefix, q):
		filter = chat.ConversationFilter{User: who.User, Visitor: q, Text: filter.Text, Cursor: in.Cursor, Limit: in.Limit}
	default:
		filter.Words = strings.Fields(q)
	}
	if len(filter.Words) > maxSearchWords {
		return nil, invalid("q", "may have 8 words at most")
	}
	if filter.Label != "" && known(chat.LabelPrefix, filter.Label) != nil || filter.Visitor != "" && known(chat.VisitorPrefix, filter.Visitor) != nil {
		return &struct{ Body page[conversation] }{page[conversation]{Items: []conversation{}}}, nil
	}
	filter.Bot = cmp.Or(who.Bot, filter.Bot)
	found, next, err := s.Conversations.Conversations(ctx, who.Tenant, filter)
	if err != nil {
		return nil, err
	}
	return &struct{ Body page[conversation] }{page[conversation]{conversationsOf(found), next}}, nil
}

// findConversation is a list of the one with this id, or of none.
func (s *server) findConversation(ctx context.Context, who account.Identity, id string) (*struct{ Body page[conversation] }, error) {
	items := []conversation{}
	switch found, err := s.readConversation(ctx, who, id); {
	case err == nil:
		items = append(items, found)
	case !errors.Is(err, chat.ErrNotFound):
		return nil, err
	}
	return &struct{ Body page[conversation] }{page[conversation]{Items: items}}, nil
}

// counts has a number for each of chat.Queues.
type counts struct {
	Mine       int `json:"mine"`
	Waiting    int `json:"waiting"`
	Unassigned int `json:"unassigned"`
	Team       int `json:"team"`
	Bot        int `json:"bot"`
	Closed     int `json:"closed"`
	Snoozed    int `json:"snoozed"`
	Mentions   int `json:"mentions"`
	Spam       int `json:"spam"`
}

func (s *server) countInbox(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body counts }, error) {
	found, err := s.Inbox.Counts(ctx, who.Tenant, who.User)
	if err != nil {
		return nil, err
	}
	return &struct{ Body counts }{counts{
		Mine: found[chat.QueueMine], Waiting: found[chat.QueueWaiting], Unassigned: found[chat.QueueUnassigned], Team: found[chat.QueueTeam],
		Bot: found[chat.QueueBot], Closed: found[chat.QueueClosed], Snoozed: found[chat.QueueSnoozed], Mentions: found[chat.QueueMentions],
		Spam: found[chat.QueueSpam],
	}}, nil
}

// ConversationPath is the conversation of a request.
type ConversationPath struct {
	Conversation string `path:"conversation" example:"cnv_06f1w3k8q0000000000000000z"`
}

// conversation returns one of the tenant's, without anybody's mark.
func (s *server) conversation(ctx context.Context, who account.Identity, id string) (chat.Conversation, error) {
	if err := known(chat.ConversationPrefix, id); err != nil {
		return chat.Conversation{}, err
	}
	found, err := s.Conversations.Conversation(ctx, chat.Ref{Tenant: who.Tenant, Conversation: id})
	if err == nil && !sees(who, found.Bot) {
		return chat.Conversation{}, chat.ErrNotFound
	}
	return found, err
}

// readConversation returns one as the caller sees it.
func (s *server) readConversation(ctx context.Context, who account.Identity, id string) (conversation, error) {
	found, err := s.conversation(ctx, who, id)
	if err != nil {
		return conversation{}, err
	}
	marks, err := s.Reads.ReadMarks(ctx, found.Ref)
	if err != nil {
		return conversation{}, err
	}
	found.Read = marks[who.User]
	return conversationOf(found), nil
}

type conversationOutput struct{ Body conversation }

// conversationAnswer is what a request that changed a conversation is answered with.
func (s *server) conversationAnswer(ctx context.Context, who account.Identity, id string) (*conversationOutput, error) {
	found, err := s.readConversation(ctx, who, id)
	if err != nil {
		return nil, err
	}
	return &conversationOutput{found}, nil
}

func (s *server) getConversation(ctx context.Context, who account.Identity, in *ConversationPath) (*conversationOutput, error) {
	found, err := s.readConversation(ctx, who, in.Conversation)
	if err == nil {
		found, err = s.withCost(ctx, who, found)
	}
	if err != nil {
		return nil, err
	}
	return &conversationOutput{found}, nil
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

// announceInbox tells open inboxes that a conversation's summary changed.
func (s *server) announceInbox(ctx context.Context, ref chat.Ref) {
	s.passOn(ctx, ref, s.Announcer.Announce(ctx, chat.TopicInbox, ref.String()))
}

// passOn notes that somebody was not told of a change, with what came of telling them. The change is kept
// already and whoever looks finds it, so the request does not fail.
func (s *server) passOn(ctx context.Context, ref chat.Ref, err error) {
	if err != nil {
		s.Logger.WarnContext(ctx, "a change was not passed on", slog.String("conversation", ref.Conversation), slog.Any("error", err))
	}
}

func visitorOf(c chat.Conversation) actors.Visitor {
	return actors.Visitor{Ref: c.Ref, Bot: c.Bot, ID: c.Visitor}
}

// agentOf is a member as visitors see them.
func agentOf(who account.Identity) chat.Author {
	return chat.Author{Kind: chat.ByAgent, ID: who.User, Name: who.Name}
}
