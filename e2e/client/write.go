package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Write sends a message until it is known whether it was accepted: one for which storage is away is sent again.
func (c *Clerk) Write(ctx context.Context, conversation, clientID, text string) (Told, error) {
	data := map[string]any{"conversation": conversation, "client_id": clientID, "text": text}
	return insist(ctx, func() (Told, error) { return c.Do(ctx, "message.send", data) })
}

// Post is Write over REST.
func (c *Clerk) Post(ctx context.Context, conversation, clientID, text string) (Told, error) {
	body, err := json.Marshal(map[string]any{"client_id": clientID, "text": text})
	if err != nil {
		return Told{}, err
	}
	return insist(ctx, func() (Told, error) {
		api := strings.TrimSuffix("http"+strings.TrimPrefix(anyOf(c.at.URL, c.at.Others), "ws"), "/socket")
		return c.post(ctx, api+"/conversations/"+conversation+"/messages", body)
	})
}

// insist sends again what got no answer, or what storage was away for.
func insist(ctx context.Context, send func() (Told, error)) (Told, error) {
	first := time.Now()
	for {
		told, err := send()
		told.First = first
		if !errors.Is(err, errCut) && (err != nil || told.Refusal == nil || told.Refusal.Code != "unavailable") {
			return told, err
		}
		select {
		case <-time.After(retryPause):
		case <-ctx.Done():
			return told, ctx.Err()
		}
	}
}

// posting bounds a request over REST: storage that is away is waited for for 10 s.
const posting = 15 * time.Second

// post sends one request. One that broke off is errCut.
func (c *Clerk) post(ctx context.Context, url string, body []byte) (told Told, err error) {
	ctx, cancel := context.WithTimeout(ctx, posting)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return told, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token())
	request.Header.Set("Content-Type", "application/json")
	told.Asked = time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return told, fmt.Errorf("%w: %w", errCut, err)
	}
	defer response.Body.Close()
	var reply struct {
		Receipt
		Code   string
		Detail string
	}
	err = json.NewDecoder(response.Body).Decode(&reply)
	told.At = time.Now()
	switch {
	case response.StatusCode == http.StatusServiceUnavailable: // storage is away, or the process has just begun
		return told, errCut
	case err != nil:
		return told, fmt.Errorf("%w: %w", errCut, err)
	case response.StatusCode != http.StatusCreated:
		told.Refusal = &RefusedTo{Refused: Refused{Code: reply.Code}, Message: reply.Detail}
	}
	told.Receipt = reply.Receipt
	return told, nil
}
