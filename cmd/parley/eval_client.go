package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/knowledge/measure"
)

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
		_ = response.Body.Close()
		switch {
		case err != nil:
			return fmt.Errorf("read the answer of %s: %w", path, err)
		case response.StatusCode == http.StatusTooManyRequests && attempt < evalPatience:
			seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
			if err != nil {
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
