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
	route(s, account.Read, huma.Operation{
		OperationID: "listNotes", Method: http.MethodGet, Path: "/api/v1/conversations/{conversation}/notes", Tags: []string{conversationsTag},
		Summary: "A conversation's notes, oldest first", Description: "The last 500. Visitors never see them.",
	}, s.listNotes)
	route(s, account.Take, huma.Operation{
		OperationID: "addNote", Method: http.MethodPost, Path: "/api/v1/conversations/{conversation}/notes", Tags: []string{conversationsTag},
		Summary: "Write a note for colleagues", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "A request that is repeated with its client_id gets the first note and adds none.",
	}, s.addNote)
}

type note struct {
	ID       string     `json:"id"`
	Seq      int64      `json:"seq" doc:"Of the last event when it was written."`
	At       time.Time  `json:"at"`
	Author   wire.Agent `json:"author"`
	Text     string     `json:"text"`
	Mentions []string   `json:"mentions" doc:"Ids of the users who are to read it."`
	ClientID string     `json:"client_id,omitempty"`
}

func noteOf(n chat.Note) note {
	shown := note{ID: n.ID, Seq: n.Seq, At: n.At, Author: wire.Agent{ID: n.Author.ID, Name: n.Author.Name}, Text: n.Text, Mentions: n.Mentions, ClientID: n.ClientID}
	if shown.Mentions == nil {
		shown.Mentions = []string{}
	}
	return shown
}

func (s *server) listNotes(ctx context.Context, who account.Identity, in *ConversationPath) (*struct{ Body page[note] }, error) {
	found, err := s.conversation(ctx, who, in.Conversation)
	if err != nil {
		return nil, err
	}
	all, err := s.Notes.Notes(ctx, found.Ref)
	if err != nil {
		return nil, err
	}
	items := make([]note, len(all))
	for i, n := range all {
		items[i] = noteOf(n)
	}
	return &struct{ Body page[note] }{page[note]{Items: items}}, nil
}

type addNoteInput struct {
	ConversationPath
	Body struct {
		Text     string   `json:"text" doc:"4000 characters at most."`
		Mentions []string `json:"mentions,omitempty" doc:"Ids of members who are to read it; 20 at most."`
		ClientID string   `json:"client_id,omitempty" maxLength:"64" doc:"Your own name for this note."`
	} `nameHint:"NewNote"`
}

func (s *server) addNote(ctx context.Context, who account.Identity, in *addNoteInput) (*struct{ Body note }, error) {
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
	if written.ClientID == "" {
		written.ClientID = written.ID
	}
	kept, err := s.Notes.AddNote(ctx, written)
	if err != nil {
		return nil, err
	}
	if kept.ID == written.ID { // whoever repeats a request adds nothing that others would have to see
		if err := s.Engine.Noted(ctx, visitorOf(found), kept); err != nil {
			return nil, err
		}
		s.announceInbox(ctx, found.Ref)
	}
	return &struct{ Body note }{noteOf(kept)}, nil
}
