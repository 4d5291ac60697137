package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"parley/knowledge/measure"
)

// EvalCmd measures retrieval as a client sees it: it uploads documents and
// asks questions over the public API, and nothing else.
type EvalCmd struct {
	Data string `arg:"" help:"Folder of retrieval sets, with ir/ and helpcentre-plausible/." type:"existingdir"`
	URL  string `help:"A running server. Without it, one is started for the occasion." placeholder:"http://127.0.0.1:8080"`
}

// evalSet is documents with questions about them. The reference figures are of a
// plain BM25 (k1 1.2, b 0.75, Porter's stemmer) on the same set.
type evalSet struct {
	name      string
	documents func(data string) ([]evalDocument, error)
	questions string // folder below data
	reference measure.Figures
}

// evalDocument is uploaded as a file if it has a path, or else as a text.
type evalDocument struct {
	id, path, title, text string
}

var evalSets = []evalSet{
	{"claude-docs", corpusOf("ir/claude-docs"), "ir/claude-docs", measure.Figures{NDCG: 0.707, Recall: 0.805, Hit: 0.93}},
	{"helpcentre", filesOf("helpcentre-plausible/files"), "helpcentre-plausible/pages", measure.Figures{NDCG: 0.740, Recall: 0.895, Hit: 0.816}},
}

func corpusOf(dir string) func(string) ([]evalDocument, error) {
	return func(data string) ([]evalDocument, error) {
		corpus, err := measure.Documents(filepath.Join(data, dir))
		if err != nil {
			return nil, err
		}
		var all []evalDocument
		for _, d := range corpus {
			all = append(all, evalDocument{id: d.ID, title: d.Title, text: d.Text})
		}
		return all, nil
	}
}

func filesOf(dir string) func(string) ([]evalDocument, error) {
	return func(data string) (all []evalDocument, err error) {
		root := filepath.Join(data, dir)
		err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			id, err := filepath.Rel(root, path)
			all = append(all, evalDocument{id: filepath.ToSlash(id), path: path})
			return err
		})
		return all, err
	}
}

// evalResult is what was measured on one set.
type evalResult struct {
	Set       string          `json:"set"`
	Documents int             `json:"documents"`
	Questions int             `json:"questions"`
	Figures   measure.Figures `json:"figures"`
	Reference measure.Figures `json:"reference"`
	Reading   float64         `json:"reading_seconds"`
	Search    float64         `json:"search_p50_ms"` // a request, from here and back
}

// Run measures all sets and prints a table and a line of JSON for each.
func (c *EvalCmd) Run(ctx context.Context) error {
	url := strings.TrimRight(c.URL, "/")
	if url == "" {
		started, stop, err := serveForNow(ctx)
		if err != nil {
			return fmt.Errorf("start a server: %w", err)
		}
		defer stop()
		url = started
	}
	return evaluate(ctx, url, c.Data, evalSets, os.Stdout)
}

// serveForNow starts the platform on a free port with an empty folder, whatever
// the environment says, and returns how to stop it.
func serveForNow(ctx context.Context) (url string, stop func(), err error) {
	folder, err := os.MkdirTemp("", "parley-eval-")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan string, 1), make(chan error, 1)
	command := &ServeCmd{
		Config:  Config{Addr: "127.0.0.1:0", Data: folder, Limits: "off", LimitUpload: 50 << 20},
		logger:  slog.New(slog.DiscardHandler),
		onReady: func(url string) { ready <- url },
	}
	go func() { ended <- command.Run(ctx) }()
	remove := func() {
		cancel()
		_ = os.RemoveAll(folder)
	}
	select {
	case url := <-ready:
		return url, func() {
			cancel()
			if err := <-ended; err != nil {
				fmt.Fprintln(os.Stderr, "the server that was measured ended badly:", err)
			}
			remove()
		}, nil
	case err := <-ended:
		remove()
		return "", nil, err
	}
}

func evaluate(ctx context.Context, url, data string, sets []evalSet, out io.Writer) error {
	client := &evalClient{url: url, http: &http.Client{Timeout: time.Minute}}
	if err := client.register(ctx); err != nil {
		return err
	}
	var results []evalResult
	for _, set := range sets {
		result, err := client.measure(ctx, set, data)
		if err != nil {
			return fmt.Errorf("measure %s: %w", set.name, err)
		}
		results = append(results, result)
	}
	return printResults(out, results)
}

func printResults(out io.Writer, results []evalResult) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "set\tdocuments\tquestions\tnDCG@10\t(reference)\tRecall@10\t(reference)\thit@5\t(reference)\tsearch p50\t")
	for _, r := range results {
		fmt.Fprintf(table, "%s\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f ms\t\n", r.Set, r.Documents, r.Questions,
			r.Figures.NDCG, r.Reference.NDCG, r.Figures.Recall, r.Reference.Recall, r.Figures.Hit, r.Reference.Hit, r.Search)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	for _, r := range results {
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
