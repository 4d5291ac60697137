package knowledge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"parley/chat"
	"parley/knowledge/extract"
)

// chunkSize is how originals are stored; see Store.AppendOriginal.
const chunkSize = 256 << 10

// maxTitle bounds titles, in characters.
const maxTitle = 200

var (
	errFileEmpty = chat.Fail(chat.Invalid, "file_empty", "This file is empty. Upload one that has content.")
	errNoText    = chat.Fail(chat.Invalid, "text_empty", "There is no text in this. Write some, and save it again.")
	errNoPairs   = chat.Fail(chat.Invalid, "faq_empty", "Each question needs an answer. Fill in at least one question with its answer.")
	errURL       = chat.Fail(chat.Invalid, "url_invalid", "This is not the address of a web page. It should begin with https:// or http://.")
)

// Pair is a question and its answer.
type Pair = extract.Pair

// Receive stores an upload as it streams in, never whole in memory, and queues it to be read.
// source needs Tenant, Bot, Kind and Title; what it claims to be is not believed.
// Errors for people: "file_too_large", "file_empty", "file_type". If the upload breaks off, nothing is kept.
func (r *Reader) Receive(ctx context.Context, source Source, original io.Reader) (Source, error) {
	source.Title = clip(path.Base(strings.ReplaceAll(source.Title, "\\", "/")), maxTitle)
	head := make([]byte, chunkSize)
	n, err := io.ReadFull(original, head)
	if err != nil && !ended(err) {
		return Source{}, fmt.Errorf("receive upload: %w", err)
	}
	head = head[:n]
	if len(bytes.TrimSpace(head)) == 0 && n < chunkSize {
		return Source{}, errFileEmpty
	}
	if source.MediaType, err = extract.Detect(head, source.Title); err != nil {
		return Source{}, err
	}
	return r.keep(ctx, source, io.MultiReader(bytes.NewReader(head), original))
}

// ReceiveText queues a text that was typed. source needs Tenant, Bot and Title.
func (r *Reader) ReceiveText(ctx context.Context, source Source, text string) (Source, error) {
	if strings.TrimSpace(text) == "" {
		return Source{}, errNoText
	}
	if source.Title == "" {
		source.Title = beginning(text)
	}
	source.Kind, source.MediaType, source.Title = KindText, extract.Plain, clip(source.Title, maxTitle)
	return r.keep(ctx, source, strings.NewReader(text))
}

// beginning is the title of a text that was given none: its first line, with an ellipsis where it goes on.
func beginning(text string) string {
	text = strings.TrimSpace(text)
	first, _, more := strings.Cut(text, "\n")
	if more {
		return clip(first, maxTitle-1) + "…"
	}
	return first
}

// ReceiveFAQ queues questions with their answers. source needs Tenant and Bot. Pairs
// that lack one of both are left out.
func (r *Reader) ReceiveFAQ(ctx context.Context, source Source, pairs []Pair) (Source, error) {
	original, err := format(pairs)
	if err != nil {
		return Source{}, err
	}
	if source.Title == "" {
		source.Title = "Questions and answers"
	}
	source.Kind, source.MediaType, source.Title = KindFAQ, extract.FAQ, clip(source.Title, maxTitle)
	return r.keep(ctx, source, bytes.NewReader(original))
}

// ReceiveURL queues a web page, which the job fetches. source needs Tenant, Bot and URL; of its Plan, Every counts.
func (r *Reader) ReceiveURL(ctx context.Context, source Source) (Source, error) {
	address, err := url.Parse(strings.TrimSpace(source.URL))
	if err != nil || (address.Scheme != "https" && address.Scheme != "http") || address.Hostname() == "" || address.User != nil || len(source.URL) > 2000 {
		return Source{}, errURL
	}
	if err := CheckPlan(KindURL, source.Plan); err != nil {
		return Source{}, err
	}
	address.Fragment = ""
	source.URL = address.String()
	if source.Title == "" {
		source.Title = address.Host + address.Path
	}
	source.Kind, source.Title = KindURL, clip(source.Title, maxTitle)
	return r.keep(ctx, source, strings.NewReader(""))
}

// keep stores the original in chunks and queues the source. If that fails, what
// was stored is removed; if the process dies, the store's sweep of abandoned sources does.
func (r *Reader) keep(ctx context.Context, source Source, original io.Reader) (_ Source, err error) {
	now := time.Now().UTC()
	source.ID, source.State = chat.NewID(chat.SourcePrefix), Receiving
	source.Error, source.Size, source.Pages, source.PagesRead, source.Passages = "", 0, 0, 0, 0
	source.CreatedAt, source.UpdatedAt = now, now
	var room Room
	if source.Kind == KindURL { // it takes the place of a page at once; what others take is known when they were read
		if room, err = r.room(ctx, source.Tenant); err != nil {
			return Source{}, err
		}
	}
	if err := r.store.CreateSource(ctx, source, room.Of); err != nil {
		return Source{}, fmt.Errorf("create source: %w", err)
	}
	defer func() {
		if err != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if undo := r.store.DeleteSource(ctx, source.Tenant, source.Bot, source.ID); undo != nil && !errors.Is(undo, chat.ErrNotFound) {
				err = errors.Join(err, fmt.Errorf("remove broken upload %s: %w", source.ID, undo))
			}
		}
	}()
	chunk := make([]byte, chunkSize)
	for n := 0; ; n++ {
		read, err := io.ReadFull(original, chunk)
		if source.Size += int64(read); source.Size > r.maxSize {
			return Source{}, r.tooLarge()
		}
		if read > 0 {
			if err := r.store.AppendOriginal(ctx, source.Tenant, source.ID, n, chunk[:read]); err != nil {
				return Source{}, fmt.Errorf("store chunk %d of %s: %w", n, source.ID, err)
			}
		}
		if ended(err) {
			break
		}
		if err != nil {
			return Source{}, fmt.Errorf("receive upload: %w", err)
		}
	}
	source.State, source.UpdatedAt = Queued, time.Now().UTC()
	if err := r.store.Submit(ctx, source); err != nil {
		return Source{}, fmt.Errorf("submit source %s: %w", source.ID, err)
	}
	return source, nil
}

func (r *Reader) tooLarge() error {
	return chat.Fail(chat.TooLarge, "file_too_large",
		fmt.Sprintf("This is larger than the %d MB that can be uploaded. Split it into smaller files.", r.maxSize>>20))
}

// clip shortens text to so many characters, on one line.
func clip(text string, characters int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if utf8.RuneCountInString(text) <= characters {
		return text
	}
	return string([]rune(text)[:characters-1]) + "…"
}

// ended tells the end that io.ReadFull found from an end that a reader reports of what it reads itself,
// such as a form that was cut off: that one is wrapped, and the upload is not whole.
func ended(err error) bool {
	return err == io.EOF || err == io.ErrUnexpectedEOF //nolint:errorlint // a wrapped one is a failure
}
