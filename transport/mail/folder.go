package mail

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"
)

// keptMails is how many the folder holds at most, each in two files; the oldest go first.
const keptMails = 500

// written is what mails are called here.
var written = regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-`)

// Folder stands in for a mail server: each mail becomes a file that mail programs
// open (.eml), and one that browsers do (.html).
type Folder struct {
	path   string
	from   netmail.Address
	logger *slog.Logger
	now    func() time.Time
	keep   int // mails

	mu sync.Mutex // names sort as they were written
}

// NewFolder returns a Folder. It is made with its first mail, for this user's eyes only: a server that
// sends none may have nowhere to write.
func NewFolder(path, from string, logger *slog.Logger) (*Folder, error) {
	sender, err := sender(from)
	if err != nil {
		return nil, err
	}
	return &Folder{path: path, from: sender, logger: logger, now: time.Now, keep: keptMails}, nil
}

func (f *Folder) String() string { return "files in " + f.path }

// Send writes the files and logs where they are.
func (f *Folder) Send(_ context.Context, message Message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now().UTC()
	msg, err := compose(message, f.from, now)
	if err != nil {
		return err
	}
	var mime bytes.Buffer
	if _, err := msg.WriteTo(&mime); err != nil {
		return &Failure{Stage: "content", Detail: line(err.Error(), maxDetail)}
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("make the folder of mails: %w", err)
	}
	name := filepath.Join(f.path, fmt.Sprintf("%s-%s-%s", now.Format("20060102T150405.000Z"), message.Kind, message.ID))
	if err := os.WriteFile(name+".html", []byte(message.HTML), 0o600); err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	if err := os.WriteFile(name+".eml", mime.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	f.logger.Info("a mail was written", slog.String("file", name+".html"), slog.String("kind", message.Kind))
	return f.prune()
}

// prune deletes the oldest mails over keep, and nothing that is no mail.
func (f *Folder) prune() error {
	entries, err := os.ReadDir(f.path) // by name, which is by time
	if err != nil {
		return fmt.Errorf("list mails: %w", err)
	}
	for _, kind := range []string{".eml", ".html"} {
		mails := slices.DeleteFunc(slices.Clone(entries), func(e os.DirEntry) bool { return !written.MatchString(e.Name()) || filepath.Ext(e.Name()) != kind })
		for _, old := range mails[:max(0, len(mails)-f.keep)] {
			if err := os.Remove(filepath.Join(f.path, old.Name())); err != nil && !os.IsNotExist(err) {
				return fmt.Errorf("remove an old mail: %w", err)
			}
		}
	}
	return nil
}
