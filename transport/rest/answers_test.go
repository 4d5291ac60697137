package rest

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"parley/actors"
	"parley/chat"
)

func TestAnswersOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playAnswers()
}

func (w *world) playAnswers() {
	mia := w.mia.tokens.AccessToken
	const at = "/api/v1/bots/{bot}/answers"
	w.play([]scenario{
		{name: "ask", method: "POST", path: at, token: mia, body: `{"text":"How much?"}`, status: 200,
			has: []string{`"conversation":"cnv_`, `"message":"msg_`, `"text":"You asked: How much?"`, `"citations":[{"mark":1,"source":"src_`, `"url":"https://acme.example/prices"`, `"page":2`}},
		{name: "go on", method: "POST", path: at, token: mia, body: `{"text":"And in winter?","conversation":"{conversation}"}`, status: 200, has: []string{`"conversation":"{conversation}"`, "And in winter?"}},
		{name: "nothing", method: "POST", path: at, token: mia, body: `{}`, status: 422},
		{name: "a long client_id", method: "POST", path: at, token: mia, body: `{"text":"x","client_id":"` + strings.Repeat("x", 65) + `"}`, status: 422, has: []string{"client_id"}},
		{name: "no conversation", method: "POST", path: at, token: mia, body: `{"text":"x","conversation":"` + chat.NewID(chat.ConversationPrefix) + `"}`, status: 404},
		{name: "not UTF-8", method: "POST", path: at, token: mia, body: "{\"text\":\"caf\xe9\"}", status: 400, has: []string{`"code":"malformed"`, "UTF-8"}},
		{name: "a malformed conversation", method: "POST", path: at, token: mia, body: `{"text":"x","conversation":"' or 1=1"}`, status: 404},
		{name: "nobody", method: "POST", path: at, body: `{"text":"x"}`, status: 401},
		{name: "too much", method: "POST", path: at, token: mia, body: `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, status: 413, has: []string{`"code":"body_too_large"`}},
	})
}

func TestAQuestionThatIsRepeatedGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.checkRepeats()
}

func (w *world) checkRepeats() {
	t := w.t
	ask := func(token, bot, body string) (r reply) {
		t.Helper()
		w.json("POST", "/api/v1/bots/"+bot+"/answers", token, body, 200, &r)
		return r
	}
	mia, bot := w.mia.tokens.AccessToken, w.mia.bot
	first := ask(mia, bot, `{"text":"How much?","client_id":"one"}`)
	again := ask(mia, bot, `{"text":"How much?","client_id":"one"}`)
	if first.Conversation != again.Conversation || first.Message != again.Message {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if !chat.ValidID(chat.ConversationPrefix, first.Conversation) {
		t.Errorf("conversation %q", first.Conversation)
	}
	other := ask(mia, bot, `{"text":"How much?","client_id":"two"}`)
	if other.Conversation == first.Conversation {
		t.Error("another client_id came to the same conversation")
	}
	here := ask(mia, bot, `{"text":"How much?","client_id":"one","conversation":"`+other.Conversation+`"}`)
	if here.Conversation != other.Conversation || here.Message == first.Message {
		t.Errorf("in a conversation that is named: %+v", here)
	}
	strange := ask(w.sam.tokens.AccessToken, w.sam.bot, `{"text":"How much?","client_id":"one"}`)
	if strange.Conversation == first.Conversation {
		t.Error("another business came to the same conversation")
	}
	var log events
	w.json("GET", "/api/v1/conversations/"+first.Conversation+"/events", mia, "", 200, &log)
	if len(log.Items) != 3 {
		t.Errorf("%d events of one question that was asked twice", len(log.Items))
	}
}

// sse is one Server-Sent Event.
type sse struct{ event, id, data string }

// stream asks for an answer as Server-Sent Events; each is given to see as it comes.
func (w *world) stream(path, token, body string, see func(sse)) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), "POST", w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var now sse
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			now.event = value
		case "id":
			now.id = value
		case "data":
			now.data = value
		case "":
			see(now)
			now = sse{}
		}
	}
	if err := lines.Err(); err != nil {
		w.t.Fatal(err)
	}
	return res
}

func TestAnAnswerIsStreamedAsItIsWritten(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.engine.hold = make(chan struct{})
	path, body := "/api/v1/bots/"+w.mia.bot+"/answers", `{"text":"Was kostet\nes?","client_id":"one"}`
	var seen []sse
	res := w.stream(path, w.mia.tokens.AccessToken, body, func(e sse) {
		seen = append(seen, e)
		if e.event == "message.delta" && len(seen) == 3 {
			close(w.engine.hold) // the rest is written only now that the first piece was read
		}
	})
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("content type %q", kind)
	}
	want := []sse{{event: "message.created", id: "1"}, {event: "message.started", id: "2"}, {event: "message.delta"}, {event: "message.delta"}, {event: "message.completed", id: "3"}}
	if len(seen) != len(want) {
		t.Fatalf("saw %+v", seen)
	}
	text, completed := "", ""
	for i, e := range seen {
		if e.event != want[i].event || e.id != want[i].id {
			t.Errorf("event %d: %+v, want %+v", i, e, want[i])
		}
		var frame struct {
			Seq          int64
			Type         string
			Conversation string
			Data         struct{ Text, Message string }
		}
		if err := json.Unmarshal([]byte(e.data), &frame); err != nil {
			t.Fatal(err)
		}
		if frame.Type != e.event || !chat.ValidID(chat.ConversationPrefix, frame.Conversation) {
			t.Errorf("frame %s", e.data)
		}
		switch frame.Type {
		case "message.delta":
			text += frame.Data.Text
		case "message.completed":
			completed = frame.Data.Text
		}
	}
	if text != completed || text != "You asked: Was kostet\nes?" {
		t.Errorf("deltas %q, completed %q", text, completed)
	}

	seen = nil
	w.stream(path, w.mia.tokens.AccessToken, body, func(e sse) { seen = append(seen, e) })
	if len(seen) != 3 || seen[2].event != "message.completed" || seen[2].id != "3" {
		t.Errorf("the same question again: %+v", seen)
	}
}

func TestWhatFailsBeforeAStreamIsAnOrdinaryProblem(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.engine.fail = chat.Fail(chat.Conflict, "handed_off", "A person has this conversation.")
	got := w.do(request{"POST", "/api/v1/bots/" + w.mia.bot + "/answers", w.mia.tokens.AccessToken, `{"text":"x"}`, map[string]string{"Accept": "text/event-stream"}})
	if got.status != 409 || !strings.Contains(got.body, `"code":"handed_off"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
	checkProblem(t, got)
}

func TestWhatFailsInTheMiddleOfAStreamIsItsLastEvent(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.engine.failMid = chat.Fail(chat.Unavailable, "answer_failed", "The answer could not be written.")
	var last sse
	w.stream("/api/v1/bots/"+w.mia.bot+"/answers", w.mia.tokens.AccessToken, `{"text":"x"}`, func(e sse) { last = e })
	if last.event != "error" || !strings.Contains(last.data, `"code":"answer_failed"`) {
		t.Errorf("last event %+v", last)
	}
	if !strings.Contains(w.log.String(), "code=answer_failed") {
		t.Error("the log does not tell of it")
	}
}

func TestAnAnswerWhoseSessionMovedEndsFromTheLog(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.engine.silent = true
	var seen []sse
	w.stream("/api/v1/bots/"+w.mia.bot+"/answers", w.mia.tokens.AccessToken, `{"text":"x"}`, func(e sse) { seen = append(seen, e) })
	if len(seen) != 1 || seen[0].event != "message.completed" || !strings.Contains(seen[0].data, "You asked: x") {
		t.Errorf("saw %+v", seen)
	}
}

func TestAStreamThatNobodyReadsStopsWaiting(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.engine.hold = make(chan struct{}) // for ever
	left := make(chan struct{})
	w.engine.left = left
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "POST", w.url+"/api/v1/bots/"+w.mia.bot+"/answers", strings.NewReader(`{"text":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Authorization", "Bearer "+w.mia.tokens.AccessToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	leave()
	select {
	case <-left:
	case <-t.Context().Done():
		t.Fatal("the answer is still waited for")
	}
}

var _ Engine = (*actors.Engine)(nil)
