package improve

import (
	"strings"
	"testing"
	"time"

	"parley/chat"
	"parley/knowledge"
)

var given = []knowledge.Source{{ID: "src_1", Title: "Refunds"}, {ID: "src_2", Title: "shop.example", URL: "https://shop.example/docs"}}

func TestQuestionsAreReadFromATable(t *testing.T) {
	t.Parallel()
	want := []Question{
		{Text: "How long, roughly?", Source: "src_1", Phrase: `"two" weeks`},
		{Text: "Where?", Source: "src_2"},
		{Text: "Who won?", Nothing: true},
	}
	for name, table := range map[string]string{
		"commas":        "question,source,phrase,nothing\n\"How long,\n roughly?\",refunds,\"\"\"two\"\"  weeks\",\nWhere?,https://shop.example/docs,,no\n\nWho won?,,,yes\n",
		"semicolons":    "\ufeffNothing;Phrase;Question;Source\n;\"\"\"two\"\" weeks\";How long, roughly?;src_1\n;;Where?;Shop.example\nx;;Who won?;\n",
		"tabs":          "question\tsource\tphrase\tnothing\r\nHow long, roughly?\tRefunds\t\"\"\"two\"\" weeks\"\t\r\nWhere?\tsrc_2\r\nWho won?\t\t\t1",
		"without names": "\"How long, roughly?\",Refunds,\"\"\"two\"\" weeks\"\nWhere?,src_2\nWho won?,,,true\n",
	} {
		got, err := ReadQuestions(table, given)
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: question %d is %+v, want %+v", name, i, got[i], want[i])
			}
		}
	}
}

func TestATableThatIsNotGoodIsRefusedByItsLine(t *testing.T) {
	t.Parallel()
	for table, words := range map[string]string{
		"":                             "There is no question in this file.",
		"question,phrase\n":            "There is no question in this file.",
		"question,phrase\na,b\nWhat?,": "Line 3: Say what is expected: a source, words of the answer, or that the bot does not know.",
		"question,phrase\n,b":          "Line 2: A test needs a question.",
		"question,source\nWhat?,Other": `Line 2: there is no source called "Other".`,
		"question,nothing\nWhat?,soon": `Line 2: "soon" should be yes or no.`,
		"What?,,\xff":                  "This file is not in UTF-8. Save it as “CSV UTF-8” and try again.",
		"question,source,nothing\nWhat?,Refunds,yes":                         "Line 2: A bot that says that it does not know cites nothing: expect either that or a source.",
		"question,phrase\n" + strings.Repeat("x", maxText+1) + ",b":          "Line 2: A test question may have 2000 characters at most.",
		"question,phrase\nWhat?," + strings.Repeat("x", maxPhrase+1):         "Line 2: The words that are expected may have 500 characters at most.",
		"question,phrase\n" + strings.Repeat("What?,this\n", MaxQuestions+1): "A bot can have 500 test questions at most. Delete some first.",
	} {
		_, err := ReadQuestions(table, given)
		if err == nil || chat.AsError(err).Message != words {
			t.Errorf("%.60q: %v, want %s", table, err, words)
		}
	}
}

func FuzzQuestionsOfATableAreGoodOrRefused(f *testing.F) {
	f.Add("question,source,phrase\nWhat?,Refunds,this")
	f.Add("a;b\n\"")
	f.Fuzz(func(t *testing.T, table string) {
		questions, err := ReadQuestions(table, given)
		if err != nil && chat.AsError(err).Kind == chat.Internal {
			t.Error(err)
		}
		for _, q := range questions {
			if clean, err := q.Clean(); err != nil || clean != q {
				t.Errorf("%+v: %v", q, err)
			}
		}
	})
}

func TestImportedQuestionsChangeThoseThatAreThere(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	have := []Question{{ID: "tst_1", Text: "How long?", Phrase: "14 days", At: at}, {ID: "tst_2", Text: "Where?", Phrase: "Oslo", At: at}}
	merged := Merge(have, []Question{{Text: "how long", Phrase: "30 days"}, {Text: "Who?", Nothing: true}, {Text: "Who?", Phrase: "me"}})
	if len(merged.All) != 3 || len(merged.Save) != 2 || merged.All[0] != (Question{ID: "tst_1", Text: "how long", Phrase: "30 days", At: at}) || merged.All[1] != have[1] ||
		merged.All[2].Phrase != "me" || merged.All[2].Nothing || !chat.ValidID(chat.TestPrefix, merged.All[2].ID) || merged.Save[1] != merged.All[2] {
		t.Errorf("%+v", merged)
	}
	if have[0].Phrase != "14 days" {
		t.Error("what was there was changed in place")
	}
}
