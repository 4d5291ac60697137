package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	failing string
}

func (s *evalServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := func(status int, body any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	if r.URL.Path != "/api/v1/auth/register" && r.Header.Get("Authorization") != "Bearer secret" {
		answer(http.StatusUnauthorized, nil)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	switch {
	case path == "/auth/register":
		answer(http.StatusCreated, map[string]string{"access_token": "secret"})
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
				found = append(found, map[string]string{"source": id}, map[string]string{"source": id})
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

func TestEvalMeasuresThroughTheAPI(t *testing.T) {
	t.Parallel()
	server := &evalServer{texts: map[string]string{}, looks: map[string]int{}, busy: true}
	web := httptest.NewServer(server)
	defer web.Close()
	var out bytes.Buffer
	err := evaluate(t.Context(), web.URL, evalData(t), []evalSet{
		{"texts", corpusOf("texts"), "texts", measure.Figures{NDCG: 0.9}},
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	// One of two questions finds its document, first.
	if got := out.String(); !strings.Contains(got, "texts          2          2    0.500        0.900      0.500") ||
		!strings.Contains(got, `"figures":{"ndcg_10":0.5,"recall_10":0.5,"hit_5":0.5}`) {
		t.Errorf("printed\n%s", got)
	}
}

func TestEvalUploadsFilesNamedByTheirPath(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(&evalServer{texts: map[string]string{}, looks: map[string]int{}})
	defer web.Close()
	var out bytes.Buffer
	if err := evaluate(t.Context(), web.URL, evalData(t), []evalSet{{"files", filesOf("files"), "questions", measure.Figures{}}}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"ndcg_10":1,`) {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestEvalSaysWhichDocumentCannotBeRead(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(&evalServer{texts: map[string]string{}, looks: map[string]int{}, failing: "This file is damaged."})
	defer web.Close()
	err := evaluate(context.Background(), web.URL, evalData(t), []evalSet{{"files", filesOf("files"), "questions", measure.Figures{}}}, io.Discard)
	if err == nil || err.Error() != "measure files: read deep/page.md: This file is damaged." {
		t.Errorf("error %v", err)
	}
}
