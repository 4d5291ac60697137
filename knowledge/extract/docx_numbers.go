package extract

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// listPlace is where a paragraph stands: in which list, at what level (from 0).
type listPlace struct {
	id    string
	level int
}

// numbering knows the lists of a Word document, and counts their items.
type numbering struct {
	lists map[string]string // id → id of the abstract list, which counts for all that use it
	forms map[string]*[listLevels]listForm
	count map[string]*[listLevels]int
}

const listLevels = 9

// listForm is how the items of a level are numbered.
type listForm struct {
	format string // "bullet", "decimal", "lowerLetter" …
	shown  string // "%1.%2)"
	start  int
}

// maxLists is how many lists a document may declare.
const maxLists = 20_000

func readNumbering(ctx context.Context, files *archive, part string) (*numbering, error) {
	n := &numbering{lists: map[string]string{}, forms: map[string]*[listLevels]listForm{}, count: map[string]*[listLevels]int{}}
	abstract, list, level := "", "", 0
	err := files.parse(ctx, part, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		if len(n.lists)+len(n.forms) > maxLists {
			return ErrTooBig.Because(fmt.Errorf("more than %d lists", maxLists))
		}
		switch e.Name.Local {
		case "abstractNum":
			abstract = attribute(e, "abstractNumId")
			n.forms[abstract] = &[listLevels]listForm{}
		case "lvl":
			level = min(number(attribute(e, "ilvl")), listLevels-1)
		case "num":
			list, abstract = attribute(e, "numId"), ""
		case "abstractNumId":
			n.lists[list] = attribute(e, "val")
		}
		form := n.forms[abstract]
		if form == nil {
			return nil
		}
		switch e.Name.Local {
		case "start":
			form[level].start = number(attribute(e, "val"))
		case "numFmt":
			form[level].format = attribute(e, "val")
		case "lvlText":
			form[level].shown = attribute(e, "val")
		}
		return nil
	})
	return n, err
}

// mark counts an item and returns what it begins with: its indent, and its number or a dash.
func (n *numbering) mark(at listPlace) string {
	level := min(at.level, listLevels-1)
	indent := strings.Repeat("  ", min(level, 4))
	abstract := n.lists[at.id]
	forms := n.forms[abstract]
	if forms == nil {
		return indent + "- "
	}
	count := n.count[abstract]
	if count == nil {
		count = &[listLevels]int{}
		n.count[abstract] = count
	}
	if count[level] == 0 {
		count[level] = max(forms[level].start, 1)
	} else {
		count[level]++
	}
	clear(count[level+1:])
	form := forms[level]
	if form.format == "" || form.format == "bullet" || form.format == "none" || !strings.Contains(form.shown, "%") || len(form.shown) > 40 {
		return indent + "- "
	}
	shown := form.shown
	for i := range level + 1 {
		shown = strings.ReplaceAll(shown, "%"+strconv.Itoa(i+1), ordinal(max(count[i], 1), forms[i].format))
	}
	return indent + shown + " "
}

// ordinal writes a number of a list. Forms of other scripts are written in digits.
func ordinal(n int, format string) string {
	switch format {
	case "lowerLetter", "upperLetter":
		letters := strings.Repeat(string(rune('a'+(n-1)%26)), min((n-1)/26+1, 4))
		if format == "upperLetter" {
			return strings.ToUpper(letters)
		}
		return letters
	case "lowerRoman", "upperRoman":
		if n >= 4000 {
			return strconv.Itoa(n)
		}
		var out strings.Builder
		for i, value := range []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1} {
			for ; n >= value; n -= value {
				out.WriteString([]string{"m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"}[i])
			}
		}
		if format == "upperRoman" {
			return strings.ToUpper(out.String())
		}
		return out.String()
	}
	return strconv.Itoa(n)
}
