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
	"sync/atomic"
	"time"
)

// evalClient speaks the REST API.
type evalClient struct {
	url             string
	http            *http.Client
	email, password string
	token           atomic.Pointer[string]
	embeds          bool // what is read is waited for until it has vectors
}

func (c *evalClient) register(ctx context.Context) error {
	c.email, c.password = "eval-"+strings.ToLower(rand.Text())+"@example.com", rand.Text()
	err := c.signIn(ctx, "/auth/register", map[string]string{"email": c.email, "password": c.password, "company": "Evaluation"})
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	return nil
}

// signIn takes over the token that a request of it is answered with.
func (c *evalClient) signIn(ctx context.Context, path string, body map[string]string) error {
	var session struct {
		Token string `json:"access_token"`
	}
	if err := c.post(ctx, path, body, &session); err != nil {
		return err
	}
	c.token.Store(&session.Token)
	return nil
}

// again signs in where a token has expired: measuring may take longer than one is valid.
func (c *evalClient) again(ctx context.Context) error {
	if err := c.signIn(ctx, "/auth/login", map[string]string{"email": c.email, "password": c.password}); err != nil {
		return fmt.Errorf("sign in again: %w", err)
	}
	return nil
}

// evalAtOnce is how many documents are uploaded at the same time.
const evalAtOnce = 4

// know makes a bot that knows the documents. It returns its id, their ids by source, and how long it took.
func (c *evalClient) know(ctx context.Context, name string, documents []evalDocument) (bot string, names map[string]string, took time.Duration, err error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := c.post(ctx, "/bots", map[string]string{"name": name}, &made); err != nil {
		return "", nil, 0, fmt.Errorf("create bot: %w", err)
	}
	begun := time.Now()
	names, err = c.upload(ctx, made.ID, documents)
	return made.ID, names, time.Since(begun), err
}

// evalFound is a passage that a search returned.
type evalFound struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

func (c *evalClient) search(ctx context.Context, bot, query string, limit int) ([]evalFound, error) {
	var found struct {
		Passages []evalFound `json:"passages"`
	}
	err := c.post(ctx, "/bots/"+bot+"/search", map[string]any{"query": query, "limit": limit}, &found)
	return found.Passages, err
}

// answered tells whether the bot answers a question from what it knows: with a citation.
func (c *evalClient) answered(ctx context.Context, bot, question string) (bool, error) {
	var answer struct {
		Citations []json.RawMessage `json:"citations"`
	}
	err := c.post(ctx, "/bots/"+bot+"/answers", map[string]string{"text": question}, &answer)
	var refused *evalRefused
	if errors.As(err, &refused) && refused.status == http.StatusConflict {
		return false, nil // whoever asks for a person gets one
	}
	return len(answer.Citations) > 0, err
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

// await polls until a source is read, and embedded if it is to be.
func (c *evalClient) await(ctx context.Context, bot, id string) error {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		var source struct {
			State    string `json:"state"`
			Error    string `json:"error"`
			Note     string `json:"note"`
			Passages int    `json:"passages"`
			Embedded int    `json:"embedded"`
		}
		if err := c.do(ctx, http.MethodGet, "/bots/"+bot+"/sources/"+id, "", nil, &source); err != nil {
			return err
		}
		switch {
		case source.State == "failed":
			return errors.New(source.Error)
		case source.State == "ready" && (!c.embeds || source.Embedded >= source.Passages):
			return nil
		case c.embeds && strings.Contains(source.Note, "Search by meaning"):
			return errors.New(source.Note)
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

// evalRefused is an answer that is an error.
type evalRefused struct {
	method, path string
	status       int
	body         string
}

func (r *evalRefused) Error() string {
	return fmt.Sprintf("%s %s answered %d: %s", r.method, r.path, r.status, r.body)
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
		if token := c.token.Load(); token != nil {
			request.Header.Set("Authorization", "Bearer "+*token)
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
		case response.StatusCode == http.StatusUnauthorized && attempt == 1 && !strings.HasPrefix(path, "/auth/"):
			if err := c.again(ctx); err != nil {
				return err
			}
			continue
		case response.StatusCode >= 300:
			return &evalRefused{method, path, response.StatusCode, string(answer)}
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
