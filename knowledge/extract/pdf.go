package extract

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// pdfDocument is a PDF in a sandbox of its own.
type pdfDocument struct {
	*sandbox
	engine    *engine
	data      []byte
	reference references.FPDF_DOCUMENT
	timeout   time.Duration
	killed    bool // by a timeout: the sandbox is gone

	title string
	note  string
	pages int
	marks []bookmark
}

// Bounds of a PDF.
const (
	maxPages     = 20_000
	maxPageChars = 500_000
	pagesAtOnce  = 32 // and no more than fit into the timeout
)

func (e *Extractor) openPDF(ctx context.Context, data []byte) (Document, error) {
	box, err := e.pdf.sandbox(ctx)
	if err != nil {
		return nil, err
	}
	d := &pdfDocument{sandbox: box, engine: e.pdf, data: data, timeout: e.timeout}
	if err := d.guard(ctx, d.open); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// noTitle matches what programs put where the title belongs.
var noTitle = regexp.MustCompile(`(?i)^(untitled.*|document ?\d*|title|microsoft (word|powerpoint|excel).*|.*\.[a-z]{2,5})$`)

func (d *pdfDocument) open() error {
	opened, err := d.OpenDocument(&requests.OpenDocument{File: &d.data})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return ErrEncrypted.Because(err)
	case err != nil:
		return ErrBroken.Because(err)
	}
	d.reference = opened.Document
	count, err := d.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.reference})
	if err != nil || count.PageCount < 1 {
		return ErrBroken.Because(fmt.Errorf("count pages: %w", err))
	}
	if d.pages = count.PageCount; d.pages > maxPages {
		return ErrTooBig.Because(fmt.Errorf("%d pages", d.pages))
	}
	if meta, err := d.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: d.reference, Tag: "Title"}); err == nil {
		if title := squeeze(meta.Value); !noTitle.MatchString(title) {
			d.title = title
		}
	}
	d.marks = d.bookmarks()
	return nil
}

// guard runs calls into the sandbox, and kills it when they take longer than the timeout or than ctx.
func (d *pdfDocument) guard(ctx context.Context, calls func() error) (err error) {
	if d.killed {
		return ErrTooSlow
	}
	limited, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	stop := context.AfterFunc(limited, d.kill)
	defer func() {
		stop()
		p := recover()
		switch {
		case limited.Err() != nil:
			d.killed = true
			if err = ctx.Err(); err == nil {
				err = ErrTooSlow.Because(fmt.Errorf("a page took longer than %v", d.timeout))
			}
		case p != nil:
			err = ErrBroken.Because(fmt.Errorf("PDF engine panicked: %v", p))
		}
	}()
	return calls()
}

func (d *pdfDocument) Title() string { return d.title }
func (d *pdfDocument) Pages() int    { return d.pages }
func (d *pdfDocument) Note() string  { return d.note }
func (d *pdfDocument) Close()        { d.close() }

// remark keeps the first note. Of which other pages it is true is not said: they may be read in another step.
func (d *pdfDocument) remark(format string, page int) {
	if d.note == "" {
		d.note = fmt.Sprintf(format, page+1)
	}
}

// What is said of a page that is left out.
const (
	damagedPage = "At least one page is damaged and was left out: page %d. If its text is missed, export or save the file again, and upload that."
	slowPage    = "At least one page takes too long to read and was left out: page %d. If its text is missed, simplify it, and upload the file again."
	pictures    = "At least one page holds pictures and no text: page %d. If what they show is missed, upload a version with selectable text (for example after text recognition)."
)

// before is how many pages before a batch are looked at for what runs through all pages: a batch may be short.
const before = 6

// Read skips pages that cannot be read; a page that takes too long ends the
// batch before it, and is skipped by the next.
func (d *pdfDocument) Read(ctx context.Context, from int) ([]Block, int, error) {
	if err := d.revive(ctx); err != nil {
		return nil, from, err
	}
	begun := time.Now()
	repeated, words := newRunning(), vocabulary{}
	for page := max(0, from-before); page < from && time.Since(begun) < d.timeout/4; page++ {
		if lines, err := d.lines(ctx, page); err == nil {
			repeated.look(page, lines)
		}
	}
	if err := d.revive(ctx); err != nil {
		return nil, from, err
	}
	var pages [][]pdfLine
	next := from
	for next < d.pages && next-from < pagesAtOnce && (next == from || time.Since(begun) < d.timeout) {
		lines, err := d.lines(ctx, next)
		if ctx.Err() != nil {
			return nil, from, ctx.Err()
		}
		if errors.Is(err, ErrTooSlow) {
			if next == from {
				d.remark(slowPage, next)
				next++
			}
			break
		}
		if err != nil {
			d.remark(damagedPage, next) // which is no reason to refuse the book
		}
		repeated.look(next, lines)
		words.learn(lines)
		pages = append(pages, lines)
		next++
	}
	for i, lines := range pages {
		pages[i] = repeated.strip(from+i, lines)
	}
	return d.assemble(pages, from, words), next, nil
}

// lines are those of a page, if it can be read in time.
func (d *pdfDocument) lines(ctx context.Context, page int) (lines []pdfLine, err error) {
	err = d.guard(ctx, func() (err error) { lines, err = d.pageLines(page); return err })
	if err != nil {
		return nil, err
	}
	return lines, nil
}

// revive opens the file again if the sandbox was killed: one page that takes too long is no reason to skip the others.
func (d *pdfDocument) revive(ctx context.Context) error {
	if !d.killed {
		return nil
	}
	box, err := d.engine.sandbox(ctx)
	if err != nil {
		return err
	}
	d.close()
	d.sandbox, d.killed = box, false
	return d.guard(ctx, d.open)
}

// assemble makes paragraphs of lines, under the bookmarks that lead to them.
func (d *pdfDocument) assemble(pages [][]pdfLine, from int, words vocabulary) []Block {
	var o outline
	marks := d.marks
	for len(marks) > 0 && marks[0].page < from {
		o.under(marks[0].level, marks[0].title)
		marks = marks[1:]
	}
	for i, lines := range pages {
		o.page = from + i + 1
		var here []bookmark
		for len(marks) > 0 && marks[0].page <= from+i {
			here, marks = append(here, marks[0]), marks[1:]
		}
		// A bookmark whose words are not a line of the page stands for the page from its top.
		here = openUnseen(&o, here, lines)
		for _, p := range joinLines(lines, func(line string) bool { return markedBy(here, line) >= 0 }, words) {
			if at := markedBy(here, p); at >= 0 {
				o.heading(here[at].level, here[at].title)
				here = here[at+1:]
				continue
			}
			o.add(Paragraph, p)
		}
	}
	for i := range o.open {
		o.open[i].empty = false // what is below it may be on the pages of the next batch
	}
	return o.finish()
}

func openUnseen(o *outline, marks []bookmark, lines []pdfLine) []bookmark {
	for len(marks) > 0 {
		for _, l := range lines {
			if markedBy(marks[:1], l.text) == 0 {
				return marks
			}
		}
		o.under(marks[0].level, marks[0].title)
		marks = marks[1:]
	}
	return nil
}

// markedBy returns which of the bookmarks the line is the title of, or -1.
func markedBy(marks []bookmark, line string) int {
	if len(marks) == 0 {
		return -1
	}
	key := lettersOf(line)
	for i, m := range marks {
		if k := lettersOf(m.title); k != "" && (key == k || strings.TrimLeft(key, "0123456789") == strings.TrimLeft(k, "0123456789")) && len(key) > 0 {
			return i
		}
	}
	return -1
}
