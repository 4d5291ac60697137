package canary

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/llm/llmtest"
)

// heap is what arrived somewhere.
type heap struct {
	mu  sync.Mutex
	all []received
}

func (h *heap) add(where string, content []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, received{where, content})
}

func (h *heap) received() []received {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[:len(h.all):len(h.all)]
}

// listen is a server that keeps what it is sent, and answers well.
func (h *heap) listen(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var content bytes.Buffer
		_ = r.Header.Write(&content) // a buffer takes everything
		_, _ = io.Copy(&content, r.Body)
		h.add(r.URL.Path, content.Bytes())
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// echo is a model that repeats each planted word of what it is sent, and cites the first passage. It keeps the prompts.
type echo struct {
	heap
	embeddings *llmtest.Model
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if err != nil || !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		e.embeddings.ServeHTTP(w, r)
		return
	}
	var request struct {
		Messages []llmtest.Message
		Stream   bool
	}
	_ = json.Unmarshal(raw, &request) // what cannot be read is refused below
	var content, said strings.Builder
	said.WriteString("This is what I was told")
	for _, m := range request.Messages {
		content.WriteString(m.Role + ": " + m.Content + "\n")
		for _, word := range anyWord.FindAllString(m.Content, -1) {
			said.WriteString(" " + word)
		}
	}
	e.add(fmt.Sprintf("a prompt (streamed: %v)", request.Stream), []byte(content.String()))
	said.WriteString(" [1].")
	llmtest.NewModel(llmtest.Script{Text: said.String()}, llmtest.Script{Text: said.String(), Auxiliary: true}).ServeHTTP(w, r)
}

// mails are those that a node wrote to its folder.
func mails(t *testing.T, data string) (all []received) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "mail", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// Long lines of mails are broken by a = at their end.
		all = append(all, received{filepath.Base(name), bytes.ReplaceAll(content, []byte("=\r\n"), nil)})
	}
	return all
}

// watch writes down each command that Redis is sent, until the test ends.
func watch(t *testing.T, address string) *tape {
	t.Helper()
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", options.Addr)
	if err != nil {
		t.Fatalf("watch Redis: %v", err)
	}
	if _, err := fmt.Fprintf(connection, "AUTH %s\r\nMONITOR\r\n", options.Password); err != nil {
		t.Fatalf("watch Redis: %v", err)
	}
	p := &tape{where: "commands to Redis"}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(p, connection) // until it is closed
	}()
	t.Cleanup(func() {
		_ = connection.Close()
		<-read
	})
	return p
}

// kept is all that Redis has, as it dumps it and, where it is text, in plain.
func kept(t *testing.T, url string) (all []received) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	keys := client.Scan(ctx, 0, "*", 1000).Iterator()
	for keys.Next(ctx) {
		key := keys.Val()
		content, _ := client.Dump(ctx, key).Bytes() // it may have expired
		// What Redis packs is read as what it is; of another kind, these are errors and say nothing.
		text, _ := client.Get(ctx, key).Result()
		fields, _ := client.HGetAll(ctx, key).Result()
		list, _ := client.LRange(ctx, key, 0, -1).Result()
		members, _ := client.SMembers(ctx, key).Result()
		ranked, _ := client.ZRange(ctx, key, 0, -1).Result()
		stream, _ := client.XRange(ctx, key, "-", "+").Result()
		all = append(all, received{"in Redis, " + key, fmt.Appendf(content, "\n%s %s %v %v %v %v %v", key, text, fields, list, members, ranked, stream)})
	}
	if err := keys.Err(); err != nil {
		t.Fatalf("read Redis: %v", err)
	}
	return all
}

// patience bounds the wait for what takes no time on a machine with nothing else to do.
const patience = 90 * time.Second

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(50 * time.Millisecond) {
		switch {
		case t.Failed():
			t.Fatalf("not waited for, since something is wrong already: %s", what)
		case time.Now().After(deadline):
			t.Fatalf("waited for %v in vain: %s", patience, what)
		}
	}
}
