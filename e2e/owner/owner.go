package owner

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/e2e/client"
)

// Owner is somebody who is signed in. Use it from one goroutine.
type Owner struct {
	Token string // a bearer

	t      testing.TB
	base   string
	http   *http.Client
	as     Registration
	signed time.Time // when the token was given out
}

// renewal is how old a token may become: it is good for fifteen minutes.
const renewal = 10 * time.Minute

// Registration is how a business introduces itself.
type Registration struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Company  string `json:"company"`
	Name     string `json:"name"`
}

// Register makes a business at the server of that URL.
func Register(t testing.TB, url string, as Registration) *Owner {
	t.Helper()
	o := &Owner{t: t, base: url + "/api/v1/", http: &http.Client{Timeout: 60 * time.Second}, as: as}
	o.enter("auth/register")
	return o
}

// enter gets a token by registering or by signing in.
func (o *Owner) enter(path string) {
	o.t.Helper()
	var account struct {
		Token string `json:"access_token"`
	}
	o.Token, o.signed = "", time.Now()
	o.Call(http.MethodPost, path, o.as, &account)
	o.Token = account.Token
}

// At is the same owner, who asks the server of another URL: another node.
func (o *Owner) At(url string) *Owner {
	there := *o
	there.base = url + "/api/v1/"
	return &there
}

// Registration is how the owner introduced themselves.
func (o *Owner) Registration() Registration { return o.as }

// Answer is what a server answered to a request, whatever it was.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem is a refusal as the API writes it.
type Problem struct {
	Status     int    `json:"status"`
	Code       string `json:"code"`
	Detail     string `json:"detail"`
	RequestID  string `json:"request_id"`
	RetryAfter int    `json:"retry_after"`
}

// Problem reads a refusal; one that is not written as such is empty.
func (a Answer) Problem() (p Problem) {
	if a.Header.Get("Content-Type") == "application/problem+json" {
		_ = json.Unmarshal(a.Body, &p)
	}
	return p
}

// Try sends a request with the owner's token. An error is the connection's.
func (o *Owner) Try(method, path, media string, body io.Reader) (Answer, error) {
	request, err := http.NewRequest(method, o.base+path, body)
	if err != nil {
		return Answer{}, err
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	return o.Do(request)
}

// Do sends a request of the caller's making with the owner's token.
func (o *Owner) Do(request *http.Request) (Answer, error) {
	if o.Token != "" {
		request.Header.Set("Authorization", "Bearer "+o.Token)
	}
	response, err := o.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header, raw}, err
}

// Call sends JSON and reads JSON into a value, if it is not nil.
func (o *Owner) Call(method, path string, body, into any) {
	o.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	o.send(method, path, "application/json", bytes.NewReader(raw), into)
}

func (o *Owner) send(method, path, media string, body io.Reader, into any) {
	o.t.Helper()
	if o.Token != "" && time.Since(o.signed) > renewal {
		o.enter("auth/login")
	}
	answer, err := o.Try(method, path, media, body)
	if err != nil || answer.Status >= 300 {
		o.t.Fatalf("%s %s: %d %s %v", method, path, answer.Status, answer.Body, err)
	}
	if into != nil {
		if err := json.Unmarshal(answer.Body, into); err != nil {
			o.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

// Hire invites somebody as an agent, has them join, and returns their access token.
func (o *Owner) Hire(as Registration) (token string) {
	o.t.Helper()
	var invited struct{ Link string }
	o.Call(http.MethodPost, "invitations", map[string]any{"email": as.Email, "role": "agent"}, &invited)
	_, secret, _ := strings.Cut(invited.Link, "#")
	var account struct {
		Token string `json:"access_token"`
	}
	o.Call(http.MethodPost, "invitations/accept", map[string]any{"token": secret, "name": as.Name, "password": as.Password}, &account)
	return account.Token
}

// Source is as much of a source as tests look at. Bots have an id as well.
type Source struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	State    string `json:"state"`
	Error    string `json:"error"`
	Passages int    `json:"passages"`
}

// MakeBot makes a bot and returns its id.
func (o *Owner) MakeBot(name string) string {
	o.t.Helper()
	var bot Source
	o.Call(http.MethodPost, "bots", map[string]any{"name": name}, &bot)
	return bot.ID
}

// AddText gives a bot a text, and waits until it is read.
func (o *Owner) AddText(bot, title, text string) Source {
	o.t.Helper()
	var added Source
	o.Call(http.MethodPost, "bots/"+bot+"/sources", map[string]any{"title": title, "text": text}, &added)
	return o.AwaitReady(bot, added.ID)
}

// AddFile uploads a file to a bot, and waits until it is read.
func (o *Owner) AddFile(bot, name string, content []byte) Source {
	o.t.Helper()
	media, form := Form(name, content)
	var added Source
	o.send(http.MethodPost, "bots/"+bot+"/sources", media, bytes.NewReader(form), &added)
	return o.AwaitReady(bot, added.ID)
}

// Form is a form with a file, as a browser sends it, and its media type.
func Form(name string, content []byte) (media string, form []byte) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	part, _ := w.CreateFormFile("file", name) // a buffer takes everything
	_, _ = part.Write(content)
	_ = w.Close()
	return w.FormDataContentType(), out.Bytes()
}

// AwaitRead waits until a source is ready or failed.
func (o *Owner) AwaitRead(bot, id string) Source {
	o.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var s Source
		o.Call(http.MethodGet, "bots/"+bot+"/sources/"+id, nil, &s)
		if s.State == "ready" || s.State == "failed" {
			return s
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("the source is still %s after a minute", s.State)
		}
	}
}

// AwaitReady waits until a source is read; one that cannot be fails the test.
func (o *Owner) AwaitReady(bot, id string) Source {
	o.t.Helper()
	s := o.AwaitRead(bot, id)
	if s.State != "ready" {
		o.t.Fatalf("the source is %s: %s", s.State, s.Error)
	}
	return s
}

// Log is a conversation's log as REST tells it.
func (o *Owner) Log(conversation string) []client.Event {
	o.t.Helper()
	return o.LogAfter(conversation, 0)
}

// LogAfter is what stands in a conversation's log behind a seq.
func (o *Owner) LogAfter(conversation string, seq int64) []client.Event {
	o.t.Helper()
	var all []client.Event
	for after := strconv.FormatInt(seq, 10); after != ""; {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		o.Call(http.MethodGet, "conversations/"+conversation+"/events?after="+after, nil, &page)
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
