package improve

import (
	"slices"
	"strings"
	"unicode"

	"parley/chat"
)

// judge tells whether an answer is what a question expects; if not, why in words.
func judge(q Question, asked Asked) (why string) {
	var missed []string
	nothing := asked.By == ByNothing
	if q.Nothing && !nothing {
		missed = append(missed, "It should have said that it does not know.")
	}
	if !q.Nothing && nothing {
		missed = append(missed, "It said that it does not know.")
	}
	cites := func(what string) bool {
		return slices.ContainsFunc(asked.Citations, func(c chat.Citation) bool { return c.Source == what || c.Part == what })
	}
	switch {
	case q.Source != "" && !cites(q.Source):
		missed = append(missed, "The expected source is not cited.")
	case q.Part != "" && !cites(q.Part):
		missed = append(missed, "The expected page is not cited, but the site that it belongs to.")
	}
	if q.Phrase != "" && !says(asked.Text, q.Phrase) {
		missed = append(missed, "The expected words are not in the answer.")
	}
	return strings.Join(missed, " ")
}

// says tells whether a phrase stands in a text; case, spaces, marks of citations and how quotes are typed do not matter.
func says(text, phrase string) bool {
	return strings.Contains(plain(withoutMarks(text)), plain(phrase))
}

var typed = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "*", "", "`", "")

func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(typed.Replace(s)), unicode.IsSpace), " ")
}

// withoutMarks takes "[1]" out of a text, with the space before it.
func withoutMarks(text string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "[")
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if !found || digits == 0 || digits > 2 || len(rest) == digits || rest[digits] != ']' {
			out.WriteString(before)
			if !found {
				return out.String()
			}
			out.WriteString("[")
			text = rest
			continue
		}
		out.WriteString(strings.TrimRight(before, " "))
		text = rest[digits+1:]
	}
}
