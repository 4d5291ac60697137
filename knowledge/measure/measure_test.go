package measure_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/knowledge/measure"
)

func TestFiguresOfOneQuestion(t *testing.T) {
	t.Parallel()
	second := 1 / math.Log2(3)
	for name, c := range map[string]struct {
		ranked []string
		judged measure.Judgements
		want   measure.Figures
	}{
		"the only right one stands first":   {[]string{"a", "b"}, measure.Judgements{"a": 1}, measure.Figures{NDCG: 1, Recall: 1, Hit: 1}},
		"it stands second":                  {[]string{"b", "a"}, measure.Judgements{"a": 1}, measure.Figures{NDCG: second, Recall: 1, Hit: 1}},
		"it stands sixth: no hit in five":   {[]string{"1", "2", "3", "4", "5", "a"}, measure.Judgements{"a": 1}, measure.Figures{NDCG: 1 / math.Log2(7), Recall: 1}},
		"it stands eleventh: not at all":    {[]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "a"}, measure.Judgements{"a": 1}, measure.Figures{}},
		"one of two was found":              {[]string{"a"}, measure.Judgements{"a": 1, "b": 1}, measure.Figures{NDCG: 1 / (1 + second), Recall: 0.5, Hit: 1}},
		"the better one should stand first": {[]string{"b", "a"}, measure.Judgements{"a": 2, "b": 1}, measure.Figures{NDCG: (1 + 2*second) / (2 + second), Recall: 1, Hit: 1}},
		"nothing was found":                 {nil, measure.Judgements{"a": 1}, measure.Figures{}},
		"nothing is right":                  {[]string{"a"}, nil, measure.Figures{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, measure.Score(c.ranked, c.judged), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMeanIsOverQuestions(t *testing.T) {
	t.Parallel()
	got := measure.Mean([]measure.Figures{{NDCG: 1, Recall: 1, Hit: 1}, {NDCG: 0.5, Recall: 0, Hit: 0}})
	if want := (measure.Figures{NDCG: 0.75, Recall: 0.5, Hit: 0.5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := measure.Mean(nil); got != (measure.Figures{}) {
		t.Errorf("of none: %+v", got)
	}
}

func TestADocumentRanksWhereItIsFirstSeen(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"b", "a", "c"}, measure.First([]string{"b", "a", "b", "c", "a"})); diff != "" {
		t.Error(diff)
	}
}

func TestASetIsReadWithTheQuestionsThatAreJudged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"corpus.jsonl":  `{"_id":"d1","title":"T","text":"x"}` + "\n",
		"queries.jsonl": `{"_id":"q1","text":"?"}` + "\n" + `{"_id":"q2","text":"never judged"}` + "\n",
		"qrels.tsv":     "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	documents, err := measure.Documents(dir)
	if diff := cmp.Diff([]measure.Document{{ID: "d1", Title: "T", Text: "x"}}, documents); err != nil || diff != "" {
		t.Error(err, diff)
	}
	questions, judged, err := measure.Questions(dir)
	if diff := cmp.Diff([]measure.Question{{ID: "q1", Text: "?"}}, questions); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if diff := cmp.Diff(map[string]measure.Judgements{"q1": {"d1": 2}}, judged); diff != "" {
		t.Error(diff)
	}
}

func TestABadSetSaysWhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := measure.Documents(dir); err == nil {
		t.Error("a missing corpus was read")
	}
	for name, content := range map[string]string{"queries.jsonl": "{}\n", "qrels.tsv": "head\nq1\td1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := measure.Questions(dir); err == nil || err.Error() != filepath.Join(dir, "qrels.tsv")+":2: 2 columns instead of 3" {
		t.Errorf("error %v", err)
	}
}
