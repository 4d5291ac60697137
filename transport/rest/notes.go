package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

func (s *server) routeNotes() {
	route(s, huma.Operation{
		OperationID: "listNotes", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/notes", Tags: []string{conversationsTag},
		Summary: "A conversation's notes, oldest first", Description: "The last 500. Visitors never see them.",
	}, s.listNotes)
	route(s, huma.Operation{
		OperationID: "addNote", Method: http.MethodPost, Path: "/api/v1/conversations/{conversation}/notes", Tags: []string{conversationsTag},
		Summary: "Write a note for colleagues", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "A request that is repeated with its client_id gets the first note and adds none.",
	}, s.addNote)
}

func (s *server) listNotes(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{ Body page[wire.Note] }, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	all, err := s.Notes.Notes(ctx, found.Ref)
	if err != nil {
		return nil, err
	}
	items := make([]wire.Note, len(all))
	for i, n := range all {
		items[i] = wire.NoteOf(n)
	}
	return &struct{ Body page[wire.Note] }{page[wire.Note]{Items: items}}, nil
}

type addNoteInput struct {
	ConversationPath
	Body struct {
		Text     string   `json:"text" doc:"4000 characters at most."`
		Mentions []string `json:"mentions,omitempty" doc:"Ids of members who are to read it; 20 at most."`
		ClientID string   `json:"client_id,omitempty" maxLength:"64" doc:"Your own name for this note."`
	} `nameHint:"NewNote"`
}

func (s *server) addNote(ctx context.Context, who account.Identity, in *addNoteInput) (*struct{ Body wire.Note }, error) {
	text := strings.TrimSpace(in.Body.Text)
	if err := checkText(text, 1, chat.MaxNote, "text"); err != nil {
		return nil, err
	}
	mentions := slices.Compact(slices.Sorted(slices.Values(in.Body.Mentions)))
	if len(mentions) > chat.MaxMentions {
		return nil, invalid("mentions", fmt.Sprintf("may hold %d at most", chat.MaxMentions))
	}
	for _, user := range mentions {
		if err := known(chat.UserPrefix, user); err != nil {
			return nil, err
		}
	}
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	written := chat.Note{
		ID: chat.NewID(chat.NotePrefix), Ref: found.Ref, Author: agentOf(who), Text: text, Mentions: mentions, ClientID: in.Body.ClientID,
		At: time.Now().UTC().Truncate(time.Millisecond),
	}
	kept, err := s.Notes.AddNote(ctx, written)
	if err != nil {
		return nil, err
	}
	if kept.ID == written.ID { // whoever repeats a request adds nothing that others would have to see
		s.passOn(ctx, found.Ref, s.Engine.Noted(ctx, visitorOf(found), kept))
		s.announceInbox(ctx, found.Ref)
	}
	return &struct{ Body wire.Note }{wire.NoteOf(kept)}, nil
}
