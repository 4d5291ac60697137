package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

// stream forwards an answer of the model as it comes.
func (f *floor) stream(ctx context.Context, ws *websocket.Conn, question string) error {
	response, err := ask(ctx, f.model, question)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var text, frame []byte
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		delta := content(lines.Bytes())
		if len(delta) == 0 {
			continue
		}
		frame = fmt.Appendf(frame[:0], `{"type":"message.delta","data":{"message":"msg_floor","index":%d,"text":"%s"}}`, len(text), delta)
		if err := ws.Write(ctx, websocket.MessageText, frame); err != nil {
			return err
		}
		text = append(text, delta...)
	}
	return ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"seq":2,"type":"message.completed","data":{"message":"msg_floor","text":"%s"}}`, text))
}

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
