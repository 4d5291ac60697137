package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"parley/chat"
)

func TestFramesThatMakeNoSenseAreAnsweredInWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct{ sent, ref, code, says string }{
		"no JSON":                 {`hello ` + marker, "", "bad_frame", "must be a JSON object"},
		"half of it":              {`{"id":"7","type":"message.send","data":{"text":"` + marker, "7", "bad_frame", "must be a JSON object"},
		"an array":                {`["` + marker + `"]`, "", "bad_frame", "must be a JSON object"},
		"nothing":                 {``, "", "bad_frame", "must be a JSON object"},
		"null":                    {`null`, "", "bad_frame", "needs a type"},
		"a number for an id":      {`{"id":7,"type":"ping"}`, "", "bad_frame", "texts id and type"},
		"a long id":               {`{"id":"` + strings.Repeat("x", 65) + `","type":"ping"}`, "", "bad_frame", "64 bytes"},
		"no type":                 {`{"id":"7"}`, "7", "bad_frame", "needs a type"},
		"an unknown type":         {`{"id":"7","type":"` + marker + `"}`, "7", "unknown_type", "no frame of this type"},
		"a type of agents":        {`{"id":"7","type":"conversation.take"}`, "7", "wrong_role", "not for this side"},
		"data that is text":       {`{"id":"7","type":"message.send","data":"` + marker + `"}`, "7", "bad_frame", "must be an object"},
		"a field of another type": {`{"id":"7","type":"message.send","data":{"client_id":1,"text":"` + marker + `"}}`, "7", "bad_frame", "wrong type"},
		"no client_id":            {`{"id":"7","type":"message.send","data":{"text":"` + marker + `"}}`, "7", "client_id_required", "needs a client_id"},
		"a NUL in a client_id":    {`{"id":"7","type":"message.send","data":{"client_id":"a\u0000","text":"` + marker + `"}}`, "7", "client_id_invalid", "printable"},
		"a long client_id":        {message("7", strings.Repeat("x", 129), marker), "7", "client_id_invalid", "128 bytes"},
		"no text":                 {message("7", "c", ""), "7", "message_empty", "write a message"},
		"nothing but space":       {message("7", "c", " \n\t\u00a0\u2003"), "7", "message_empty", "write a message"},
		"8,001 characters":        {message("7", "c", strings.Repeat("é", 8001-len(marker))+marker), "7", "message_too_long", "8000 characters"},
		"65 KB":                   {message("7", "c", marker+strings.Repeat("x", 65<<10)), "", "frame_too_large", "shorter message"},
		"1 MB":                    {message("7", "c", marker+strings.Repeat("x", 1<<20)), "", "frame_too_large", "shorter message"},
		"1 MB with its id first":  {`{"id":"7","type":"message.send","data":{"client_id":"c","text":"` + strings.Repeat("x", 1<<20) + `"}}`, "7", "frame_too_large", "shorter message"},
		"invalid UTF-8":           {"{\"id\":\"7\",\"type\":\"message.send\",\"data\":{\"client_id\":\"c\",\"text\":\"\xff\xfe\"}}", "", "bad_frame", "UTF-8"},
		"deep nesting":            {`{"id":"7","type":"message.send","data":` + strings.Repeat("[", 60_000) + `}`, "7", "bad_frame", "must be a JSON object"},
		"closed deep nesting":     {`{"id":"7","type":"message.send","data":{"x":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}}`, "7", "client_id_required", "needs a client_id"},
		"feedback of nothing":     {`{"id":"7","type":"message.feedback","data":{}}`, "7", "feedback_invalid", "needs a message"},
		"feedback of no answer":   {`{"id":"7","type":"message.feedback","data":{"message":"` + chat.NewID(chat.MessagePrefix) + `","helpful":true}}`, "7", "not_found", "nothing here"},
		"a contact of nothing":    {`{"id":"7","type":"contact.set","data":{}}`, "7", "contact_invalid", "e-mail address"},
		"a token that is none":    {`{"id":"7","type":"session.open","data":{"bot":"` + h.bot + `","token":"` + marker + `"}}`, "7", "token_invalid", ""},
		"after below nothing":     {`{"id":"7","type":"session.open","data":{"bot":"` + h.bot + `","after":-1}}`, "7", "bad_frame", "seq of an event"},
		"after beyond numbers":    {`{"id":"7","type":"session.open","data":{"bot":"` + h.bot + `","after":1e99}}`, "7", "bad_frame", "wrong type"},
		"a desk of nobody":        {`{"id":"7","type":"desk.open"}`, "7", "unauthorized", "Please sign in."},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.arrive(t)
			s.say(c.sent)
			s.refused(c.ref, c.code, c.says)
			s.stays()
			if c.code == "token_invalid" || c.code == "unauthorized" {
				s.open(h.bot) // the way on from there
			}
			s.chats("after", question)
			h.unharmed(t)
		})
	}
}

func TestConnectionsThatCannotGoOnAreClosedWithAReason(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := func(bot string) string { return `{"id":"1","type":"session.open","data":{"bot":"` + bot + `"}}` }
	for name, c := range map[string]struct {
		origin    string
		protocols []string
		kind      websocket.MessageType
		sent      string
		code      int
		says      string
	}{
		"a binary frame":        {shop, v1, websocket.MessageBinary, session(h.bot), 4504, "JSON text"},
		"5 MB":                  {shop, v1, websocket.MessageText, message("7", "c", strings.Repeat("x", 5<<20)), 4504, "too large"},
		"a message before open": {shop, v1, websocket.MessageText, message("1", "c", marker), 4504, "session.open"},
		"another before open":   {shop, v1, websocket.MessageText, `{"type":"` + marker + `"}`, 4504, "session.open"},
		"a bot that is none":    {shop, v1, websocket.MessageText, session(chat.NewID(chat.BotPrefix)), 4502, "no such bot"},
		"a bot of no form":      {shop, v1, websocket.MessageText, session("' OR 1=1"), 4502, "no such bot"},
		"no bot":                {shop, v1, websocket.MessageText, `{"id":"1","type":"session.open"}`, 4502, "no such bot"},
		"another's page":        {"https://evil.example", v1, websocket.MessageText, session(h.bot), 4501, "https://evil.example"},
		"a page of nobody":      {"null", v1, websocket.MessageText, session(h.bot), 4501, "null"},
		"a bot without pages":   {shop, v1, websocket.MessageText, session(h.theirs), 4501, "shop.example"},
		"no page and no token":  {"", v1, websocket.MessageText, session(h.bot), 4501, "token"},
		"no subprotocol":        {shop, nil, websocket.MessageText, session(h.bot), 4504, "parley.v1"},
		"a wrong subprotocol":   {shop, []string{"graphql-ws", "parley.v9"}, websocket.MessageText, session(h.bot), 4504, "parley.v1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.dial(t, c.origin, c.protocols...)
			s.send(c.kind, []byte(c.sent))
			s.closed(c.code, c.says)
			h.unharmed(t)
		})
	}
}

// v1 is what a widget asks for.
var v1 = []string{"parley.v1"}

func TestAHundredPingsGetAHundredPongs(t *testing.T) {
	t.Parallel()
	h := open(t)
	s := h.visit(t)
	for n := range 100 {
		s.say(fmt.Sprintf(`{"id":"%d","type":"ping"}`, n))
	}
	for n := range 100 {
		if f := s.await("pong"); f.Ref != fmt.Sprint(n) {
			t.Fatalf("pong %d is for %q", n, f.Ref)
		}
	}
	s.open(h.bot)
	s.chats("c", question)
	h.unharmed(t)
}

func TestOpeningTwiceIsOpeningAnotherConversation(t *testing.T) {
	t.Parallel()
	h := open(t)
	s := h.visit(t)
	first := s.open(h.bot).Data
	s.chats("c", question+" "+marker)
	second := s.open(h.bot).Data
	if first.Conversation == second.Conversation || second.Seq != 0 {
		t.Errorf("opened %+v, then %+v", first, second)
	}
	s.chats("c", question)
	s.say(`{"id":"back","type":"session.open","data":{"bot":"` + h.bot + `","token":"` + first.Token + `","after":0}}`)
	if back := s.await("session.ready").Data; back.Conversation != first.Conversation || back.Seq == 0 || !back.Recovered {
		t.Errorf("went back to %+v", back)
	}
	if f := s.await("message.created"); f.Data.Text != question+" "+marker || f.Seq != 1 {
		t.Errorf("it begins with %+v", f)
	}
	h.unharmed(t)
}

func TestTheSocketsAddressTellsOthersWhatItIs(t *testing.T) {
	t.Parallel()
	h := open(t)
	for method, want := range map[string]struct {
		status int
		code   string
	}{http.MethodGet: {426, "upgrade_required"}, http.MethodPost: {405, "method_not_allowed"}} {
		got, err := h.owner.Try(method, "socket", "", nil)
		if problem := got.Problem(); err != nil || got.Status != want.status || problem.Code != want.code {
			t.Errorf("%s: %d %s, %v", method, got.Status, got.Body, err)
		} else {
			inWords(t, problem.Detail, "websocket")
		}
	}
	h.unharmed(t)
}
