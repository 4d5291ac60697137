package wire

import (
	"time"

	"parley/chat"
)

// Note is a note as agents see it, in frames and over REST.
type Note struct {
	ID       string    `json:"id"`
	Seq      int64     `json:"seq" doc:"Of the last event when it was written."`
	At       time.Time `json:"at"`
	Author   Agent     `json:"author"`
	Text     string    `json:"text"`
	Mentions []string  `json:"mentions" doc:"Ids of the users who are to read it."`
	ClientID string    `json:"client_id,omitempty"`
}

// NoteOf returns a note in its form for clients.
func NoteOf(n chat.Note) Note {
	shown := Note{
		ID: n.ID, Seq: n.Seq, At: n.At.UTC(), Author: Agent{n.Author.ID, n.Author.Name},
		Text: n.Text, Mentions: n.Mentions, ClientID: n.ClientID,
	}
	if shown.Mentions == nil {
		shown.Mentions = []string{}
	}
	return shown
}
