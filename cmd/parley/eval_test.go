package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"parley/knowledge/measure"
)

// evalServer answers the API that eval speaks. Each source is read at the
// second look, and a search finds the sources that contain the query, twice each.
type evalServer struct {
	mu      sync.Mutex
	texts   map[string]string
	looks   map[string]int
	busy    bool // the next search is refused
	expired bool // the token is, until somebody signs in again
	failing string
}

func (s *evalServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := func(status int, body any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	if !strings.HasPrefix(r.URL.Path, "/api/v1/auth/") && (r.Header.Get("Authorization") != "Bearer secret" || s.expired) {
		answer(http.StatusUnauthorized, nil)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	switch {
	case path == "/auth/register":
		answer(http.StatusCreated, map[string]string{"access_token": "secret"})
	case path == "/auth/login":
		s.expired = false
		answer(http.StatusOK, map[string]string{"access_token": "secret"})
	case path == "/bots":
		answer(http.StatusCreated, map[string]string{"id": "bot_1"})
	case path == "/bots/bot_1/sources":
		id := fmt.Sprintf("src_%d", len(s.texts))
		if file, _, err := r.FormFile("file"); err == nil {
			text, _ := io.ReadAll(file)
			s.texts[id] = string(text)
		} else {
			var body struct{ Text string }
			_ = json.NewDecoder(r.Body).Decode(&body)
			s.texts[id] = body.Text
		}
		answer(http.StatusAccepted, map[string]string{"id": id, "state": "queued"})
	case strings.HasPrefix(path, "/bots/bot_1/sources/"):
		id := strings.TrimPrefix(path, "/bots/bot_1/sources/")
		s.looks[id]++
		switch {
		case s.failing != "":
			answer(http.StatusOK, map[string]string{"id": id, "state": "failed", "error": s.failing})
		case s.looks[id] > 1:
			answer(http.StatusOK, map[string]string{"id": id, "state": "ready"})
		default:
			answer(http.StatusOK, map[string]string{"id": id, "state": "reading"})
		}
	case path == "/bots/bot_1/answers":
		var body struct{ Text string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		citations := []string{}
		for id, text := range s.texts {
			if strings.Contains(text, body.Text) {
				citations = append(citations, id)
			}
		}
		answer(http.StatusOK, map[string]any{"text": "So it is.", "citations": citations})
	case path == "/bots/bot_1/search":
		if s.busy {
			s.busy = false
			w.Header().Set("Retry-After", "0")
			answer(http.StatusTooManyRequests, nil)
			return
		}
		var body struct{ Query string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		var found []map[string]string
		for id, text := range s.texts {
			if strings.Contains(text, body.Query) {
				found = append(found, map[string]string{"source": id, "text": text}, map[string]string{"source": id, "text": text})
			}
		}
		answer(http.StatusOK, map[string]any{"passages": found})
	default:
		answer(http.StatusNotFound, nil)
	}
}

func evalData(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"texts/corpus.jsonl":      `{"_id":"d1","title":"One","text":"apples"}` + "\n" + `{"_id":"d2","title":"Two","text":"pears"}` + "\n",
		"texts/queries.jsonl":     `{"_id":"q1","text":"apples"}` + "\n" + `{"_id":"q2","text":"plums"}` + "\n",
		"texts/qrels.tsv":         "q\td\ts\nq1\td1\t1\nq2\td2\t1\n",
		"files/deep/page.md":      "plums",
		"questions/qrels.tsv":     "q\td\ts\nq1\tdeep/page.md\t1\n",
		"questions/queries.jsonl": `{"_id":"q1","text":"plums"}` + "\n",

		"spans/documents/fruit.md": "plums are sweet",
		"spans/questions.jsonl": `{"_id":"s1","question":"plums","document":"fruit.md","evidence":[{"text":"plums are sweet"}]}` + "\n" +
			`{"_id":"s2","question":"pears","document":"fruit.md","evidence":[{"text":"pears"}]}` + "\n",
		"intents/clinc150.jsonl":                   `{"text":"plums","intent":"oos"}` + "\n" + `{"text":"figs","intent":"oos"}` + "\n" + `{"text":"pay","intent":"bill"}` + "\n",
		"helpcentre-plausible/files/page.md":       "ripe plums",
		"helpcentre-plausible/pages/qrels.tsv":     "q\td\ts\nq1\tpage.md\t1\n",
		"helpcentre-plausible/pages/queries.jsonl": `{"_id":"q1","text":"ripe"}` + "\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// evaluated measures on a server of its own and returns what was printed.
func evaluated(t *testing.T, data string, server *evalServer, measures ...evalMeasure) (string, error) {
	t.Helper()
	server.texts, server.looks = map[string]string{}, map[string]int{}
	web := httptest.NewServer(server)
	defer web.Close()
	var out bytes.Buffer
	err := evaluate(t.Context(), &evalClient{url: web.URL, http: web.Client()}, data, measures, &out)
	return out.String(), err
}

func TestEvalMeasuresThroughTheAPIAndSaysWhatIsMissed(t *testing.T) {
	t.Parallel()
	texts := ranking{documents: corpusOf("texts"), questions: "texts", reference: measure.Figures{NDCG: 0.9}, goal: measure.Figures{NDCG: 0.6, Hit: 0.5}}
	got, err := evaluated(t, evalData(t), &evalServer{busy: true}, evalMeasure{"texts", texts.measure})
	if err != nil {
		t.Fatal(err)
	}
	// One of two questions finds its document, first.
	for _, want := range []string{
		"nDCG@10    0.500  0.900      ≥ 0.600 missed", "hit@5      0.500             ≥ 0.500  ",
		"missed: texts: nDCG@10 is 0.500, the goal ≥ 0.600\n", `{"name":"nDCG@10","value":0.5,"reference":0.9,"at_least":0.6}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Count(got, "missed: ") != 1 {
		t.Errorf("printed\n%s", got)
	}
}

func TestEvalUploadsFilesNamedByTheirPath(t *testing.T) {
	t.Parallel()
	files := ranking{documents: filesOf("files"), questions: "questions"}
	got, err := evaluated(t, evalData(t), &evalServer{expired: true}, evalMeasure{"files", files.measure})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, `{"name":"nDCG@10","value":1}`) || !strings.Contains(got, "All goals are reached.") {
		t.Errorf("printed\n%s", got)
	}
}

func TestEvalMeasuresEvidenceAndAbstention(t *testing.T) {
	t.Parallel()
	got, err := evaluated(t, evalData(t), &evalServer{}, evalMeasure{"spans", measureSpans}, evalMeasure{"abstention", measureAbstention})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		// One of two questions finds all its evidence, in 15 characters.
		`{"name":"recall of evidence","value":0.5,`, `{"name":"characters each","value":15}`,
		`{"name":"others' answered","value":0.5,"at_most":0.05}`, `{"name":"own refused","value":0,"at_most":0.1}`,
		"missed: abstention: others' answered is 0.500, the goal ≤ 0.050", "abstention: an answer with a citation is one given with confidence, which takes 0.64",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestEvalSaysWhichSetIsNotThere(t *testing.T) {
	t.Parallel()
	got, err := evaluated(t, t.TempDir(), &evalServer{}, evalMeasures()...)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(got, ": not in this folder") != len(evalMeasures()) {
		t.Errorf("printed\n%s", got)
	}
}

func TestTheReferenceOfSpansIsThatOfTheSameSize(t *testing.T) {
	t.Parallel()
	for size, want := range map[float64][2]float64{400: {0.703, 0.098}, 1000: {0.89, 0.0502}, 1200: {0.917, 0.043}, 1300: {0.9305, 52.3 / 1300}} {
		recall, precision := spansReference(size)
		if math.Abs(recall-want[0]) > 1e-9 || math.Abs(precision-want[1]) > 1e-9 {
			t.Errorf("%.0f: %.4f, %.4f", size, recall, precision)
		}
	}
}

func TestEvalSaysWhichDocumentCannotBeRead(t *testing.T) {
	t.Parallel()
	files := ranking{documents: filesOf("files"), questions: "questions"}
	_, err := evaluated(t, evalData(t), &evalServer{failing: "This file is damaged."}, evalMeasure{"files", files.measure})
	if err == nil || err.Error() != "measure files: read deep/page.md: This file is damaged." {
		t.Errorf("error %v", err)
	}
}
