package backup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FoundColumn is a column as a database describes it.
type FoundColumn struct{ Table, Name, Type string }

// Reference says that rows of a table refer to rows of another.
type Reference struct{ From, To string }

// Describe makes tables, without those of LeftOut, of all columns and references of a database, in
// whatever order. kinds has what the database's types hold.
func Describe(columns []FoundColumn, references []Reference, kinds map[string]Kind) ([]Table, error) {
	found := make(map[string]*Table)
	for _, column := range columns {
		if _, left := LeftOut[column.Table]; left || slices.Contains(passing, column.Table) {
			continue
		}
		kind, known := kinds[column.Type]
		if !known {
			return nil, fmt.Errorf("%s.%s is of type %s, which a backup has no form for", column.Table, column.Name, column.Type)
		}
		if found[column.Table] == nil {
			found[column.Table] = &Table{Name: column.Table}
		}
		table := found[column.Table]
		table.Columns = append(table.Columns, Column{column.Name, kind})
	}
	tables := make([]Table, 0, len(found))
	for _, table := range found {
		tables = append(tables, *table)
	}
	return inOrder(tables, references)
}

// inOrder sorts tables so that each comes behind those that it refers to.
func inOrder(tables []Table, references []Reference) ([]Table, error) {
	slices.SortFunc(tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	sorted := make([]Table, 0, len(tables))
	placed := make(map[string]bool, len(tables))
	for len(sorted) < len(tables) {
		before := len(sorted)
		for _, table := range tables {
			waits := slices.ContainsFunc(references, func(r Reference) bool {
				return r.From == table.Name && r.To != table.Name && !placed[r.To]
			})
			if !placed[table.Name] && !waits {
				sorted, placed[table.Name] = append(sorted, table), true
			}
		}
		if len(sorted) == before {
			return nil, errors.New("tables refer to each other in a circle, or to one that is left out")
		}
	}
	return sorted, nil
}
