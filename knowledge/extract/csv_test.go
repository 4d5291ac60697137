package extract

import (
	"slices"
	"strings"
	"testing"
)

func TestTablesAreRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data string
		want []string
	}{
		"questions and answers":       {"Question,Answer\n\"Ship abroad?\",\"Yes, we do.\"\n", []string{"Ship abroad?: Yes, we do."}},
		"in another order, with more": {"id;Antwort;Frage\n1;\"Ja; gern.\";Geht das?\n2;;Und das?\n", []string{"Geht das?: Ja; gern."}},
		"two columns that ask":        {"Is it free?,Yes\nIs it good?,Very\n", []string{"Is it free?: Yes", "Is it good?: Very"}},
		"something else": {"Plan,Price,Note\nSolo,9,\n\nTeam,29,\"for \"\"all\"\"\"\n", []string{
			": Plan: Solo; Price: 9", `: Plan: Team; Price: 29; Note: for "all"`,
		}},
		"more cells than names":   {"a,b\n1,2,3\n", []string{": a: 1; b: 2; 3"}},
		"tabs":                    {"Question\tAnswer\nQ\tA, b\n", []string{"Q: A, b"}},
		"one line":                {"just,one,line\n", []string{": just | one | line"}},
		"a quote that never ends": {"a,b\n\"1,2\n", []string{": a: 1,2"}},
		"a quote as a character":  {"a\tb\n1\t\"2\" wide\n2\t\"3\" too\n" + strings.Repeat("x\ty\n", 12), append([]string{`: a: 1; b: "2" wide`, `: a: 2; b: "3" too`}, slices.Repeat([]string{": a: x; b: y"}, 12)...)},
		"nothing":                 {",,\n\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, CSV, []byte(c.data))
			equal(t, got, c.want...)
		})
	}
}
