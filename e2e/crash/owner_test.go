package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"parley/e2e/client"
)

// owner is a business at work over REST.
type owner struct {
	t     *testing.T
	base  string
	token string
	http  *http.Client
}

func register(t *testing.T, s *server) *owner {
	t.Helper()
	o := &owner{t: t, base: "http://" + s.address + "/api/v1/", http: &http.Client{Timeout: 30 * time.Second}}
	var account struct {
		Token string `json:"access_token"`
	}
	o.call(http.MethodPost, "auth/register", map[string]any{
		"email": marker("email") + "@shop.example", "password": "correct horse battery", "company": marker("company"), "name": marker("owner"),
	}, &account)
	o.token = account.Token
	return o
}

// call sends JSON and reads JSON; anything but a success fails the test.
func (o *owner) call(method, path string, body, into any) {
	o.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	o.send(method, path, "application/json", bytes.NewReader(raw), into)
}

func (o *owner) send(method, path, media string, body io.Reader, into any) {
	o.t.Helper()
	request, err := http.NewRequest(method, o.base+path, body)
	if err != nil {
		o.t.Fatal(err)
	}
	request.Header.Set("Content-Type", media)
	if o.token != "" {
		request.Header.Set("Authorization", "Bearer "+o.token)
	}
	response, err := o.http.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, raw, err)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			o.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

// source is as much of one as we look at; bots have an id as well.
type source struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Error string `json:"error"`
}

// makeBot makes a bot that knows a text and a file, and waits until both are
// read. model is as in its settings: "" or "extractive".
func (o *owner) makeBot(model string) string {
	o.t.Helper()
	var bot, text, file source
	o.call(http.MethodPost, "bots", map[string]any{"name": marker("bot")}, &bot)
	o.call(http.MethodPatch, "bots/"+bot.ID, map[string]any{
		"greeting": marker("greeting"), "instructions": "Speak of " + marker("instructions") + ".", "model": model,
	}, nil)
	o.call(http.MethodPost, "bots/"+bot.ID+"/sources", map[string]any{
		"title": marker("title"),
		"text": "Returns are accepted within seven days of delivery; mention " + marker("passage") + " to support. " +
			"The shop opens at nine in the morning and closes at six in the evening. " +
			"Delivery takes three working days within the country and ten abroad.",
	}, &text)

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", marker("filename")+".md")
	if err != nil {
		o.t.Fatal(err)
	}
	fmt.Fprintf(part, "# Warranty\n\nThe warranty lasts two years and covers %s as well.\n", marker("original"))
	if err := w.Close(); err != nil {
		o.t.Fatal(err)
	}
	o.send(http.MethodPost, "bots/"+bot.ID+"/sources", w.FormDataContentType(), &form, &file)

	o.awaitRead(bot.ID, text.ID)
	o.awaitRead(bot.ID, file.ID)
	return bot.ID
}

func (o *owner) awaitRead(bot, id string) {
	o.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var s source
		o.call(http.MethodGet, "bots/"+bot+"/sources/"+id, nil, &s)
		if s.State == "ready" {
			return
		}
		if s.State == "failed" || time.Now().After(deadline) {
			o.t.Fatalf("the source is %s: %s", s.State, s.Error)
		}
	}
}

// log is a conversation's log as REST tells it.
func (o *owner) log(conversation string) []client.Event {
	o.t.Helper()
	var all []client.Event
	for after := "0"; after != ""; {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		o.call(http.MethodGet, "conversations/"+conversation+"/events?after="+after, nil, &page)
		for _, raw := range page.Items {
			event, err := client.ParseEvent(raw)
			if err != nil {
				o.t.Fatalf("event of %s: %v", conversation, err)
			}
			all = append(all, event)
		}
		after = page.Next
	}
	return all
}
