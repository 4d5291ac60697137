package wire

import (
	"encoding/json"
	"maps"
	"slices"

	"parley/chat"
)

// Fields are what the page says of its visitor. A page puts into them whatever it
// has: texts, numbers and truth values are kept as text, within chat's bounds, and anything else is left out.
type Fields chat.Fields

// UnmarshalJSON implements json.Unmarshaler.
func (f *Fields) UnmarshalJSON(data []byte) error {
	var said map[string]json.RawMessage
	if err := json.Unmarshal(data, &said); err != nil {
		return err
	}
	*f = nil
	for _, name := range slices.Sorted(maps.Keys(said)) { // the same ones each time, when there are too many
		value, ok := plain(said[name])
		if !ok || name == "" || len(name) > chat.MaxFieldName || len(value) > chat.MaxFieldValue {
			continue
		}
		if *f == nil {
			*f = make(Fields)
		}
		(*f)[name] = value
		if len(*f) == chat.MaxFields {
			break
		}
	}
	return nil
}

// plain returns a value as text, if it is one that people would read.
func plain(value json.RawMessage) (string, bool) {
	switch value[0] {
	case '"':
		var text string
		err := json.Unmarshal(value, &text)
		return text, err == nil && text != ""
	case '{', '[', 'n': // null
		return "", false
	}
	return string(value), true
}
