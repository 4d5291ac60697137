package extract

import "strings"

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
