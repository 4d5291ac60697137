package improve

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/chat"
	"parley/knowledge"
)

// Bounds of questions.
const (
	MaxQuestions = 500  // of a bot
	maxText      = 2000 // characters
	maxPhrase    = 500
)

// Clean trims a question and checks it, but for whether its source and the page of that exist.
func (q Question) Clean() (Question, error) {
	q.Text, q.Phrase, q.Source, q.Part = oneLine(q.Text), oneLine(q.Phrase), strings.TrimSpace(q.Source), strings.TrimSpace(q.Part)
	switch {
	case q.Text == "":
		return q, wrong("A test needs a question.")
	case utf8.RuneCountInString(q.Text) > maxText:
		return q, wrong(fmt.Sprintf("A test question may have %d characters at most.", maxText))
	case utf8.RuneCountInString(q.Phrase) > maxPhrase:
		return q, wrong(fmt.Sprintf("The words that are expected may have %d characters at most.", maxPhrase))
	case q.Source == "" && q.Phrase == "" && !q.Nothing:
		return q, wrong("Say what is expected: a source, words of the answer, or that the bot does not know.")
	case q.Part != "" && q.Source == "":
		return q, wrong("A page is expected of a source: say of which.")
	case q.Nothing && q.Source != "":
		return q, wrong("A bot that says that it does not know cites nothing: expect either that or a source.")
	}
	return q, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func wrong(words string) *chat.Error { return chat.Fail(chat.Invalid, "test_invalid", words) }

// columns of a table of questions, by the names that they go by; where no header names them they come in this order.
var columns = [][]string{
	{"question", "questions", "text", "q"},
	{"source", "page", "document"},
	{"phrase", "words", "expected", "answer"},
	{"nothing", "unknown"},
}

// ReadQuestions reads questions from comma-separated values (or semicolons, or tabs): question, source, phrase,
// nothing; a header may name them in another order. A source is named by id, title or address. Errors name the line.
func ReadQuestions(table string, sources []knowledge.Source) ([]Question, error) {
	if !utf8.ValidString(table) {
		return nil, wrong("This file is not in UTF-8. Save it as “CSV UTF-8” and try again.")
	}
	table = strings.TrimPrefix(table, "\ufeff")
	reader := csv.NewReader(strings.NewReader(table))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = delimiter(table), -1, true
	reader.TrimLeadingSpace = reader.Comma != '\t'
	order := []int{0, 1, 2, 3}
	var questions []Question
	for first := true; ; first = false {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			return nil, wrong(fmt.Sprintf("Line %d is not comma-separated values.", line)).Because(err)
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		if first {
			if named, is := header(row); is {
				order = named
				continue
			}
		}
		q, err := question(row, order, sources)
		if err != nil {
			return nil, wrong(fmt.Sprintf("Line %d: %s", line, chat.AsError(err).Message))
		}
		if questions = append(questions, q); len(questions) > MaxQuestions {
			return nil, ErrTooManyQuestions
		}
	}
	if len(questions) == 0 {
		return nil, wrong("There is no question in this file.")
	}
	return questions, nil
}

// ErrTooManyQuestions refuses what is over MaxQuestions.
var ErrTooManyQuestions = chat.Fail(chat.TooLarge, "tests_full", fmt.Sprintf("A bot can have %d test questions at most. Delete some first.", MaxQuestions))

func delimiter(table string) rune {
	first, _, _ := strings.Cut(table, "\n")
	best := ','
	for _, candidate := range ";\t" {
		if strings.Count(first, string(candidate)) > strings.Count(first, string(best)) {
			best = candidate
		}
	}
	return best
}

// header tells where each column is, -1 for one that is not there, if a row names them.
func header(row []string) (order []int, is bool) {
	order = []int{-1, -1, -1, -1}
	for at, name := range row {
		for column, names := range columns {
			if order[column] < 0 && slices.Contains(names, strings.ToLower(strings.TrimSpace(name))) {
				order[column] = at
			}
		}
	}
	return order, order[0] >= 0
}

func question(row []string, order []int, sources []knowledge.Source) (Question, error) {
	cell := func(column int) string {
		if at := order[column]; at >= 0 && at < len(row) {
			return strings.TrimSpace(row[at])
		}
		return ""
	}
	q := Question{Text: cell(0), Phrase: cell(2)}
	switch nothing := strings.ToLower(cell(3)); nothing {
	case "yes", "true", "x", "1":
		q.Nothing = true
	case "", "no", "false", "0":
	default:
		return q, wrong(fmt.Sprintf("%q should be yes or no.", nothing))
	}
	if name := cell(1); name != "" {
		at := slices.IndexFunc(sources, func(s knowledge.Source) bool {
			return s.ID == name || strings.EqualFold(s.Title, name) || s.URL != "" && s.URL == name
		})
		if at < 0 {
			return q, wrong(fmt.Sprintf("there is no source called %q.", name))
		}
		q.Source = sources[at].ID
	}
	return q.Clean()
}

// Merged is what becomes of questions when others are added.
type Merged struct {
	All  []Question // in order
	Save []Question // of those, what is new or changed
}

// Merge adds questions to those that there are. One that is there already gets what is expected now; one that comes
// twice counts as it comes last.
func Merge(have, add []Question) Merged {
	merged := Merged{All: slices.Clone(have)}
	changed := map[string]bool{}
	for _, q := range add {
		at := slices.IndexFunc(merged.All, func(h Question) bool { return lettersOf(h.Text) == lettersOf(q.Text) })
		if at < 0 {
			q.ID, q.At = chat.NewID(chat.TestPrefix), time.Now().UTC()
			merged.All = append(merged.All, q)
		} else {
			q.ID, q.At = merged.All[at].ID, merged.All[at].At
			merged.All[at] = q
		}
		changed[q.ID] = true
	}
	for _, q := range merged.All {
		if changed[q.ID] {
			merged.Save = append(merged.Save, q)
		}
	}
	return merged
}
