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
	d := &pdfDocument{sandbox: box, timeout: e.timeout}
	if err := d.guard(ctx, func() error { return d.open(data) }); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// noTitle matches what programs put where the title belongs.
var noTitle = regexp.MustCompile(`(?i)^(untitled.*|document ?\d*|title|microsoft (word|powerpoint|excel).*|.*\.[a-z]{2,5})$`)

func (d *pdfDocument) open(data []byte) error {
	opened, err := d.OpenDocument(&requests.OpenDocument{File: &data})
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

// left notes that a page was left out. Which others were is not said: they may be read in another step.
func (d *pdfDocument) left(page int, why string) {
	if d.note == "" {
		d.note = fmt.Sprintf("At least one page could not be read and was left out: page %d %s. Export or save the file again if its text is missed.", page+1, why)
	}
}

// Read skips pages that cannot be read; a page that takes too long ends the
// batch before it, and is skipped by the next.
func (d *pdfDocument) Read(ctx context.Context, from int) ([]Block, int, error) {
	begun := time.Now()
	var pages [][]string
	next := from
	for next < d.pages && next-from < pagesAtOnce && (next == from || time.Since(begun) < d.timeout) {
		var page string
		err := d.guard(ctx, func() (err error) { page, err = d.pageText(next); return err })
		if ctx.Err() != nil {
			return nil, from, ctx.Err()
		}
		if errors.Is(err, ErrTooSlow) {
			if next == from {
				d.left(next, "takes too long to read")
				next++
			}
			break
		}
		if err != nil {
			d.left(next, "is damaged") // which is no reason to refuse the book
			page = ""
		}
		pages = append(pages, splitLines(page))
		next++
	}
	stripRunning(pages)
	return d.assemble(pages, from), next, nil
}

func (d *pdfDocument) pageText(index int) (string, error) {
	page, err := d.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.reference, Index: index})
	if err != nil {
		return "", fmt.Errorf("load page: %w", err)
	}
	defer func() {
		_, _ = d.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}) // it goes with the sandbox at the latest
	}()
	text, err := d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &page.Page}})
	if err != nil {
		return "", fmt.Errorf("load text of page: %w", err)
	}
	defer func() {
		_, _ = d.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	}()
	count, err := d.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil || count.Count < 1 {
		return "", err
	}
	got, err := d.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: text.TextPage, Count: min(count.Count, maxPageChars)})
	if err != nil {
		return "", fmt.Errorf("get text of page: %w", err)
	}
	return got.Text, nil
}

// assemble makes paragraphs of lines, under the bookmarks that lead to them.
func (d *pdfDocument) assemble(pages [][]string, from int) []Block {
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
		for _, p := range joinLines(lines, func(line string) bool { return markedBy(here, line) >= 0 }) {
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

func openUnseen(o *outline, marks []bookmark, lines []string) []bookmark {
	for len(marks) > 0 {
		for _, line := range lines {
			if markedBy(marks[:1], line) == 0 {
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
