package extract

import (
	"slices"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// bookmark is an entry of a PDF's outline.
type bookmark struct {
	title string
	level int // from 1
	page  int // from 0
}

// maxBookmarks bounds the walk: outlines of broken files run in circles.
const maxBookmarks = 2000

// bookmarks returns the outline in the order of the pages. What is wrong in it is left out.
func (d *pdfDocument) bookmarks() []bookmark {
	var marks []bookmark
	seen := 0
	var walk func(parent *references.FPDF_BOOKMARK, level int)
	walk = func(parent *references.FPDF_BOOKMARK, level int) {
		if level > maxDepth {
			return
		}
		child, err := d.instance.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: d.reference, Bookmark: parent})
		if err != nil {
			return
		}
		for at := child.Bookmark; at != nil && seen < maxBookmarks; {
			seen++
			if m, ok := d.bookmark(*at, level); ok {
				marks = append(marks, m)
			}
			walk(at, level+1)
			sibling, err := d.instance.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: d.reference, Bookmark: *at})
			if err != nil {
				return
			}
			at = sibling.Bookmark
		}
	}
	walk(nil, 1)
	slices.SortStableFunc(marks, func(a, b bookmark) int { return a.page - b.page })
	return marks
}

func (d *pdfDocument) bookmark(at references.FPDF_BOOKMARK, level int) (bookmark, bool) {
	title, err := d.instance.FPDFBookmark_GetTitle(&requests.FPDFBookmark_GetTitle{Bookmark: at})
	if err != nil || squeeze(title.Title) == "" {
		return bookmark{}, false
	}
	dest := d.destination(at)
	if dest == nil {
		return bookmark{}, false
	}
	page, err := d.instance.FPDFDest_GetDestPageIndex(&requests.FPDFDest_GetDestPageIndex{Document: d.reference, Dest: *dest})
	if err != nil || page.Index < 0 {
		return bookmark{}, false
	}
	return bookmark{squeeze(title.Title), level, page.Index}, true
}

// destination is where a bookmark leads, by itself or by its action.
func (d *pdfDocument) destination(at references.FPDF_BOOKMARK) *references.FPDF_DEST {
	if own, err := d.instance.FPDFBookmark_GetDest(&requests.FPDFBookmark_GetDest{Document: d.reference, Bookmark: at}); err == nil && own.Dest != nil {
		return own.Dest
	}
	action, err := d.instance.FPDFBookmark_GetAction(&requests.FPDFBookmark_GetAction{Bookmark: at})
	if err != nil || action.Action == nil {
		return nil
	}
	dest, err := d.instance.FPDFAction_GetDest(&requests.FPDFAction_GetDest{Document: d.reference, Action: *action.Action})
	if err != nil {
		return nil
	}
	return dest.Dest
}
