package mail

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"
)

// letter is a mail as it is to be read.
type letter struct {
	id      string // begins its Message-ID: the same when it is sent again
	kind    string // what it is for, in the name of a file
	to      string
	thread  string // a conversation; mails of one are shown together
	subject string

	Company string
	Accent  string // #rrggbb
	Heading string
	Intro   string
	Lines   []said
	Cut     bool // Lines begin later than what they tell of
	Zone    string
	Action  string // what the one button says; empty: there is none
	Link    string
	Hint    string // about the link
	Reason  string // why it came
}

// said is a message, or a quiet line between messages.
type said struct {
	By      string // empty: Text is a quiet line
	Kind    string // visitor, bot, agent or note; for the look
	At      string
	Text    string
	HTML    html.HTML // how it looks, if that is not Text as it is
	Note    string    // that follows the text, such as that it was stopped
	Sources []string
}

// Message is a mail that a Sender takes.
type Message struct {
	ID      string // begins the Message-ID, and the name of a file
	Kind    string
	To      string
	Company string // in whose name it is sent
	Subject string
	Thread  string
	Text    string
	HTML    string
}

//go:embed layout
var layouts embed.FS

var (
	htmlLayout = html.Must(html.New("mail.html").Funcs(html.FuncMap{"ink": ink, "tint": tint}).ParseFS(layouts, "layout/mail.html"))
	textLayout = text.Must(text.New("mail.txt").Funcs(text.FuncMap{"indent": indent}).ParseFS(layouts, "layout/mail.txt"))
)

// render lays a letter out.
func (l letter) render() (Message, error) {
	l.Company = cmp.Or(line(l.Company, maxName), "Parley")
	l.Accent = accentOr(l.Accent)
	l.Heading = line(cmp.Or(l.Heading, l.subject), maxSubject)
	var asHTML, asText bytes.Buffer
	if err := htmlLayout.Execute(&asHTML, l); err != nil {
		return Message{}, fmt.Errorf("lay out a mail: %w", err)
	}
	if err := textLayout.Execute(&asText, l); err != nil {
		return Message{}, fmt.Errorf("lay out a mail's text: %w", err)
	}
	return Message{
		ID: l.id, Kind: l.kind, To: l.to, Company: l.Company, Subject: line(l.subject, maxSubject), Thread: l.thread,
		Text: asText.String(), HTML: asHTML.String(),
	}, nil
}

// indent sets a message off from the words around it.
func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
