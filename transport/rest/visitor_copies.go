package rest

import (
	"context"
	"errors"
	"maps"
	"slices"

	"parley/account"
	"parley/chat"
)

type visitorCopy struct {
	Bot      string `json:"bot"`
	Source   string `json:"source,omitempty" doc:"Of a corrected answer: the source that it stands in."`
	Test     string `json:"test,omitempty" doc:"Of a test: its id."`
	Question string `json:"question" doc:"As it stands there."`
}

func (s *server) listVisitorCopies(ctx context.Context, who account.Identity, in *VisitorPath) (*struct{ Body page[visitorCopy] }, error) {
	if err := known(chat.VisitorPrefix, in.Visitor); err != nil {
		return nil, err
	}
	said, err := s.saidBy(ctx, who.Tenant, in.Visitor)
	if err != nil {
		return nil, err
	}
	items := []visitorCopy{}
	for _, bot := range slices.Sorted(maps.Keys(said)) {
		tests, err := s.Tests.Questions(ctx, who.Tenant, bot)
		if err != nil {
			return nil, err
		}
		copies, err := s.Fixes.Copies(ctx, who.Tenant, bot, tests, said[bot])
		if err != nil {
			return nil, err
		}
		for _, c := range copies {
			items = append(items, visitorCopy(c))
		}
	}
	return &struct{ Body page[visitorCopy] }{page[visitorCopy]{Items: items}}, nil
}

// saidBy returns what a visitor wrote, by the bot that they wrote to.
func (s *server) saidBy(ctx context.Context, tenant, visitor string) (map[string][]string, error) {
	said := make(map[string][]string)
	filter := chat.ConversationFilter{Visitor: visitor, Limit: 200}
	for {
		found, next, err := s.Conversations.Conversations(ctx, tenant, filter)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			texts, err := s.saidIn(ctx, c.Ref)
			if err != nil {
				return nil, err
			}
			said[c.Bot] = append(said[c.Bot], texts...)
		}
		if next == "" {
			break
		}
		filter.Cursor = next
	}
	if len(said) == 0 { // a visitor begins with a conversation
		return nil, chat.ErrNotFound
	}
	return said, nil
}

func (s *server) saidIn(ctx context.Context, ref chat.Ref) (texts []string, err error) {
	const atOnce = 200
	for after := int64(0); ; {
		events, err := s.Log.Events(ctx, ref, after, atOnce)
		if errors.Is(err, chat.ErrNotFound) { // it was deleted meanwhile
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			after = e.Seq
			if message, is := e.Body.(chat.MessageCreated); is && message.Author.Kind == chat.ByVisitor {
				texts = append(texts, message.Text)
			}
		}
		if len(events) < atOnce {
			return texts, nil
		}
	}
}
