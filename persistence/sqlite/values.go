package sqlite

import (
	"fmt"
	"time"
)

// timeLayout has a fixed width, so that texts sort as their times do.
const timeLayout = "2006-01-02T15:04:05.000Z"

// toSQLite turns arguments into what the driver takes.
func toSQLite(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case time.Time:
			out[i] = v.UTC().Format(timeLayout)
		case *time.Time:
			if v != nil {
				out[i] = v.UTC().Format(timeLayout)
			}
		case []byte:
			if v != nil { // else NULL, as with pgx
				out[i] = v
			}
		default:
			out[i] = arg
		}
	}
	return out
}

// fromSQLite wraps the places that need more than database/sql does.
func fromSQLite(places []any) []any {
	out := make([]any, len(places))
	for i, place := range places {
		switch p := place.(type) {
		case *time.Time:
			out[i] = timePlace{p}
		case **time.Time:
			out[i] = nullableTime{p}
		default:
			out[i] = place
		}
	}
	return out
}

// timePlace reads a time back.
type timePlace struct{ to *time.Time }

func (p timePlace) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("read a time: got %T", value)
	}
	t, err := time.Parse(timeLayout, text)
	if err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	*p.to = t
	return nil
}

// nullableTime reads back a time that may be NULL.
type nullableTime struct{ to **time.Time }

func (p nullableTime) Scan(value any) error {
	*p.to = nil
	if value == nil {
		return nil
	}
	*p.to = new(time.Time)
	return timePlace{*p.to}.Scan(value)
}
