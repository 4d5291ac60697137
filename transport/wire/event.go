package wire

import (
	"encoding/json"
	"fmt"

	"parley/chat"
)

// Time is how at is written: RFC 3339 in UTC with milliseconds.
const Time = "2006-01-02T15:04:05.000Z"

// AppendEvent appends a durable event as the socket and REST both show it.
func AppendEvent(dst []byte, e chat.Event) []byte { return appendEvent(dst, "", e) }

// Event returns a durable event for use within a larger JSON value.
func Event(e chat.Event) json.RawMessage { return AppendEvent(nil, e) }

// AppendWatched appends a durable event for somebody who watches several
// conversations: the frame names the one it belongs to.
func AppendWatched(dst []byte, conversation string, e chat.Event) []byte {
	return appendEvent(dst, conversation, e)
}

func appendEvent(dst []byte, conversation string, e chat.Event) []byte {
	frame := open(dst)
	frame.number("seq", e.Seq)
	frame.key("at")
	frame.dst = append(frame.dst, '"')
	frame.dst = e.At.UTC().AppendFormat(frame.dst, Time)
	frame.dst = append(frame.dst, '"')
	frame.text("type", string(e.Body.Type()))
	frame.optional("conversation", conversation)
	data := frame.within("data")
	appendBody(&data, e.Body)
	frame.leave(data)
	return frame.end()
}

func appendBody(data *object, body chat.Body) {
	switch b := body.(type) {
	case chat.MessageCreated:
		data.text("message", b.Message)
		appendAuthor(data, b.Author)
		data.text("text", b.Text)
		data.optional("client_id", b.ClientID)
	case chat.MessageStarted:
		data.text("message", b.Message)
		appendAuthor(data, b.Author)
		data.optional("question", b.Question)
		data.number("attempt", int64(b.Attempt))
	case chat.MessageCompleted:
		data.text("message", b.Message)
		data.text("text", b.Text)
		appendCitations(data, b.Citations)
		data.optional("offer", b.Offer)
		if b.Cached {
			data.flag("cached", true)
		}
	case chat.MessageInterrupted:
		data.text("message", b.Message)
		data.text("text", b.Text)
		data.text("reason", string(b.Reason))
	case chat.StatusChanged:
		data.text("status", string(b.Status))
		appendAgent(data, b.Agent)
		appendPlace(data, chat.Place{Position: b.Position, Absence: b.Absence, Opens: b.Opens})
	case chat.ContactChanged:
		data.optional("name", b.Name)
		data.optional("email", b.Email)
		data.optional("phone", b.Phone)
	case chat.FeedbackGiven:
		data.text("message", b.Message)
		data.flag("helpful", b.Helpful)
		data.optional("comment", b.Comment)
	case chat.EventErased:
		data.number("target", b.Target)
		data.optional("message", b.Message)
	case chat.Erased:
		data.optional("message", b.Message)
		data.flag("erased", true)
	default:
		// A body without a form here would reach clients as an empty one.
		panic(fmt.Sprintf("wire: no form for %T", body))
	}
}

// appendAuthor shows who speaks. An agent's user id stays inside.
func appendAuthor(data *object, a chat.Author) {
	author := data.within("author")
	author.text("kind", string(a.Kind))
	author.optional("name", a.Name)
	data.leave(author)
}

// appendWho is appendAuthor, with the id of an agent in frames that name a conversation: those are for agents.
func appendWho(data *object, conversation string, a chat.Author) {
	author := data.within("author")
	author.text("kind", string(a.Kind))
	if conversation != "" {
		author.optional("id", a.ID)
	}
	author.optional("name", a.Name)
	data.leave(author)
}

func appendPlace(data *object, place chat.Place) {
	if place.Position > 0 {
		data.number("position", int64(place.Position))
	}
	data.optional("absence", string(place.Absence))
	if !place.Opens.IsZero() {
		data.text("opens_at", place.Opens.UTC().Format(Time))
	}
}

func appendAgent(data *object, a *chat.Author) {
	if a == nil {
		return
	}
	agent := data.within("agent")
	agent.text("name", a.Name)
	data.leave(agent)
}

func appendCitations(data *object, citations []chat.Citation) {
	data.key("citations")
	data.dst = append(data.dst, '[')
	for i, c := range citations {
		if i > 0 {
			data.dst = append(data.dst, ',')
		}
		citation := open(data.dst)
		if c.Mark > 0 {
			citation.number("mark", int64(c.Mark))
		}
		citation.text("source", c.Source)
		citation.text("title", c.Title)
		citation.optional("url", c.URL)
		if c.Page > 0 {
			citation.number("page", int64(c.Page))
		}
		citation.optional("quote", c.Quote)
		data.dst = citation.end()
	}
	data.dst = append(data.dst, ']')
}
