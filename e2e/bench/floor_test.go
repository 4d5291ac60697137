package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"parley/llm/llmtest"
)

func TestTheFloorKeepsAcknowledgesAndForwardsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	store, err := openFloorStore("sqlite", "file:"+filepath.Join(t.TempDir(), "floor.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.db.Close() })
	model := llmtest.NewServer(t, llmtest.Script{Text: `It said "so" — twice.`})
	server := httptest.NewServer(&floor{store: store, model: model.URL})
	t.Cleanup(server.Close)

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	at := &site{socket: strings.Replace(server.URL, "http", "ws", 1), bots: []string{"bot_floor"}}
	v, err := at.open(ctx, "bot_floor", "v", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer v.leave()
	if err := v.say(ctx, question); err != nil {
		t.Fatal(err)
	}
	raw, err := v.await(ctx, "message.completed")
	if err != nil {
		t.Fatal(err)
	}
	if want := `"text":"It said \"so\" — twice."`; !strings.Contains(string(raw), want) {
		t.Errorf("the answer is %s, want %s", raw, want)
	}
	var kept int
	if err := store.db.QueryRow("SELECT count(*) FROM messages WHERE client_id = 'v-1'").Scan(&kept); err != nil || kept != 1 {
		t.Errorf("%d messages are kept, %v", kept, err)
	}
}

func TestMessagesOfOneBatchAreAllKept(t *testing.T) {
	t.Parallel()
	store, err := openFloorStore("sqlite", "file:"+filepath.Join(t.TempDir(), "floor.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.db.Close() })
	for name, insert := range map[string]func([]message) error{"each": store.insert, "at once": store.insertAtOnce} {
		var batch []message
		for i := range 5 {
			batch = append(batch, message{fmt.Sprintf("%s-%d", name, i), "text"})
		}
		if err := insert(batch); err != nil {
			t.Fatalf("insert %s: %v", name, err)
		}
	}
	var kept int
	if err := store.db.QueryRow("SELECT count(*) FROM messages").Scan(&kept); err != nil || kept != 10 {
		t.Errorf("%d messages are kept, %v", kept, err)
	}
}

func TestTheFloorShowsAConversationToWhoeverIsInIt(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(&floor{rooms: &rooms{}})
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := within(ctx, patience, func(l *lab) {
		at := &site{l: l, socket: strings.Replace(server.URL, "http", "ws", 1), bots: []string{"bot_floor"}}
		visitors := at.crowd(2, nil)
		tab := at.crowd(1, visitors[:1])[0]
		desk := at.desks(visitors)[0]
		if visitors[0].conversation == visitors[1].conversation || tab.conversation != visitors[0].conversation {
			t.Errorf("the conversations are %q, %q and again %q", visitors[0].conversation, visitors[1].conversation, tab.conversation)
		}
		for i, v := range visitors {
			l.must("type", v.request(ctx, "typing", "ack"))
			shown, err := desk.await(ctx, "typing")
			l.must("see somebody type", err)
			if !strings.Contains(string(shown), v.conversation) {
				t.Errorf("visitor %d types in %s", i, shown)
			}
		}
		times := at.show(visitors[0], []*visitor{tab, desk})
		if len(times) != 2 || times[0] <= 0 || times[1] <= 0 {
			t.Errorf("a message took %v", times)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
