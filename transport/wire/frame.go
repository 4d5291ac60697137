package wire

import (
	"math"
	"time"

	"parley/chat"
)

// Ready answers session.open. Seq is the log's head at the instant of
// attaching. Recovered false means: what the client holds is not a prefix of
// this log, and all of it follows.
type Ready struct {
	Token        string
	Conversation string
	Seq          int64
	Recovered    bool
	Status       chat.Status
	Agent        *chat.Author // who has the conversation, when Status is WithAgent
	Queue        *chat.Place  // of one that waits, where it is known
	Read         int64        // seq up to which an agent has read; 0: none has
	Bot          Greeting
}

// Greeting is what a visitor sees before they ask.
type Greeting struct {
	Name        string
	Greeting    string
	Suggestions []string
	HandOff     bool // whether a person is offered
	Preview     bool // whether agents see what is typed before it is sent
	Appearance  chat.Appearance
	Consent     *Consent // nil: nothing is asked
}

// AppendReady appends session.ready.
func AppendReady(dst []byte, ref string, r Ready) []byte {
	frame := answer(dst, ref, "session.ready")
	data := frame.within("data")
	data.text("token", r.Token)
	appendState(&data, r)
	if r.Read > 0 {
		data.number("read", r.Read)
	}
	bot := data.within("bot")
	bot.text("name", r.Bot.Name)
	bot.text("greeting", r.Bot.Greeting)
	bot.key("suggestions")
	bot.dst = append(bot.dst, '[')
	for i, s := range r.Bot.Suggestions {
		if i > 0 {
			bot.dst = append(bot.dst, ',')
		}
		bot.dst = appendString(bot.dst, s)
	}
	bot.dst = append(bot.dst, ']')
	bot.flag("handoff", r.Bot.HandOff)
	if r.Bot.Preview {
		bot.flag("preview", true)
	}
	looks := bot.within("appearance")
	looks.optional("accent", r.Bot.Appearance.Accent)
	looks.optional("theme", r.Bot.Appearance.Theme)
	looks.optional("position", r.Bot.Appearance.Position)
	looks.optional("title", r.Bot.Appearance.Title)
	looks.optional("launcher", r.Bot.Appearance.Launcher)
	looks.optional("avatar", r.Bot.Appearance.Avatar)
	bot.leave(looks)
	appendConsent(&bot, r.Bot.Consent)
	data.leave(bot)
	frame.leave(data)
	return frame.end()
}

// appendState is what visitors and agents are both told of a conversation.
func appendState(data *object, r Ready) {
	data.text("conversation", r.Conversation)
	data.number("seq", r.Seq)
	data.flag("recovered", r.Recovered)
	data.text("status", string(r.Status))
	appendAgent(data, r.Agent)
	if r.Queue != nil {
		queue := data.within("queue")
		appendPlace(&queue, *r.Queue)
		data.leave(queue)
	}
}

// AppendAck appends the answer to a request that was done.
func AppendAck(dst []byte, ref string) []byte {
	frame := answer(dst, ref, "ack")
	data := frame.within("data")
	frame.leave(data)
	return frame.end()
}

// AppendReceipt appends the answer to a message that was committed.
func AppendReceipt(dst []byte, ref string, r chat.Receipt) []byte {
	frame := answer(dst, ref, "ack")
	data := frame.within("data")
	data.number("seq", r.Seq)
	data.text("message", r.Message)
	frame.leave(data)
	return frame.end()
}

// AppendError appends a refusal. ref is empty when the frame had no readable id.
func AppendError(dst []byte, ref string, e *chat.Error) []byte {
	frame := answer(dst, ref, "error")
	data := frame.within("data")
	data.text("code", e.Code)
	data.text("message", e.Message)
	if e.RetryAfter > 0 {
		data.number("retry_after", int64(math.Ceil(e.RetryAfter.Seconds())))
	}
	frame.leave(data)
	return frame.end()
}

// AppendDelta appends a piece of an answer that is being written. conversation
// is empty for a visitor, who has only one.
func AppendDelta(dst []byte, conversation, message string, index int, text string) []byte {
	frame := push(dst, "message.delta", conversation)
	data := frame.within("data")
	data.text("message", message)
	data.number("index", int64(index))
	data.text("text", text)
	frame.leave(data)
	return frame.end()
}

// AppendSnapshot appends an open answer so far.
func AppendSnapshot(dst []byte, conversation, message, text string) []byte {
	frame := push(dst, "message.snapshot", conversation)
	data := frame.within("data")
	data.text("message", message)
	data.text("text", text)
	frame.leave(data)
	return frame.end()
}

// AppendTyping appends that somebody is writing, to agents with what they have written so far.
func AppendTyping(dst []byte, conversation string, author chat.Author, text string) []byte {
	frame := push(dst, "typing", conversation)
	data := frame.within("data")
	appendWho(&data, conversation, author)
	if conversation != "" {
		data.optional("text", text)
	}
	frame.leave(data)
	return frame.end()
}

// AppendRead appends how far somebody has read.
func AppendRead(dst []byte, conversation string, author chat.Author, seq int64) []byte {
	frame := push(dst, "read", conversation)
	data := frame.within("data")
	appendWho(&data, conversation, author)
	data.number("seq", seq)
	frame.leave(data)
	return frame.end()
}

// AppendQueueChanged appends a new place in the line of those who wait.
func AppendQueueChanged(dst []byte, conversation string, place chat.Place) []byte {
	frame := push(dst, "queue.changed", conversation)
	data := frame.within("data")
	appendPlace(&data, place)
	frame.leave(data)
	return frame.end()
}

// AppendDraining appends the word that this node is going away, which comes before CloseDraining: what is asked
// on this connection from now on is not answered, and the client connects again after a random time of up to
// within, so that not all come to the next node together.
func AppendDraining(dst []byte, within time.Duration) []byte {
	frame := push(dst, "draining", "")
	data := frame.within("data")
	data.number("within", int64(within/time.Second))
	frame.leave(data)
	return frame.end()
}

// AppendPing appends the sign of life that is sent after silence.
func AppendPing(dst []byte) []byte {
	frame := push(dst, "ping", "")
	return frame.end()
}

// AppendPong answers a ping.
func AppendPong(dst []byte, ref string) []byte {
	frame := answer(dst, ref, "pong")
	return frame.end()
}

func answer(dst []byte, ref, kind string) object {
	frame := open(dst)
	frame.optional("ref", ref)
	frame.text("type", kind)
	return frame
}

func push(dst []byte, kind, conversation string) object {
	frame := open(dst)
	frame.text("type", kind)
	frame.optional("conversation", conversation)
	return frame
}
