package hostile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/llm/llmtest"
)

// drip sends the beginning of a request and then a byte now and then, and
// returns what the server says to that in the end; "": it hung up.
func (h *house) drip(beginning string) (string, error) {
	conn, err := net.Dial("tcp", h.server.Address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, beginning); err != nil {
		return "", err
	}
	said, listening := make([]byte, 4096), make(chan error, 1)
	n := 0
	go func() {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		var err error
		n, err = io.ReadAtLeast(conn, said, 1)
		listening <- err
	}()
	drops := time.NewTicker(500 * time.Millisecond)
	defer drops.Stop()
	for {
		select {
		case <-drops.C:
			_, _ = conn.Write([]byte("x")) // a server that hung up is heard by the reader
		case err := <-listening:
			if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
				err = nil
			}
			return string(said[:n]), err
		}
	}
}

func TestClientsThatDawdleAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	const of = " HTTP/1.1\r\nHost: shop.example\r\n"
	var dripping sync.WaitGroup
	for name, c := range map[string]struct{ beginning, says string }{
		"a header without end": {"GET /healthz" + of + "X-" + marker + ": ", ""}, // hung up on
		"a body in drops": {"POST /api/v1/auth/login" + of + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"email\":\"" + marker,
			`"code":"body_timeout"`},
	} {
		dripping.Go(func() {
			begun := time.Now()
			said, err := h.drip(c.beginning)
			if err != nil || !strings.Contains(said, c.says) || c.says == "" && strings.Contains(said, "200 OK") {
				t.Errorf("%s: the server says %q, %v", name, said, err)
			}
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("%s: it took %v", name, took)
			}
		})
	}
	h.unharmed(t) // nobody waits because of them
	dripping.Wait()
	h.unharmed(t)
}

func TestAHeaderWithoutMeasureIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	request, err := http.NewRequest(http.MethodGet, h.server.URL()+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Long", strings.Repeat(marker, 10_000))
	got, err := h.owner.Do(request)
	if err != nil || got.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%d %s, %v", got.Status, got.Body, err)
	}
	h.unharmed(t)
}

// Whoever asked and left gets the same answer later: it was written for them.
func TestAnAnswerOutlivesTheClientThatAskedForIt(t *testing.T) {
	t.Parallel()
	model := llmtest.NewServer(t, llmtest.Script{Words: 30, PaceMS: 20})
	h := open(t, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	talking := h.owner.MakeBot(marker + " talker")
	h.owner.AddText(talking, marker+" returns", answer)
	asked := map[string]any{"text": question + " " + marker, "client_id": "left"}

	ctx, leave := context.WithCancel(context.Background())
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.server.URL()+"/api/v1/bots/"+talking+"/answers", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{
		"Authorization": {"Bearer " + h.owner.Token}, "Content-Type": {"application/json"}, "Accept": {"text/event-stream"},
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("it is a %s", kind)
	}
	deltas := 0
	for lines := bufio.NewScanner(response.Body); deltas < 3 && lines.Scan(); {
		if lines.Text() == "event: message.delta" {
			deltas++
		}
	}
	leave()
	response.Body.Close()
	if deltas < 3 {
		t.Fatalf("only %d deltas came", deltas)
	}

	var reply struct{ Conversation, Text string }
	h.owner.Call(http.MethodPost, "bots/"+talking+"/answers", asked, &reply)
	if want := model.Calls(); len(want) != 1 || len(strings.Fields(reply.Text)) < 20 {
		t.Errorf("the model was called %d times, the answer is %q", len(want), reply.Text)
	}
	questions := 0
	for _, e := range h.owner.Log(reply.Conversation) {
		if e.Type == "message.created" {
			questions++
		}
	}
	if questions != 1 {
		t.Errorf("the question is there %d times", questions)
	}
	h.unharmed(t)
}

func TestLargeFramesAreSkippedInBoundedMemory(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.memory(t)
	large := message("1", "c", strings.Repeat("x", 1<<20))
	for range 5 {
		s := h.arrive(t)
		for range 20 {
			s.say(large)
			s.refused("", "frame_too_large", "shorter message")
		}
		s.chats("after", question)
		s.send(websocket.MessageText, []byte(message("1", "c", strings.Repeat("x", 5<<20))))
		s.closed(4504, "too large")
	}
	h.unharmed(t)
	h.grewLess(t, before, 32<<20)
}
