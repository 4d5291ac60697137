package flood

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/coder/websocket"
)

// get asks the API for something; the answer is thrown away.
func (h *house) get(ctx context.Context, client *http.Client, token, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL()+"/api/v1/"+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusTooManyRequests {
		var problem struct{ Code string }
		_ = json.NewDecoder(response.Body).Decode(&problem)
		after, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return &refused{problem.Code, after}
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return nil
}

// knock connects, says nothing, and keeps the connection until ctx ends.
func (h *house) knock(ctx context.Context, client *http.Client) error {
	ws, response, err := websocket.Dial(ctx, "ws://"+h.server.Address+"/api/v1/socket", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"Origin": {page}}, Subprotocols: []string{"parley.v1"},
	})
	if err == nil {
		context.AfterFunc(ctx, func() { _ = ws.CloseNow() })
		return nil
	}
	if response != nil && response.StatusCode == http.StatusTooManyRequests {
		after, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return &refused{"rate_limited", after}
	}
	return err
}
