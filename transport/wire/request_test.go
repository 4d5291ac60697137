package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/transport/wire"
)

func TestClientFramesOfTheContractAreUnderstood(t *testing.T) {
	after, yes := int64(41), true
	for name, want := range map[string]struct {
		kind string
		into any
		data any
	}{
		"session.open":          {wire.SessionOpen, new(wire.Open), &wire.Open{Bot: "bot_1", Token: "t", After: &after, Page: "https://shop.example/", Locale: "en"}},
		"session.open.first":    {wire.SessionOpen, new(wire.Open), &wire.Open{Bot: "bot_1"}},
		"session.open.switch":   {wire.SessionOpen, new(wire.Open), &wire.Open{Bot: "bot_1", Token: "t", Conversation: "new"}},
		"message.send":          {wire.MessageSend, new(wire.Send), &wire.Send{ClientID: "c-1", Text: "Hi"}},
		"message.send.agent":    {wire.MessageSend, new(wire.Send), &wire.Send{ClientID: "c-1", Text: "Hi", Conversation: "cnv_1"}},
		"message.stop":          {wire.MessageStop, new(wire.Stop), &wire.Stop{Message: "msg_3"}},
		"message.retry":         {wire.MessageRetry, new(wire.Retry), &wire.Retry{Message: "msg_3"}},
		"message.feedback":      {wire.MessageFeedback, new(wire.Feedback), &wire.Feedback{Message: "msg_3", Helpful: &yes, Comment: "Good"}},
		"message.feedback.down": {wire.MessageFeedback, new(wire.Feedback), &wire.Feedback{Message: "msg_3", Rating: "down"}},
		"contact.set":           {wire.ContactSet, new(wire.Contact), &wire.Contact{Name: "Eve", Email: "eve@shop.example", Phone: "1"}},
		"handoff.request":       {wire.HandoffRequest, new(struct{}), new(struct{})},
		"conversation.close":    {wire.ConversationClose, new(wire.Watch), new(wire.Watch)},
		"session.open.fields": {wire.SessionOpen, new(wire.Open), &wire.Open{Bot: "bot_1",
			Fields: wire.Fields{"plan": "gold", "orders": "7", "vip": "true"}}},
		"handoff.cancel":           {wire.HandoffCancel, new(struct{}), new(struct{})},
		"transcript.request":       {wire.TranscriptRequest, new(wire.Transcript), &wire.Transcript{Email: "eve@shop.example"}},
		"transcript.request.known": {wire.TranscriptRequest, new(wire.Transcript), new(wire.Transcript)},
		"typing":                   {wire.Typing, new(wire.Signs), new(wire.Signs)},
		"typing.text":              {wire.Typing, new(wire.Signs), &wire.Signs{Text: "Where is my"}},
		"typing.agent":             {wire.Typing, new(wire.Signs), &wire.Signs{Conversation: "cnv_1"}},
		"read":                     {wire.Read, new(wire.Mark), &wire.Mark{Seq: 44}},
		"read.agent":               {wire.Read, new(wire.Mark), &wire.Mark{Seq: 44, Conversation: "cnv_1"}},
		"presence.set":             {wire.PresenceSet, new(wire.Presence), &wire.Presence{Available: new(bool)}},
		"conversation.assign":      {wire.ConversationAssign, new(wire.Assign), &wire.Assign{Conversation: "cnv_1", Agent: "usr_2", Force: true}},
		"conversation.requeue":     {wire.ConversationRequeue, new(wire.Watch), &wire.Watch{Conversation: "cnv_1"}},
		"note.add": {wire.NoteAdd, new(wire.Remark), &wire.Remark{
			Conversation: "cnv_1", ClientID: "n-1", Text: "Ask @Bo", Mentions: []string{"usr_2"}}},
		"desk.open":            {wire.DeskOpen, new(wire.Desk), &wire.Desk{Ticket: "one-time"}},
		"conversation.watch":   {wire.ConversationWatch, new(wire.Watch), &wire.Watch{Conversation: "cnv_1", After: &after}},
		"conversation.unwatch": {wire.ConversationUnwatch, new(wire.Watch), &wire.Watch{Conversation: "cnv_1"}},
		"conversation.take":    {wire.ConversationTake, new(wire.Watch), &wire.Watch{Conversation: "cnv_1", Force: true}},
		"conversation.release": {wire.ConversationRelease, new(wire.Watch), &wire.Watch{Conversation: "cnv_1"}},
		"ping":                 {wire.Ping, new(struct{}), new(struct{})},
		"pong":                 {wire.Pong, new(struct{}), new(struct{})},
	} {
		t.Run(name, func(t *testing.T) {
			frame, err := os.ReadFile(filepath.Join("testdata", "client", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			request, err := wire.Decode(frame)
			if err != nil {
				t.Fatal(err)
			}
			if request.Type != want.kind {
				t.Errorf("type %q, want %q", request.Type, want.kind)
			}
			if err := request.Into(want.into); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.data, want.into); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBrokenFramesAreRefusedInWordsAndKeepTheirID(t *testing.T) {
	for name, test := range map[string]struct{ frame, id string }{
		"nothing":         {"", ""},
		"not JSON":        {"hello", ""},
		"cut off":         {`{"id":"7","type":"message.send","data":{"text":"Hi`, "7"},
		"an array":        {`[1,2]`, ""},
		"null":            {`null`, ""},
		"no type":         {`{"id":"7"}`, "7"},
		"type is a count": {`{"id":"7","type":7}`, "7"},
		"id is a count":   {`{"id":7,"type":"ping"}`, ""},
		"long id":         {`{"id":"` + strings.Repeat("x", 65) + `","type":"ping"}`, ""},
		"two values":      {`{"id":"7","type":"ping"}{}`, "7"},
		"invalid UTF-8":   {"{\"id\":\"7\",\"type\":\"message.send\",\"data\":{\"text\":\"\xff\"}}", ""},
		"very deep":       {strings.Repeat("[", 60_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := wire.Decode([]byte(test.frame))
			if !errors.Is(err, wire.ErrBadFrame) {
				t.Fatalf("got %v", err)
			}
			if request.ID != test.id {
				t.Errorf("id %q, want %q", request.ID, test.id)
			}
		})
	}
}

func TestUnknownFieldsAreIgnored(t *testing.T) {
	request, err := wire.Decode([]byte(`{"id":"1","v":2,"type":"message.send","data":{"client_id":"c","text":"Hi","mood":{"deep":[1]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var send wire.Send
	if err := request.Into(&send); err != nil || send.Text != "Hi" {
		t.Errorf("got %+v, %v", send, err)
	}
}

func TestDataOfTheWrongFormIsRefused(t *testing.T) {
	for _, data := range []string{`"text"`, `[]`, `{"text":5}`, `7`} {
		request, err := wire.Decode([]byte(`{"id":"1","type":"message.send","data":` + data + `}`))
		if err != nil {
			t.Fatal(err)
		}
		var send wire.Send
		if err := request.Into(&send); !errors.Is(err, wire.ErrBadFrame) {
			t.Errorf("%s: got %v", data, err)
		}
	}
}

func TestFieldsOfAPageAreKeptAsTextWithinTheirBounds(t *testing.T) {
	long := strings.Repeat("x", chat.MaxFieldValue)
	many := make(map[string]string)
	for i := range 2 * chat.MaxFields {
		many[fmt.Sprintf("%03d", i)] = "v"
	}
	crowd, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	kept := make(wire.Fields)
	for i := range chat.MaxFields {
		kept[fmt.Sprintf("%03d", i)] = "v"
	}
	for data, want := range map[string]wire.Fields{
		`{}`:                                    nil,
		`null`:                                  nil,
		`{"a":"1","b":2.50,"c":true,"d":false}`: {"a": "1", "b": "2.50", "c": "true", "d": "false"},
		`{"a":null,"b":{"c":1},"d":[1],"e":"","":"x","f":"kept"}`:      {"f": "kept"},
		`{"a":"` + long + `","b":"` + long + `x"}`:                     {"a": long},
		`{"` + long[:chat.MaxFieldName] + `":1,"` + long[:65] + `":1}`: {long[:chat.MaxFieldName]: "1"},
		string(crowd): kept,
		`{"a":"<b>\u00e9\ud83d\ude00","a2":"a broken \ud83d surrogate"}`: {"a": "<b>\u00e9\U0001F600", "a2": "a broken \ufffd surrogate"},
	} {
		var got wire.Fields
		if err := json.Unmarshal([]byte(data), &got); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.80s: %s", data, diff)
		}
	}
}

func FuzzDecodeNeverPanicsAndNeverLetsBrokenTextThrough(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "client", "*.json"))
	for _, file := range files {
		frame, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		request, err := wire.Decode(frame)
		if err != nil {
			if chat.AsError(err).Code != "bad_frame" {
				t.Fatalf("got %v", err)
			}
			return
		}
		if request.Type == "" || len(request.ID) > wire.MaxID || !json.Valid(frame) {
			t.Fatalf("%q was let through", frame)
		}
		for _, into := range []any{new(wire.Open), new(wire.Mark), new(wire.Signs), new(wire.Remark), new(wire.Assign), new(wire.Presence), new(wire.Send), new(wire.Stop), new(wire.Feedback), new(wire.Contact), new(wire.Watch)} {
			if err := request.Into(into); err != nil && !errors.Is(err, wire.ErrBadFrame) {
				t.Fatalf("got %v", err)
			}
		}
	})
}
