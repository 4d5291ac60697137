package extract

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// table adds the rows of a table. The first row leads the others where it is a header.
func table(o *outline, rows [][]string, header bool) {
	lead := ""
	for i, cells := range rows {
		for j, cell := range cells {
			cells[j] = squeeze(cell)
		}
		row := strings.Trim(strings.Join(cells, " | "), " |")
		if i == 0 && header && len(rows) > 1 {
			lead = row
			o.addRow(Row, row, "")
			continue
		}
		o.addRow(Row, row, lead)
	}
}

// grid adds what stands together on a spreadsheet: questions and answers, or a table with
// its header, and what is written above or below it in cells of their own.
func grid(o *outline, rows [][]string) {
	rows = trimColumns(rows)
	if len(rows) == 0 {
		return
	}
	if question, answer, header := faqColumns(rows); question >= 0 && (header || len(rows) > 2) {
		if header {
			rows = rows[1:]
		}
		above := o.path
		for _, row := range rows {
			if len(row) > max(question, answer) {
				pair(o, row[question], row[answer])
			}
		}
		for i, h := range above {
			o.under(i+1, h)
		}
		return
	}
	for len(rows) > 0 && filled(rows[0]) == 1 {
		o.add(Paragraph, strings.Join(rows[0], ""))
		rows = rows[1:]
	}
	end := len(rows)
	for end > 0 && filled(rows[end-1]) == 1 {
		end--
	}
	notes := rows[end:]
	table(o, rows[:end], names(rows[:end]))
	for _, row := range notes {
		o.add(Paragraph, strings.Join(row, ""))
	}
}

// volume adds up what spreadsheets hold. They can say the same a million times in a few bytes: it is counted before it is written.
type volume struct{ cells, text int }

// maxCells is how many cells all sheets may have.
const maxCells = 4_000_000

func (v *volume) count(row []string) error {
	v.cells += len(row)
	for _, cell := range row {
		v.text += len(cell)
	}
	if v.cells > maxCells || v.text > maxText {
		return ErrTooMuchText.Because(fmt.Errorf("%d cells, %d bytes of text", v.cells, v.text))
	}
	return nil
}

// maxRepeated is how long a value may be that stands for several cells, in bytes: more than that says nothing of a row.
const maxRepeated = 200

// trimColumns drops columns that no row has anything in.
func trimColumns(rows [][]string) [][]string {
	var used []bool
	for _, row := range rows {
		for i, cell := range row {
			for len(used) <= i {
				used = append(used, false)
			}
			used[i] = used[i] || strings.TrimSpace(cell) != ""
		}
	}
	for r, row := range rows {
		kept := row[:0]
		for i, cell := range row {
			if used[i] {
				kept = append(kept, cell)
			}
		}
		rows[r] = kept
	}
	return rows
}

func filled(row []string) (n int) {
	for _, cell := range row {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}

// names tells whether the first row names the columns: short words over all of them, and none a number.
func names(rows [][]string) bool {
	if len(rows) < 2 || filled(rows[0]) < 2 || filled(rows[0]) < filled(rows[1]) {
		return false
	}
	for _, cell := range rows[0] {
		if cell = strings.TrimSpace(cell); cell != "" && !isName(cell) {
			return false
		}
	}
	return true
}

func isName(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	last, _ := utf8.DecodeLastRuneInString(cell)
	return err != nil && utf8.RuneCountInString(cell) <= 80 && strings.ContainsFunc(cell, unicode.IsLetter) && !strings.ContainsRune(".,;。、", last)
}

// trimEnd drops the empty cells at a row's end.
func trimEnd(row []string) []string {
	for len(row) > 0 && strings.TrimSpace(row[len(row)-1]) == "" {
		row = row[:len(row)-1]
	}
	return row
}
