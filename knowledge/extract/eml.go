package extract

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"
)

// Bounds of a letter: each part within a part is read through all around it.
const (
	maxLetterDepth = 10
	maxLetterParts = 1000
)

// letter reads an e-mail: its subject is the title, then who wrote to whom and when, the text (or else the page that
// it was sent as), the names of what is attached, and letters that were forwarded with it.
func letter(ctx context.Context, data []byte) (text, error) {
	message, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return text{}, ErrBroken.Because(err)
	}
	r := &letterReader{ctx: ctx}
	title := r.headers(textproto.MIMEHeader(message.Header))
	if err := r.part(textproto.MIMEHeader(message.Header), message.Body, 0); err != nil {
		return text{}, err
	}
	r.attachments()
	return text{title: title, blocks: r.finish()}, r.check(ctx)
}

type letterReader struct {
	outline
	ctx      context.Context //nolint:containedctx // it lives as long as the call that reads
	parts    int
	attached []string
}

var words = mime.WordDecoder{CharsetReader: func(label string, input io.Reader) (io.Reader, error) {
	return charset.NewReaderLabel(label, input)
}}

// plainHeader is a header as people read it.
func plainHeader(h textproto.MIMEHeader, name string) string {
	decoded, err := words.DecodeHeader(h.Get(name))
	if err != nil {
		decoded = h.Get(name)
	}
	return squeeze(strings.ToValidUTF8(decoded, ""))
}

// headers writes who wrote to whom, and returns the subject.
func (r *letterReader) headers(h textproto.MIMEHeader) string {
	subject := plainHeader(h, "Subject")
	var lines []string
	for _, name := range []string{"From", "To", "Cc", "Date"} {
		if value := plainHeader(h, name); value != "" && len(value) < 2000 {
			lines = append(lines, name+": "+value)
		}
	}
	if subject != "" {
		lines = append([]string{"Subject: " + subject}, lines...)
	}
	r.add(Paragraph, strings.Join(lines, "\n"))
	return subject
}

// part reads a part of a letter, or the whole of it.
func (r *letterReader) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if err := r.check(r.ctx); err != nil {
		return err
	}
	if r.parts++; depth > maxLetterDepth || r.parts > maxLetterParts {
		return ErrTooSlow.Because(fmt.Errorf("more than %d parts, or deeper than %d", maxLetterParts, maxLetterDepth))
	}
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || media == "" {
		media = "text/plain"
	}
	disposition, about, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	name := about["filename"]
	if name == "" {
		name = params["name"]
	}
	body = decoded(h, body)
	switch {
	case strings.HasPrefix(media, "multipart/"):
		return r.multipart(media, params["boundary"], body, depth)
	case media == "message/rfc822":
		message, err := mail.ReadMessage(body)
		if err != nil {
			return nil // what was forwarded is damaged: the letter itself is not
		}
		r.heading(min(depth+1, maxDepth), plainHeader(textproto.MIMEHeader(message.Header), "Subject"))
		r.headers(textproto.MIMEHeader(message.Header))
		return r.part(textproto.MIMEHeader(message.Header), message.Body, depth+1)
	case disposition == "attachment" || !strings.HasPrefix(media, "text/"):
		if decodedName, err := words.DecodeHeader(name); err == nil {
			name = decodedName
		}
		if name = squeeze(strings.ToValidUTF8(name, "")); name != "" && len(name) <= maxHeading {
			r.attached = append(r.attached, name)
		}
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(body, maxText+1))
	if err != nil && len(content) == 0 {
		return nil // the rest of the letter may be whole
	}
	if len(content) > maxText {
		return ErrTooMuchText
	}
	if media == "text/html" {
		_, blocks, err := chapter(r.ctx, content, params["charset"])
		if err != nil {
			return err
		}
		r.adopt(blocks)
		return nil
	}
	return paragraphs(r.ctx, &r.outline, decode(content, params["charset"]))
}

// decoded undoes how a part was made fit for sending.
func decoded(h textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &base64Letters{r: body})
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// base64Letters drops what some programs put between the letters of base64.
type base64Letters struct{ r io.Reader }

func (b *base64Letters) Read(p []byte) (int, error) {
	for {
		n, err := b.r.Read(p)
		kept := p[:0]
		for _, c := range p[:n] {
			if c > ' ' && c < 0x7f {
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 || err != nil || len(p) == 0 {
			return len(kept), err
		}
	}
}

func (r *letterReader) multipart(media, boundary string, body io.Reader, depth int) error {
	if boundary == "" {
		return nil
	}
	parts := multipart.NewReader(body, boundary)
	var choices []choice
	for {
		p, err := parts.NextRawPart()
		if err != nil { // the end, or what is left is damaged
			break
		}
		if media != "multipart/alternative" {
			if err := r.part(p.Header, p, depth+1); err != nil {
				return err
			}
			continue
		}
		content, err := io.ReadAll(io.LimitReader(p, maxText+1))
		if len(content) > maxText {
			return ErrTooMuchText
		}
		if err != nil && len(content) == 0 {
			break
		}
		if choices = append(choices, choice{p.Header, content}); len(choices) > maxLetterDepth {
			break
		}
	}
	return r.choose(choices, depth)
}

// choice is one of the forms in which the same was sent.
type choice struct {
	header  textproto.MIMEHeader
	content []byte
}

// choose reads the form that is plain text if that says something, else the next one that does.
func (r *letterReader) choose(choices []choice, depth int) error {
	isPlain := func(c choice) int {
		if media, _, err := mime.ParseMediaType(c.header.Get("Content-Type")); err != nil || media == "text/plain" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return isPlain(a) - isPlain(b) })
	for _, c := range choices {
		before := len(r.blocks)
		err := r.part(c.header, bytes.NewReader(c.content), depth+1)
		if err != nil && !errors.Is(err, ErrTooBig) {
			return err
		}
		if len(r.blocks) > before {
			return nil
		}
	}
	return nil
}

// attachments names what is attached: it is not read, as nobody said that it should be.
func (r *letterReader) attachments() {
	if len(r.attached) > 0 {
		r.close(0)
		r.add(Paragraph, "Attachments: "+strings.Join(r.attached, ", "))
	}
}
