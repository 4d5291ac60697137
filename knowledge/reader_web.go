package knowledge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/chat"
	"parley/knowledge/extract"
	"parley/knowledge/fetch"
	"parley/knowledge/index"
)

// webTime bounds how long a step reads what it got from the web, which is not kept and so not read in several steps.
const webTime = 30 * time.Second

// retryAfter is when what could not be read again is tried once more, if it is read again by itself at all.
const retryAfter = time.Hour

var errLongPage = chat.Fail(chat.TooLarge, "source_too_long",
	"What is at this address takes too long to read. Download it and upload the file instead.")

// content is what was read of a web page as a whole.
type content struct {
	mediaType string
	title     string // the document's own
	note      string
	pages     int
	passages  []Passage
	text      []byte // digest of what it says
}

// open reads what was got from the web.
func (r *Reader) open(ctx context.Context, page fetch.Page) (c content, err error) {
	head := page.Body[:min(len(page.Body), extract.HeadSize)]
	if len(head) == 0 {
		return c, extract.ErrNoText
	}
	if c.mediaType, err = extract.Detect(head, page.Name); err != nil {
		return c, err
	}
	done, err := r.slot(ctx)
	if err != nil {
		return c, err
	}
	defer done()
	document, err := r.extractor.Open(ctx, c.mediaType, page.Body)
	if err != nil {
		return c, err
	}
	defer document.Close()
	c.title, c.pages = document.Title(), document.Pages()
	begun := time.Now()
	for at := 0; at < c.pages; {
		blocks, next, err := document.Read(ctx, at)
		if err != nil {
			return c, err
		}
		c.passages = append(c.passages, split("", "", blocks)...) // its title is indexed as the source's
		if at = next; len(c.passages) > maxPassages {
			return c, extract.ErrTooMuchText
		}
		if time.Since(begun) > webTime && at < c.pages {
			return c, errLongPage
		}
	}
	if len(c.passages) == 0 {
		return c, extract.ErrNoText
	}
	c.note = document.Note()
	hash := sha256.New()
	for i := range c.passages {
		c.passages[i].Order = i
		_, _ = io.WriteString(hash, said(c.passages[i])+"\x00")
	}
	c.text = hash.Sum(nil)
	return c, nil
}

// said is what a passage says, headings and text.
func said(p Passage) string { return strings.Join(p.Headings, "\x01") + "\x02" + p.Text }

// sameIDs gives passages of a source that was read again the ids of those that said the same.
func sameIDs(before, now []Passage) {
	ids := map[string][]string{}
	for _, p := range before {
		ids[said(p)] = append(ids[said(p)], p.ID)
	}
	for i, p := range now {
		if known := ids[said(p)]; len(known) > 0 {
			now[i].ID, ids[said(p)] = known[0], known[1:]
		}
	}
}

// belong makes passages those of a source.
func belong(passages []Passage, source string) {
	for i := range passages {
		passages[i].Source = source
	}
}

// languageSample is how much text is looked at to tell its language, in bytes.
const languageSample = 8 << 10

// languageOf tells the language of what was read, "" if it was nothing.
func languageOf(passages []Passage) string {
	var text strings.Builder
	for _, p := range passages {
		if text.Len() >= languageSample {
			break
		}
		text.WriteString(p.Text + "\n")
	}
	if text.Len() == 0 {
		return ""
	}
	return string(index.Detect(text.String()))
}

// readURL reads a single page, for the first time or again.
func (r *Reader) readURL(ctx context.Context, source Source) error {
	again := !source.ReadAt.IsZero()
	wanted, room := fetch.Request{URL: source.URL}, Unbounded
	if again {
		wanted.ETag, wanted.LastModified = source.Check.ETag, source.Check.LastModified
	} else {
		var err error
		if room, err = r.room(ctx, source.Tenant); err != nil {
			return err
		}
	}
	page, err := r.getPolitely(ctx, wanted)
	next, passages := source, []Passage(nil)
	if err == nil {
		next, passages, err = r.readPage(ctx, source, page, room)
	}
	var wrong *chat.Error
	switch now := time.Now().UTC(); {
	case err == nil:
		next.State, next.Error, next.ReadAt, next.NextRead = Ready, "", now, after(now, source.Plan.Every)
	case !errors.As(err, &wrong) || wrong.Kind == chat.Internal || wrong.Kind == chat.Unavailable:
		return fmt.Errorf("read page %s: %w", source.ID, err)
	case !again || gone(page.Status):
		next, passages = unreadable(source, wrong), []Passage{}
	default:
		// What was known of it before is still the best that there is.
		next, passages = source, nil
		next.State, next.Note = Ready, "It could not be read again on "+now.Format("2 January 2006")+"; what was read before is still used. "+wrong.Message
		next.NextRead = after(now, min(source.Plan.Every, retryAfter))
	}
	if !again {
		return r.saveStep(ctx, source, next, passages, room.Of)
	}
	next.UpdatedAt = time.Now().UTC()
	err = r.sites.Replace(ctx, Replacement{Source: next, Was: source.UpdatedAt, Passages: passages})
	if err != nil && !errors.Is(err, chat.ErrFenced) {
		return fmt.Errorf("save page %s: %w", source.ID, err)
	}
	return nil
}

// gone tells whether a server says that there is no such page, rather than that it cannot be had now.
func gone(status int) bool { return status == 404 || status == 410 }

// after is when a source is read again, zero if it is not.
func after(now time.Time, every time.Duration) time.Time {
	if every <= 0 {
		return time.Time{}
	}
	return now.Add(every)
}

// readPage returns what a single page is now. Passages are nil if they are the same.
func (r *Reader) readPage(ctx context.Context, source Source, page fetch.Page, room Room) (Source, []Passage, error) {
	if page.NotModified {
		source.Pages, source.PagesRead, source.Note = 1, 1, ""
		return source, nil, nil
	}
	c, err := r.open(ctx, page)
	if err != nil {
		return source, nil, err
	}
	if len(c.passages) > room.Passages {
		return source, nil, ErrNoRoom
	}
	known := source.Check.Text
	source.Check = Check{ETag: page.ETag, LastModified: page.LastModified, Text: c.text}
	source.MediaType, source.Size, source.Note = c.mediaType, int64(len(page.Body)), c.note
	source.Pages, source.PagesRead = c.pages, c.pages
	if source.ReadAt.IsZero() {
		if c.title != "" {
			source.Title = clip(c.title, maxTitle)
		}
	} else {
		if string(known) == string(c.text) {
			return source, nil, nil
		}
		_, before, err := r.sites.SourcePassages(ctx, source.Tenant, source.ID)
		if err != nil {
			return source, nil, fmt.Errorf("load what was read before: %w", err)
		}
		sameIDs(before, c.passages)
	}
	belong(c.passages, source.ID)
	source.Passages, source.Language, source.ChangedAt = len(c.passages), languageOf(c.passages), time.Now().UTC()
	return source, c.passages, nil
}
