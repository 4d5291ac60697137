package extract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxJSONDepth is how deep values may be nested: reading them recurses.
const maxJSONDepth = 500

// titleNames are the fields that name an object.
var titleNames = []string{"title", "name", "heading", "headline", "titel", "subject"}

// jsonText reads JSON, or JSON values one after another: fields as lines under the path that
// leads to them, objects with a question and an answer as pairs.
func jsonText(ctx context.Context, data []byte) (text, error) {
	decoder := json.NewDecoder(strings.NewReader(decode(data, "")))
	decoder.UseNumber()
	r := &jsonReader{ctx: ctx, decoder: decoder}
	for {
		t, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return text{blocks: r.finish()}, r.check(ctx)
		}
		if err == nil {
			err = r.value("", t)
		}
		if err != nil {
			return text{}, jsonError(err)
		}
	}
}

// jsonError tells a fault of the file from ours.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrBroken.Because(err)
	}
	return err
}

type jsonReader struct {
	outline
	ctx     context.Context //nolint:containedctx // it lives as long as the call that reads
	decoder *json.Decoder
	path    []string // of names that lead to what is read now
	moved   bool     // away from the open headings
}

// field is a name and what it stands for, as text.
type field struct{ name, value string }

// value reads what begins with the token.
func (r *jsonReader) value(name string, t json.Token) error {
	if err := r.check(r.ctx); err != nil {
		return err
	}
	delim, nested := t.(json.Delim)
	if !nested {
		r.fields([]field{{name, scalar(t)}})
		return nil
	}
	if len(r.path) >= maxJSONDepth {
		return ErrTooSlow.Because(fmt.Errorf("values are nested deeper than %d", maxJSONDepth))
	}
	r.path, r.moved = append(r.path, name), true // no name counts as a level, too
	defer func() { r.path, r.moved = r.path[:len(r.path)-1], true }()
	if delim == '{' {
		return r.object()
	}
	return r.array()
}

// object collects the plain fields up to the next one that is not, so that they stay together and in order.
func (r *jsonReader) object() error {
	var plain []field
	level := len(r.path)
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return err
		}
		t, err := r.decoder.Token()
		if err != nil {
			return err
		}
		if _, nested := t.(json.Delim); !nested {
			if value := scalar(t); value != "" {
				plain = append(plain, field{key.(string), value})
			}
			continue
		}
		r.write(level, &plain)
		if err := r.value(key.(string), t); err != nil {
			return err
		}
	}
	r.write(level, &plain)
	_, err := r.decoder.Token()
	return err
}

// write writes the fields of an object that were collected. What names it becomes part of the path.
func (r *jsonReader) write(level int, fields *[]field) {
	defer func() { *fields = nil }()
	if question, answer := jsonPair(*fields); answer != "" {
		pair(&r.outline, question, answer)
		r.moved = true
		return
	}
	for i, f := range *fields {
		if len(*fields) > 1 && slices.Contains(titleNames, strings.ToLower(f.name)) && utf8.RuneCountInString(f.value) <= maxHeading {
			r.path[level-1], r.moved = f.value, true
			*fields = slices.Delete(*fields, i, i+1)
			break
		}
	}
	r.fields(*fields)
}

// jsonPair finds a question and its answer.
func jsonPair(fields []field) (question, answer string) {
	for _, f := range fields {
		switch name := strings.ToLower(squeeze(f.name)); {
		case question == "" && slices.Contains(questionNames, name):
			question = f.value
		case answer == "" && slices.Contains(answerNames, name):
			answer = f.value
		}
	}
	if question == "" {
		return "", ""
	}
	return question, answer
}

// array writes plain values as a list, the rest one by one.
func (r *jsonReader) array() error {
	for r.decoder.More() {
		t, err := r.decoder.Token()
		if err != nil {
			return err
		}
		if _, nested := t.(json.Delim); nested {
			if err := r.value("", t); err != nil {
				return err
			}
			continue
		}
		if value := scalar(t); value != "" {
			r.enter()
			r.add(Item, "- "+value)
		}
		if err := r.check(r.ctx); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

// enter makes the path the open headings.
func (r *jsonReader) enter() {
	if !r.moved {
		return
	}
	r.moved = false
	var names []string
	for _, name := range r.path {
		if name = squeeze(name); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > maxDepth { // the last ones say most
		names = names[len(names)-maxDepth:]
	}
	if slices.Equal(names, r.outline.path) {
		return
	}
	r.close(0)
	for i, name := range names {
		r.under(i+1, name)
	}
}

// fields adds lines of "name: value"; what is long stands by itself.
func (r *jsonReader) fields(fields []field) {
	if len(fields) == 0 {
		return
	}
	r.enter()
	var lines []string
	for _, f := range fields {
		name, value := squeeze(f.name), f.value
		switch {
		case name == "" || len(fields) == 1 && utf8.RuneCountInString(value) > maxHeading:
			lines = append(lines, value)
		case strings.Contains(value, "\n") || utf8.RuneCountInString(value) > maxHeading:
			r.add(Paragraph, strings.Join(lines, "\n"))
			r.add(Paragraph, name+":\n"+value)
			lines = lines[:0]
		default:
			lines = append(lines, name+": "+value)
		}
	}
	r.add(Paragraph, strings.Join(lines, "\n"))
}

// scalar is a plain value as people write it; nothing for null.
func scalar(t json.Token) string {
	switch t := t.(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	case bool:
		if t {
			return "yes"
		}
		return "no"
	}
	return ""
}
