package extract

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Pair is a question and its answer.
type Pair struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// FormatFAQ is how pairs are kept as an original of type FAQ.
func FormatFAQ(pairs []Pair) ([]byte, error) {
	data, err := json.Marshal(pairs)
	if err != nil {
		return nil, fmt.Errorf("format questions and answers: %w", err)
	}
	return data, nil
}

func faq(ctx context.Context, data []byte) (text, error) {
	var pairs []Pair
	if err := json.Unmarshal(data, &pairs); err != nil {
		return text{}, ErrBroken.Because(err)
	}
	var o outline
	for _, p := range pairs {
		pair(&o, p.Question, p.Answer)
	}
	return text{blocks: o.finish()}, o.check(ctx)
}

// verbatim keeps an answer as it was written: what separates its paragraphs, too.
func verbatim(answer string) string {
	var paragraphs []string
	open := ""
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(answer)) {
		if line = tidy(line); line != "" {
			open += line + "\n"
			continue
		}
		if open != "" {
			paragraphs = append(paragraphs, strings.TrimSuffix(open, "\n"))
		}
		open = ""
	}
	return strings.Join(append(paragraphs, strings.TrimSuffix(open, "\n")), "\n\n")
}

// pair adds an answer under its question.
func pair(o *outline, question, answer string) {
	o.close(0)
	if tidy(answer) == "" {
		return
	}
	o.heading(1, question)
	o.add(Answer, answer)
}
