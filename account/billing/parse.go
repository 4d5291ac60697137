package billing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// catalogueMost bounds the file: a plan takes some 600 bytes.
const catalogueMost = 256 << 10

// ParseCatalogue reads a catalogue of plans in YAML (docs/plans.md). It is strict: whatever is not understood, contradicts itself, or would charge
// somebody wrongly is an error, with its line and what to do. All of them are told at once.
func ParseCatalogue(text []byte) (*Catalogue, error) {
	if len(text) > catalogueMost {
		return nil, fmt.Errorf("it has %d bytes, and %d at most are read: name fewer plans", len(text), catalogueMost)
	}
	root, err := soleDocument(text)
	if err != nil {
		return nil, err
	}
	var found faults
	found.wholeNumbers(root)
	if len(found) > 0 { // numbers that are cut off would only mislead
		return nil, found.joined()
	}
	catalogue := Catalogue{Policy: defaultPolicy}
	catalogue.Policy.MailDays = nil
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(&catalogue); err != nil {
		return nil, inPlainWords(err)
	}
	if _, named := find(root, []any{"policy", "mail_days"}); !named { // ours, as far as the grace goes
		catalogue.Policy.MailDays = slices.DeleteFunc(slices.Clone(defaultPolicy.MailDays), func(n int) bool { return n > catalogue.Policy.GraceDays })
	}
	check{root: root, catalogue: &catalogue, faults: &found}.all()
	if len(found) > 0 {
		return nil, found.joined()
	}
	return &catalogue, nil
}

// soleDocument returns the document that a file has.
func soleDocument(text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty: begin with a copy of the example in docs/plans.md")
	} else if err != nil {
		return nil, inPlainWords(err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is a second document: remove the line with ---")
	}
	return document.Content[0], nil
}

// faults are what is wrong, in the order of a file.
type faults []located

type located struct {
	line int
	text string
}

func (f *faults) add(line int, format string, args ...any) {
	*f = append(*f, located{line, fmt.Sprintf(format, args...)})
}

func (f *faults) joined() error {
	slices.SortStableFunc(*f, func(a, b located) int { return a.line - b.line })
	lines := make([]string, len(*f))
	for i, fault := range *f {
		lines[i] = fmt.Sprintf("line %d: %s", fault.line, fault.text)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// wholeNumbers refuses fractions wherever they stand: the decoder would make 29 of 29.99, and nobody would notice before the end of the month.
func (f *faults) wholeNumbers(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && node.Tag == "!!float" {
		f.add(node.Line, "%s is not a whole number: amounts are in the smallest unit of the currency, so that 29.99 is 2999 (and texts that look like numbers are quoted)", node.Value)
	}
	for _, child := range node.Content {
		f.wholeNumbers(child)
	}
}

var (
	unknownField = regexp.MustCompile(`^line (\d+): field (\S+) not found in type billing\.(\w+)$`)
	wrongType    = regexp.MustCompile("^line (\\d+): cannot unmarshal (\\S+?)(?: `(.*)`)? into (.*)$")
)

// inPlainWords says what the decoder said, without the names of our types.
func inPlainWords(err error) error {
	var many *yaml.TypeError
	if !errors.As(err, &many) {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	said := make([]string, len(many.Errors))
	for i, text := range many.Errors {
		said[i] = text
		if m := unknownField.FindStringSubmatch(text); m != nil {
			said[i] = fmt.Sprintf("line %s: nothing is known of %q here: there may be %s", m[1], m[2], strings.Join(fieldsOf(m[3]), ", "))
		} else if m := wrongType.FindStringSubmatch(text); m != nil {
			said[i] = fmt.Sprintf("line %s: %s is written here, and it must be %s", m[1], written(m[2], m[3]), wanted(m[4]))
		}
	}
	return errors.New(strings.Join(said, "\n"))
}

// fieldsOf names what may be written where a type is read.
func fieldsOf(name string) []string {
	for _, t := range []reflect.Type{reflect.TypeFor[Catalogue](), reflect.TypeFor[Plan](), reflect.TypeFor[Price](), reflect.TypeFor[Limits](), reflect.TypeFor[Overage](), reflect.TypeFor[Policy]()} {
		if t.Name() != name {
			continue
		}
		var names []string
		for field := range t.Fields() {
			names = append(names, field.Tag.Get("yaml"))
		}
		return names
	}
	return nil
}

func written(tag, value string) string {
	switch {
	case tag == "!!seq":
		return "a list"
	case tag == "!!map":
		return "a block of names and values"
	}
	return `"` + value + `"`
}

func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "int"):
		return "a whole number"
	case goType == "bool":
		return "true or false"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case goType == "string", goType == "billing.Interval", goType == "billing.Feature":
		return "a text"
	}
	return "a block of names and values"
}
