package measure

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sought is a question with the pieces of a long document that answer it.
type Sought struct {
	ID       string  `json:"_id"`
	Text     string  `json:"question"`
	Document string  `json:"document"`
	Evidence []Piece `json:"evidence"`
}

// Piece is a stretch of a document, word for word.
type Piece struct {
	Text string `json:"text"`
}

// Evidence reads dir/questions.jsonl.
func Evidence(dir string) ([]Sought, error) {
	return jsonLines[Sought](filepath.Join(dir, "questions.jsonl"))
}

// Held tells how much of the evidence stands in the passages that were retrieved (recall), and how much of these is evidence
// (precision). It goes by runs of five words, so that how passages are laid out does not matter.
func (s Sought) Held(passages []string) (recall, precision float64) {
	retrieved, size := map[string]bool{}, 0
	for _, text := range passages {
		size += utf8.RuneCountInString(text)
		for _, run := range runs(text) {
			retrieved[run] = true
		}
	}
	found, all, length := 0, 0, 0
	for _, e := range s.Evidence {
		length += utf8.RuneCountInString(e.Text)
		for _, run := range runs(e.Text) {
			all++
			if retrieved[run] {
				found++
			}
		}
	}
	if all == 0 || size == 0 {
		return 0, 0
	}
	recall = float64(found) / float64(all)
	return recall, recall * float64(length) / float64(size)
}

// run is how many words in a row are the same place.
const run = 5

func runs(text string) (out []string) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i := range max(len(words)-run+1, 1) {
		out = append(out, strings.Join(words[i:min(i+run, len(words))], " "))
	}
	return out
}

// Utterance is something that people say to an assistant.
type Utterance struct {
	Text   string `json:"text"`
	Intent string `json:"intent"`
}

// OutOfScope reads the utterances of a file that are about nothing in particular.
func OutOfScope(path string) (texts []string, err error) {
	all, err := jsonLines[Utterance](path)
	for _, u := range all {
		if u.Intent == "oos" {
			texts = append(texts, u.Text)
		}
	}
	return texts, err
}
