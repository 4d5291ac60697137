package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Caller asks bots over REST, as another program of the business does: until there is an answer, each time at any of
// the nodes. Use it from any goroutine.
type Caller struct {
	URLs  []string // http://host:port
	Token func() string
	Tries time.Duration // how long one request may take
}

// Reply is what became of a question that was asked over REST.
type Reply struct {
	ClientID     string
	Question     string
	Conversation string
	Message      string
	Text         string
	Refusal      string // the code of a refusal that is final
	Tries        int
}

// Ask asks until it is known what became of it.
func (c *Caller) Ask(ctx context.Context, bot, clientID, text string) (Reply, error) {
	reply := Reply{ClientID: clientID, Question: text}
	body, err := json.Marshal(map[string]any{"text": text, "client_id": clientID})
	if err != nil {
		return reply, err
	}
	for {
		reply.Tries++
		known, err := c.try(ctx, bot, body, &reply)
		if known || err != nil {
			return reply, err
		}
		select {
		case <-time.After(retryPause):
		case <-ctx.Done():
			return reply, ctx.Err()
		}
	}
}

// try sends one request; known: it told what became of the question. An error is that of ctx.
func (c *Caller) try(ctx context.Context, bot string, body []byte, reply *Reply) (known bool, err error) {
	limited, cancel := context.WithTimeout(ctx, c.Tries)
	defer cancel()
	url := anyOf(c.URLs[0], c.URLs[1:]) + "/api/v1/bots/" + bot + "/answers"
	request, err := http.NewRequestWithContext(limited, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token())
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, ctx.Err()
	}
	defer response.Body.Close()
	var said struct {
		Conversation, Message, Text string
		Code                        string
	}
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		return false, ctx.Err()
	}
	switch {
	case response.StatusCode == http.StatusOK:
		reply.Conversation, reply.Message, reply.Text = said.Conversation, said.Message, said.Text
		return true, nil
	case said.Code == answerFailed:
		reply.Refusal = said.Code
		return true, nil
	case response.StatusCode >= http.StatusInternalServerError:
		return false, ctx.Err()
	default:
		return false, errors.New("POST answers: " + response.Status + " " + said.Code)
	}
}

// answerFailed is the code of an answer that could not be written, which the log says too.
const answerFailed = "answer_failed"
