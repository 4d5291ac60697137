package postgres

import (
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableNotes is what a note is bound to. It never changes.
const tableNotes = "notes"

// noteRecord is what a note says, sealed by the visitor's key.
type noteRecord struct {
	recordHead
	Author   authorRecord `json:"author"`
	Text     string       `json:"text"`
	Mentions []string     `json:"mentions,omitempty"`
}

func sealNote(key *seal.Key, note chat.Note) ([]byte, error) {
	return sealRecord(key, note.Tenant, tableNotes, note.ID, noteRecord{head(), authorOf(note.Author), note.Text, note.Mentions})
}

func openNote(key *seal.Key, ref chat.Ref, row db.NoteByClientIDRow) (chat.Note, error) {
	var r noteRecord
	if err := openRecord(key, ref.Tenant, tableNotes, row.ID, row.Body, &r); err != nil {
		return chat.Note{}, err
	}
	return chat.Note{
		ID: row.ID, Ref: ref, Seq: row.Seq, Author: r.Author.author(), Text: r.Text, Mentions: r.Mentions,
		ClientID: text(row.ClientID), At: row.CreatedAt,
	}, nil
}
