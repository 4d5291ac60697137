package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"parley/knowledge/measure"
)

// EvalCmd measures retrieval as a client sees it: it uploads documents and
// asks questions over the public API, and nothing else.
type EvalCmd struct {
	Folder string `arg:"" optional:"" help:"Folder of retrieval sets."`
	Data   string `help:"The same, as a flag." placeholder:"DIR"`
	URL    string `help:"A running server. Without it, one is started for the occasion." placeholder:"http://127.0.0.1:8080"`
}

// startEmbedded starts a server of its own, on a free port with an empty folder, and returns how to stop it.
var startEmbedded func(ctx context.Context) (url string, stop func(), err error)

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
	data := c.Data
	if data == "" {
		data = c.Folder
	}
	if data == "" {
		return errors.New("which data? name a folder with ir/ and helpcentre-plausible/")
	}
	url := strings.TrimRight(c.URL, "/")
	if url == "" {
		if startEmbedded == nil {
			return errors.New("name a running server with --url")
		}
		started, stop, err := startEmbedded(ctx)
		if err != nil {
			return fmt.Errorf("start a server: %w", err)
		}
		defer stop()
		url = started
	}
	return evaluate(ctx, url, data, evalSets, os.Stdout)
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

// evalClient speaks the REST API.
type evalClient struct {
	url, token string
	http       *http.Client
}

func (c *evalClient) register(ctx context.Context) error {
	name := strings.ToLower(rand.Text())
	var session struct {
		Token string `json:"access_token"`
	}
	err := c.post(ctx, "/auth/register", map[string]string{
		"email": "eval-" + name + "@example.com", "password": rand.Text(), "company": "Evaluation",
	}, &session)
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	c.token = session.Token
	return nil
}

// evalAtOnce is how many documents are uploaded at the same time.
const evalAtOnce = 4

// evalPassages is how many passages are asked for: enough to hold ten documents.
const evalPassages = 100

func (c *evalClient) measure(ctx context.Context, set evalSet, data string) (evalResult, error) {
	documents, err := set.documents(data)
	if err != nil {
		return evalResult{}, err
	}
	questions, judged, err := measure.Questions(filepath.Join(data, set.questions))
	if err != nil {
		return evalResult{}, err
	}
	var bot struct {
		ID string `json:"id"`
	}
	if err := c.post(ctx, "/bots", map[string]string{"name": set.name}, &bot); err != nil {
		return evalResult{}, fmt.Errorf("create bot: %w", err)
	}
	begun := time.Now()
	names, err := c.upload(ctx, bot.ID, documents)
	if err != nil {
		return evalResult{}, err
	}
	reading := time.Since(begun)
	var figures []measure.Figures
	var times []time.Duration
	for _, q := range questions {
		var found struct {
			Passages []struct {
				Source string `json:"source"`
			} `json:"passages"`
		}
		asked := time.Now()
		if err := c.post(ctx, "/bots/"+bot.ID+"/search", map[string]any{"query": q.Text, "limit": evalPassages}, &found); err != nil {
			return evalResult{}, fmt.Errorf("search %s: %w", q.ID, err)
		}
		times = append(times, time.Since(asked))
		var ids []string
		for _, p := range found.Passages {
			ids = append(ids, names[p.Source])
		}
		figures = append(figures, measure.Score(measure.First(ids), judged[q.ID]))
	}
	return evalResult{
		Set: set.name, Documents: len(documents), Questions: len(questions), Figures: measure.Mean(figures), Reference: set.reference,
		Reading: reading.Seconds(), Search: measure.Median(times).Seconds() * 1000,
	}, nil
}

// upload gives the documents to the bot and waits until all are read. It returns their ids by source.
func (c *evalClient) upload(ctx context.Context, bot string, documents []evalDocument) (map[string]string, error) {
	names := map[string]string{}
	var mu sync.Mutex
	var work sync.WaitGroup
	var failed error
	slots := make(chan struct{}, evalAtOnce)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, d := range documents {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			source, err := c.add(ctx, bot, d)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && failed == nil {
				failed = fmt.Errorf("upload %s: %w", d.id, err)
				cancel() // the others have no use
			}
			names[source] = d.id
		})
	}
	work.Wait()
	if failed != nil {
		return nil, failed
	}
	for source, id := range names {
		if err := c.await(ctx, bot, source); err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
	}
	return names, nil
}

func (c *evalClient) add(ctx context.Context, bot string, d evalDocument) (string, error) {
	var source struct {
		ID string `json:"id"`
	}
	path := "/bots/" + bot + "/sources"
	if d.path == "" {
		err := c.post(ctx, path, map[string]string{"title": d.title, "text": d.text}, &source)
		return source.ID, err
	}
	content, err := os.ReadFile(d.path)
	if err != nil {
		return "", err
	}
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	file, err := parts.CreateFormFile("file", filepath.Base(d.path))
	if err != nil {
		return "", err
	}
	if _, err := file.Write(content); err != nil {
		return "", err
	}
	if err := parts.Close(); err != nil {
		return "", err
	}
	err = c.do(ctx, http.MethodPost, path, parts.FormDataContentType(), form.Bytes(), &source)
	return source.ID, err
}

// await polls until a source is read.
func (c *evalClient) await(ctx context.Context, bot, id string) error {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		var source struct {
			State string `json:"state"`
			Error string `json:"error"`
		}
		if err := c.do(ctx, http.MethodGet, "/bots/"+bot+"/sources/"+id, "", nil, &source); err != nil {
			return err
		}
		switch source.State {
		case "ready":
			return nil
		case "failed":
			return errors.New(source.Error)
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (c *evalClient) post(ctx context.Context, path string, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, path, "application/json", encoded, into)
}

// evalPatience is how often a request is repeated that the server is too busy for.
const evalPatience = 20

func (c *evalClient) do(ctx context.Context, method, path, contentType string, body []byte, into any) error {
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequestWithContext(ctx, method, c.url+"/api/v1"+path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		if contentType != "" {
			request.Header.Set("Content-Type", contentType)
		}
		if c.token != "" {
			request.Header.Set("Authorization", "Bearer "+c.token)
		}
		response, err := c.http.Do(request)
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		switch {
		case err != nil:
			return fmt.Errorf("read the answer of %s: %w", path, err)
		case response.StatusCode == http.StatusTooManyRequests && attempt < evalPatience:
			seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
			if err != nil || seconds < 1 {
				seconds = 1
			}
			if err := pause(ctx, time.Duration(seconds)*time.Second); err != nil {
				return err
			}
			continue
		case response.StatusCode >= 300:
			return fmt.Errorf("%s %s answered %d: %s", method, path, response.StatusCode, answer)
		}
		return json.Unmarshal(answer, into)
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
