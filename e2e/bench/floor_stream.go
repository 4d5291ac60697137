package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/coder/websocket"
)

// ask begins an answer of the model.
func ask(ctx context.Context, model, question string) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{
		"model": "scripted", "stream": true, "messages": []map[string]string{{"role": "user", "content": question}},
	})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, model+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the model: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("ask the model: %s", response.Status)
	}
	return response, nil
}

// stream forwards an answer of the model as it comes: a frame has all the words that have come.
func (c *floorConn) stream(ctx context.Context, question string) error {
	response, err := ask(ctx, c.model, question)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var text, frame []byte
	shown := 0
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadSlice('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("read the model's answer: %w", err)
		}
		text = append(text, content(line)...)
		if len(text) > shown && (lines.Buffered() == 0 || len(text)-shown >= frameAtMost || err != nil) {
			frame = fmt.Appendf(frame[:0], `{"type":"message.delta","data":{"message":"msg_floor","index":%d,"text":"%s"}}`, shown, text[shown:])
			if err := c.ws.Write(ctx, websocket.MessageText, frame); err != nil {
				return err
			}
			shown = len(text)
		}
		if err != nil {
			break
		}
	}
	return c.write(ctx, `{"seq":2,"type":"message.completed","data":{"message":"msg_floor","text":"%s"}}`, text)
}

// frameAtMost is how many bytes of an answer one frame brings.
const frameAtMost = 4 << 10

// content is the text of an event of the model, as it stands in its JSON.
func content(event []byte) []byte {
	_, rest, found := bytes.Cut(event, []byte(`"content":"`))
	if !found {
		return nil
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			return rest[:i]
		}
	}
	return nil
}
