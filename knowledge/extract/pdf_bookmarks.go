package extract

import (
	"slices"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
)

// bookmark is an entry of a PDF's outline.
type bookmark struct {
	title string
	level int // from 1
	page  int // from 0
}

// Bounds of an outline.
const (
	maxBookmarks     = 2000
	maxBookmarkDepth = 50
)

// bookmarks returns the outline in the order of the pages, none if there is something wrong with it.
func (d *pdfDocument) bookmarks() []bookmark {
	if !d.outlineEnds() {
		return nil
	}
	outline, err := d.GetBookmarks(&requests.GetBookmarks{Document: d.reference})
	if err != nil {
		return nil
	}
	var marks []bookmark
	var collect func(all []responses.GetBookmarksBookmark, level int)
	collect = func(all []responses.GetBookmarksBookmark, level int) {
		for _, b := range all {
			if title := squeeze(b.Title); title != "" && b.DestInfo != nil && b.DestInfo.PageIndex >= 0 {
				marks = append(marks, bookmark{title, min(level, maxDepth), b.DestInfo.PageIndex})
			}
			collect(b.Children, level+1)
		}
	}
	collect(outline.Bookmarks, 1)
	slices.SortStableFunc(marks, func(a, b bookmark) int { return a.page - b.page })
	return marks
}

// outlineEnds tells whether the outline is a tree of reasonable size: those of broken
// files run in circles, which GetBookmarks would follow for ever. (Walking is all that is
// done bookmark by bookmark: FPDFBookmark_GetDest of go-pdfium 1.20 asks for something else.)
func (d *pdfDocument) outlineEnds() bool {
	seen := 0
	var walk func(parent *references.FPDF_BOOKMARK, depth int) bool
	walk = func(parent *references.FPDF_BOOKMARK, depth int) bool {
		if depth > maxBookmarkDepth {
			return false
		}
		child, err := d.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: d.reference, Bookmark: parent})
		if err != nil {
			return false
		}
		for at := child.Bookmark; at != nil; {
			if seen++; seen > maxBookmarks || !walk(at, depth+1) {
				return false
			}
			sibling, err := d.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: d.reference, Bookmark: *at})
			if err != nil {
				return false
			}
			at = sibling.Bookmark
		}
		return true
	}
	return walk(nil, 0)
}
