package backup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// appendRow writes a row as a line. Its values are of the columns' kinds: string,
// []byte, int64, bool, time.Time; nil for null.
func appendRow(to *bytes.Buffer, table Table, row []any) error {
	if len(row) != len(table.Columns) {
		return fmt.Errorf("a row of %s has %d values for %d columns", table.Name, len(row), len(table.Columns))
	}
	for i, value := range row {
		switch v := value.(type) {
		case string:
			if !utf8.ValidString(v) { // JSON would change it without a word
				return fmt.Errorf("%s.%s holds a text that is not UTF-8", table.Name, table.Columns[i].Name)
			}
		case time.Time:
			row[i] = v.UTC()
		}
	}
	line, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("write a row of %s: %w", table.Name, err)
	}
	to.Write(line)
	to.WriteByte('\n')
	return nil
}

// parseRow reads a line back.
func parseRow(table Table, values []json.RawMessage) ([]any, error) {
	if len(values) != len(table.Columns) {
		return nil, damaged("a row of %s has %d values for %d columns", table.Name, len(values), len(table.Columns))
	}
	row := make([]any, len(values))
	for i, raw := range values {
		value, err := parseValue(table.Columns[i].Kind, raw)
		if err != nil {
			return nil, damaged("%s.%s: %w", table.Name, table.Columns[i].Name, err)
		}
		row[i] = value
	}
	return row, nil
}

func parseValue(kind Kind, raw json.RawMessage) (any, error) {
	if string(raw) == "null" {
		return nil, nil //nolint:nilnil // null is a value
	}
	switch kind {
	case Text:
		return parsed[string](raw)
	case Bytes:
		return parsed[[]byte](raw)
	case Integer:
		return parsed[int64](raw)
	case Boolean:
		return parsed[bool](raw)
	case Time:
		return parsed[time.Time](raw)
	}
	return nil, fmt.Errorf("a column of the unknown kind %q", kind)
}

func parsed[T any](raw json.RawMessage) (any, error) {
	var value T
	err := json.Unmarshal(raw, &value)
	return value, err
}
