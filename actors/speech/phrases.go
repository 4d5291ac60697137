package speech

import (
	_ "embed"
	"fmt"
	"strings"
)

// Phrases are what is said without a model, in one language.
type Phrases struct {
	NotFound string // nothing in the knowledge answers the question
	Offer    string // asks whether a person is wished for
	Greeting string
	Thanks   string // the answer to them
	Goodbye  string
	Robot    string // that no person speaks
	Fine     string // the answer to "ok"
	Well     string // the answer to "how are you"
}

//go:embed phrases.tsv
var phraseTable string

var phrases = func() map[string]Phrases {
	table := map[string]Phrases{}
	for line := range strings.Lines(phraseTable) {
		p := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(p) != 9 {
			panic(fmt.Sprintf("speech: phrases.tsv has a line of %d columns: %q", len(p), line))
		}
		table[p[0]] = Phrases{p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]}
	}
	return table
}()

// In returns the phrases of a language, a BCP 47 tag; English where there are none.
func In(language string) Phrases {
	if p, known := phrases[Base(language)]; known {
		return p
	}
	return phrases["en"]
}

// Reply is what is said to small talk without a model.
func (p Phrases) Reply(talk Talk) string {
	switch talk {
	case Goodbye:
		return p.Goodbye
	case Thanks:
		return p.Thanks
	case Robot:
		return p.Robot
	case HowAreYou:
		return p.Well
	case Agreed:
		return p.Fine
	default:
		return p.Greeting
	}
}
