package wire

import (
	"encoding/json"
	"fmt"

	"parley/chat"
)

// DeskReady answers desk.open.
type DeskReady struct {
	Name      string
	Role      string
	User      string
	Available bool
	Agents    []Colleague
}

// Colleague is an agent who is on duty.
type Colleague struct {
	ID        string
	Name      string
	Available bool
}

// AppendDeskReady appends desk.ready.
func AppendDeskReady(dst []byte, ref string, r DeskReady) []byte {
	frame := answer(dst, ref, "desk.ready")
	data := frame.within("data")
	data.text("name", r.Name)
	data.text("role", r.Role)
	data.text("user", r.User)
	data.flag("available", r.Available)
	appendColleagues(&data, r.Agents)
	frame.leave(data)
	return frame.end()
}

// AppendPresenceChanged appends who is on duty now.
func AppendPresenceChanged(dst []byte, agents []Colleague) []byte {
	frame := push(dst, "presence.changed", "")
	data := frame.within("data")
	appendColleagues(&data, agents)
	frame.leave(data)
	return frame.end()
}

func appendColleagues(data *object, agents []Colleague) {
	data.key("agents")
	data.dst = append(data.dst, '[')
	for i, a := range agents {
		if i > 0 {
			data.dst = append(data.dst, ',')
		}
		agent := open(data.dst)
		agent.text("id", a.ID)
		agent.text("name", a.Name)
		agent.flag("available", a.Available)
		data.dst = agent.end()
	}
	data.dst = append(data.dst, ']')
}

// Here is who looks at a conversation.
type Here struct {
	Visitor bool
	Page    string // where the visitor is
	Agents  []chat.Author
}

// AppendHereChanged appends who looks at a conversation now.
func AppendHereChanged(dst []byte, conversation string, here Here) []byte {
	frame := push(dst, "here.changed", conversation)
	data := frame.within("data")
	here.append(&data)
	frame.leave(data)
	return frame.end()
}

func (h Here) append(data *object) {
	data.flag("visitor", h.Visitor)
	data.optional("page", h.Page)
	data.key("agents")
	data.dst = append(data.dst, '[')
	for i, a := range h.Agents {
		if i > 0 {
			data.dst = append(data.dst, ',')
		}
		agent := open(data.dst)
		agent.text("id", a.ID)
		agent.text("name", a.Name)
		data.dst = agent.end()
	}
	data.dst = append(data.dst, ']')
}

// Watching answers an agent's conversation.watch: session.ready's fields, and what only agents see.
type Watching struct {
	Ready
	Here    Here
	Blocked bool
}

// AppendWatching appends the ack of conversation.watch. Token, Bot and Read are not shown.
func AppendWatching(dst []byte, ref string, w Watching) []byte {
	frame := answer(dst, ref, "ack")
	data := frame.within("data")
	appendState(&data, w.Ready)
	here := data.within("here")
	w.Here.append(&here)
	data.leave(here)
	data.flag("blocked", w.Blocked)
	frame.leave(data)
	return frame.end()
}

// AppendVisitorBlocked appends that a visitor was blocked, or is not any more.
func AppendVisitorBlocked(dst []byte, conversation string, blocked bool) []byte {
	frame := push(dst, "visitor.blocked", conversation)
	data := frame.within("data")
	data.flag("blocked", blocked)
	frame.leave(data)
	return frame.end()
}

// AppendNoteAdded appends a note to whoever watches its conversation.
func AppendNoteAdded(dst []byte, note chat.Note) []byte {
	frame := push(dst, "note.added", note.Conversation)
	frame.value("data", NoteOf(note))
	return frame.end()
}

// AppendNoted appends the answer to note.add.
func AppendNoted(dst []byte, ref string, note chat.Note) []byte {
	frame := answer(dst, ref, "ack")
	data := frame.within("data")
	data.value("note", NoteOf(note))
	frame.leave(data)
	return frame.end()
}

// AppendMentionAdded appends a note to somebody whom it names.
func AppendMentionAdded(dst []byte, note chat.Note) []byte {
	frame := push(dst, "mention.added", "")
	data := frame.within("data")
	data.text("conversation", note.Conversation)
	data.value("note", NoteOf(note))
	frame.leave(data)
	return frame.end()
}

// AppendInboxChanged appends that a conversation's summary changed. Without one the
// client has to ask for it; without a conversation, any may have changed.
func AppendInboxChanged(dst []byte, conversation string, summary json.RawMessage) []byte {
	frame := push(dst, "inbox.changed", "")
	data := frame.within("data")
	data.text("conversation", conversation)
	if summary != nil {
		data.key("summary")
		data.dst = append(data.dst, summary...)
	}
	frame.leave(data)
	return frame.end()
}

// value appends a value whose parts are texts, numbers and times.
func (o *object) value(name string, value any) {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("wire: encode %T: %v", value, err))
	}
	o.key(name)
	o.dst = append(o.dst, encoded...)
}
