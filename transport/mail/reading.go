package mail

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// Events is what mails read of chat.Log.
type Events interface {
	Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error)
}

// eventsPage is how many events are read at a time.
const eventsPage = 200

// Bounds of what one mail tells: many servers refuse more than some MB.
const (
	maxLines = 2_000
	maxBytes = 512 << 10
)

// reader makes lines of events, as people saw them.
type reader struct {
	visitor string // what its reader calls the visitor
	bot     string
	at      func(time.Time) string
	wanted  func(chat.Event) bool // nil: all

	names map[string]string // by message: of the bots whose answers began
	lines []said
	last  int64 // seq of the last event that gave a line
	bytes int
	cut   bool
}

// read reads the events behind a seq to the end.
func (r *reader) read(ctx context.Context, log Events, ref chat.Ref, after int64) error {
	r.names = make(map[string]string)
	for {
		events, err := log.Events(ctx, ref, after, eventsPage)
		if err != nil {
			return fmt.Errorf("read a conversation: %w", err)
		}
		for _, event := range events {
			after = event.Seq
			r.add(event)
		}
		if len(events) < eventsPage {
			return nil
		}
	}
}

func (r *reader) add(event chat.Event) {
	said := r.say(event)
	if said.Text == "" || r.wanted != nil && !r.wanted(event) {
		return
	}
	r.lines, r.last = append(r.lines, said), event.Seq
	r.bytes += len(said.Text)
	for len(r.lines) > maxLines || r.bytes > maxBytes && len(r.lines) > 1 {
		r.bytes -= len(r.lines[0].Text)
		r.lines, r.cut = r.lines[1:], true
	}
}

// keep leaves only so many of the last lines.
func (r *reader) keep(most int) {
	if len(r.lines) > most {
		r.lines, r.cut = r.lines[len(r.lines)-most:], true
	}
}

func (r *reader) say(event chat.Event) said {
	at := r.at(event.At)
	switch b := event.Body.(type) {
	case chat.MessageCreated:
		return r.message(r.name(b.Author), b.Author.Kind, at, b.Text)
	case chat.MessageStarted:
		r.names[b.Message] = r.name(b.Author)
	case chat.MessageCompleted:
		answer := r.message(r.answerer(b.Message), chat.ByBot, at, b.Text)
		answer.Sources = sources(b.Citations)
		return answer
	case chat.MessageInterrupted:
		if b.Reason != chat.NodeLost { // that answer is given again
			answer := r.message(r.answerer(b.Message), chat.ByBot, at, b.Text)
			answer.Note = "This answer was not finished."
			return answer
		}
	case chat.StatusChanged:
		return said{Text: notice(b)}
	case chat.Erased:
		return said{Text: "A message was erased."}
	default:
	}
	return said{}
}

// message is one as the widget shows it: what visitors write has no Markdown.
func (r *reader) message(by string, kind chat.AuthorKind, at, text string) said {
	m := said{By: by, Kind: string(kind), At: at, Text: body(text)}
	if kind != chat.ByVisitor {
		m.HTML = markdown(m.Text)
	}
	return m
}

func (r *reader) answerer(message string) string {
	name := cmp.Or(r.names[message], r.name(chat.Author{Kind: chat.ByBot}))
	delete(r.names, message)
	return name
}

func (r *reader) name(author chat.Author) string {
	name := line(author.Name, maxName)
	switch author.Kind {
	case chat.ByVisitor:
		return r.visitor
	case chat.ByBot:
		if name = cmp.Or(name, r.bot); name != "" {
			return name + " (AI assistant)"
		}
		return "AI assistant"
	default:
		return cmp.Or(name, "A person of the team")
	}
}

func notice(b chat.StatusChanged) string {
	switch b.Status {
	case chat.WithAgent:
		name := "A person"
		if b.Agent != nil {
			name = cmp.Or(line(b.Agent.Name, maxName), name)
		}
		return name + " joined the conversation."
	case chat.Waiting:
		return "A person was asked to join."
	case chat.WithBot:
		return "The AI assistant answers again."
	case chat.Closed:
		return "The conversation was closed."
	default:
		return ""
	}
}

// sources are the citations of an answer, as text.
func sources(citations []chat.Citation) (texts []string) {
	for _, c := range citations {
		text := line(cmp.Or(c.Title, "Untitled source"), maxSubject)
		if c.Mark > 0 {
			text = fmt.Sprintf("[%d] %s", c.Mark, text)
		}
		if c.Page > 0 {
			text += fmt.Sprintf(", page %d", c.Page)
		}
		if c.URL != "" {
			text += ", " + line(c.URL, 2_000)
		}
		texts = append(texts, text)
	}
	return texts
}

// clock shows times in a zone, as readers of a locale expect them.
func clock(zone *time.Location, locale string) func(time.Time) string {
	layout := "2 Jan 2006, 15:04"
	if strings.HasSuffix(strings.ToUpper(locale), "-US") {
		layout = "Jan 2, 2006, 3:04 PM"
	}
	return func(t time.Time) string { return t.In(zone).Format(layout) }
}
