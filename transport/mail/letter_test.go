package mail

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/chat"
)

var update = flag.Bool("update", false, "write the mails of testdata anew")

// full is a conversation with one of everything that a transcript shows.
func full() *world {
	w := newWorld()
	w.bot.Appearance.Hours.Zone = "Europe/Zurich"
	w.conversation.Locale = "de-CH"
	ada := chat.Author{Kind: chat.ByBot, Name: "Ada"}
	w.say(
		says(mia, "How long do I have to return a lamp?\nIt is broken."),
		chat.MessageStarted{Message: "msg_2", Author: ada, Question: "msg_1", Attempt: 1},
		chat.MessageCompleted{Message: "msg_2", Text: "You have **45 days** [1].", Citations: []chat.Citation{
			{Mark: 1, Title: "Returns", URL: "https://shop.example/returns"}, {Mark: 2, Title: "handbook.pdf", Page: 12},
		}},
		chat.ContactChanged{Name: "Mia Weber", Email: "mia@example.com"},
		says(mia, "Can I talk to a person?"),
		chat.MessageStarted{Message: "msg_3", Author: ada, Question: "msg_1", Attempt: 1},
		chat.MessageInterrupted{Message: "msg_3", Text: "Of cour", Reason: chat.Takeover},
		chat.MessageInterrupted{Message: "msg_4", Reason: chat.NodeLost},
		chat.StatusChanged{Status: chat.WithAgent, Agent: &anna},
		says(anna, "Good day, I am Anna. Which lamp is it?"),
		chat.Erased{Was: chat.TypeMessageCreated},
		says(anna, "Are you still there? You can write to us here at any time."),
		chat.StatusChanged{Status: chat.WithBot},
		chat.StatusChanged{Status: chat.Closed},
	)
	return w
}

// letters are one mail of each kind.
func letters(t *testing.T) map[string]Message {
	t.Helper()
	all := map[string]Message{}
	for kind, change := range map[chat.MailKind]func(w *world){
		chat.MailMissed:     func(*world) {},
		chat.MailTranscript: func(*world) {},
		chat.MailWaiting: func(w *world) {
			w.conversation.Status, w.conversation.Assignee, w.conversation.Waits = chat.Waiting, "usr_owner", testTime.Add(5*time.Minute)
		},
		chat.MailMention: func(w *world) {
			w.mentions = []string{"usr_owner"}
			w.notes = []chat.Note{{Seq: 10, Author: anna, Text: "@Otto do we still have that lamp?", Mentions: w.mentions, At: testTime.Add(time.Hour)}}
		},
	} {
		w := full()
		change(w)
		letter, _, err := w.loop(nil).write(t.Context(), chat.Mail{ID: "mai_1", Ref: testRef, Kind: kind, User: "usr_owner", Seq: 10})
		if err != nil || letter == nil {
			t.Fatalf("%s: %v, %v", kind, letter, err)
		}
		if all[string(kind)], err = letter.render(); err != nil {
			t.Fatal(err)
		}
	}
	box := &letterbox{}
	err := Invitations{Sender: box}.Invitation(t.Context(), "Acme", "Otto", "sam@example.com", "https://chat.example/join#secret")
	if err != nil {
		t.Fatal(err)
	}
	all["invitation"] = box.all()[0]
	return all
}

func TestEachMailReadsAsItDid(t *testing.T) {
	t.Parallel()
	for kind, m := range letters(t) {
		name := filepath.Join("testdata", kind+".txt")
		got := fmt.Sprintf("To: %s\nSubject: %s\n\n%s", m.To, m.Subject, m.Text)
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is another; if that is meant: go test ./transport/mail -update\n%s", name, got)
		}
		if m.Kind != kind {
			t.Errorf("%s is called %s", kind, m.Kind)
		}
	}
}

func TestAMailLoadsNothingAndHasOneButton(t *testing.T) {
	t.Parallel()
	for kind, m := range letters(t) {
		for _, loads := range []string{"<img", "url(", "src=", "<link", "<script", "@import", "<iframe"} {
			if strings.Contains(m.HTML, loads) {
				t.Errorf("%s has %s", kind, loads)
			}
		}
		if n := strings.Count(m.HTML, "<a "); n != 1 {
			t.Errorf("%s has %d links", kind, n)
		}
		if strings.Contains(m.HTML, "ZgotmplZ") {
			t.Errorf("%s shows something that the template refused", kind)
		}
	}
}

func TestTimesAreInTheBusinessesZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, locale, at, named string }{
		{"", "", "23 Nov 2026, 13:06", "UTC"},
		{"Europe/Zurich", "de", "23 Nov 2026, 14:06", "Europe/Zurich"},
		{"America/New_York", "en-US", "Nov 23, 2026, 8:06 AM", "America/New_York"},
		{"Atlantis/Capital", "en", "23 Nov 2026, 13:06", "UTC"},
	} {
		w := newWorld()
		w.bot.Appearance.Hours.Zone, w.conversation.Locale = c.zone, c.locale
		w.say(says(anna, "hello"))
		letter, _, err := w.loop(nil).write(t.Context(), chat.Mail{Ref: testRef, Kind: chat.MailMissed})
		if err != nil || letter.Lines[0].At != c.at || letter.Zone != c.named {
			t.Errorf("%+v: %+v, %v", c, letter, err)
		}
	}
}

func TestALongConversationIsCutAtItsBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld()
	long := strings.Repeat("ä", 8_000)
	for i := range 100 { // 1.6 MB
		w.say(says(mia, fmt.Sprint("message ", i, " ", long)))
	}
	letter, _, err := w.loop(nil).write(t.Context(), chat.Mail{Ref: testRef, Kind: chat.MailTranscript})
	if err != nil {
		t.Fatal(err)
	}
	m, err := letter.render()
	if err != nil {
		t.Fatal(err)
	}
	if !letter.Cut || len(m.Text) > maxBytes*5/4 || !strings.Contains(m.Text, "message 99 ") || strings.Contains(m.Text, "message 0 ") || !strings.Contains(m.HTML, "left out") {
		t.Errorf("cut %t, %d bytes", letter.Cut, len(m.Text))
	}
}

func TestManyShortMessagesAreReadPageByPageAndBounded(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for range maxLines + 2*eventsPage {
		w.say(says(anna, "."))
	}
	l := w.loop(nil)
	whole, _, err := l.write(t.Context(), chat.Mail{Ref: testRef, Kind: chat.MailTranscript})
	if err != nil || len(whole.Lines) != maxLines || !whole.Cut {
		t.Errorf("a transcript of %d lines, %v", len(whole.Lines), err)
	}
	missed, brought, err := l.write(t.Context(), chat.Mail{Ref: testRef, Kind: chat.MailMissed})
	if err != nil || len(missed.Lines) != missedLines || brought != w.conversation.Head {
		t.Errorf("%d lines up to %d, %v", len(missed.Lines), brought, err)
	}
}

// hostile is what others may write wherever they may write something.
const hostile = "</title><script>alert(1)</script>\r\nBcc: eve@example.com\r\n\r\n<img src=x onerror=alert(1)>\u202eevil\x00 {{.Link}} \"quoted\" <b>"

func TestWhatOthersWroteIsTextInBodyAndHeaders(t *testing.T) {
	t.Parallel()
	w := full()
	w.tenant.Name, w.bot.Name, w.bot.Appearance.Accent = hostile, hostile, "red;background:url(http://evil.example)"
	w.conversation.Contact.Name, w.conversation.Status, w.conversation.Waits = hostile, chat.Waiting, testTime
	w.mentions = []string{"usr_owner"}
	w.notes = []chat.Note{{Seq: 10, Author: chat.Author{Name: hostile}, Text: hostile, Mentions: w.mentions}}
	w.say(says(mia, hostile), says(chat.Author{Kind: chat.ByAgent, Name: hostile}, hostile),
		chat.MessageCompleted{Message: "msg_9", Text: hostile, Citations: []chat.Citation{{Title: hostile, URL: "javascript:" + hostile}}},
		chat.StatusChanged{Status: chat.WithAgent, Agent: &chat.Author{Name: hostile}},
		says(mia, "مرحبا بالعالم"), says(mia, strings.Repeat("<", 8_000)), says(mia, strings.Repeat("a", 8_000)))
	box := &letterbox{}
	for _, kind := range []chat.MailKind{chat.MailMissed, chat.MailTranscript, chat.MailWaiting, chat.MailMention} {
		m := chat.Mail{ID: "mai_1", Ref: testRef, Kind: kind, User: "usr_owner", Seq: 10}
		l := w.loop(box)
		if sent, _, err := l.send(t.Context(), m); err != nil || !sent {
			t.Fatalf("%s: %t, %v", kind, sent, err)
		}
	}
	if err := (Invitations{Sender: box}).Invitation(t.Context(), hostile, hostile, "sam@example.com", "https://chat.example/join#secret"); err != nil {
		t.Fatal(err)
	}
	for _, m := range box.all() {
		for _, markup := range []string{"<script", "<img", "<b>", "evil.example", "href=\"javascript", "\x00"} {
			if strings.Contains(m.HTML, markup) {
				t.Errorf("%s: its HTML has %q", m.Kind, markup)
			}
		}
		header, parts := parse(t, m)
		if len(header["Bcc"]) > 0 || header.Get("From") == "" || len(header["Subject"]) != 1 {
			t.Errorf("%s: headers %v", m.Kind, header)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
		if err != nil || strings.ContainsAny(subject, "\r\n\x00\u202e") || utf8.RuneCountInString(subject) > maxSubject {
			t.Errorf("%s: subject %q, %v", m.Kind, subject, err)
		}
		if len(parts) != 2 || strings.ReplaceAll(parts[0], "\r\n", "\n") != m.Text || strings.ReplaceAll(parts[1], "\r\n", "\n") != m.HTML {
			t.Errorf("%s: its parts do not come out as they went in", m.Kind)
		}
	}
	if transcript := box.all()[1]; !strings.Contains(transcript.Text, "مرحبا بالعالم") || !strings.Contains(transcript.HTML, `dir="auto"`) {
		t.Error("text from right to left is not as it was written")
	}
}

// parse reads a mail as a mail program does.
func parse(t *testing.T, m Message) (netmail.Header, []string) {
	t.Helper()
	from, err := sender("parley@chat.example")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := compose(m, from, testTime)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(raw.String(), "\r\n") {
		if len(line) > 998 { // RFC 5322, section 2.1.1
			t.Errorf("%s: a line of %d bytes", m.Kind, len(line))
		}
	}
	read, err := netmail.ReadMessage(&raw)
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for reader := multipart.NewReader(read.Body, params["boundary"]); ; {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return read.Header, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, string(text))
	}
}

func TestAFolderHoldsTheNewestMailsForItsUserAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail")
	log := &journal{}
	folder, err := NewFolder(path, "parley@chat.example", slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	folder.keep = 5
	at := testTime
	folder.now = func() time.Time { at = at.Add(time.Millisecond); return at }
	m := letters(t)["missed"]
	for range folder.keep + 3 {
		if err := folder.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, "notes.eml"), nil, 0o600); err != nil { // somebody else's
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(filepath.Join(path, "*Z-missed-mai_1.10.*"))
	if err != nil || len(names) != 2*folder.keep {
		t.Fatalf("%d files, %v", len(names), err)
	}
	if first := filepath.Base(names[0]); first != "20261123T130500.004Z-missed-mai_1.10.eml" {
		t.Errorf("the oldest is %s", first)
	}
	if _, err := os.Stat(filepath.Join(path, "notes.eml")); err != nil {
		t.Errorf("a file that is no mail: %v", err)
	}
	html, err := os.ReadFile(strings.TrimSuffix(names[0], ".eml") + ".html")
	if err != nil || string(html) != m.HTML {
		t.Errorf("the page is not the mail's: %v", err)
	}
	eml, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer eml.Close()
	if read, err := netmail.ReadMessage(eml); err != nil || read.Header.Get("To") != "<mia@example.com>" {
		t.Errorf("the mail cannot be opened: %v", err)
	}
	for name, want := range map[string]os.FileMode{path: 0o700, names[0]: 0o600, names[1]: 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if text := log.String(); !strings.Contains(text, names[1]) || strings.Contains(text, "example.com") {
		t.Error("the log does not name the file, or names whom it is for")
	}
}

func TestInkCanBeReadOnEachAccent(t *testing.T) {
	t.Parallel()
	for accent, want := range map[string]string{"#000000": "#ffffff", "#3455db": "#ffffff", "#ffff00": "#000000", "#ffffff": "#000000", "#0a7d5a": "#ffffff"} {
		if got := ink(accent); got != want {
			t.Errorf("%s on %s, want %s", got, accent, want)
		}
	}
	for _, wrong := range []string{"", "red", "#12345", "#1234567", "#12345g", "#123456;x"} {
		if got := accentOr(wrong); got != defaultAccent {
			t.Errorf("%q gives %s", wrong, got)
		}
	}
}
