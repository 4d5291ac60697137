package socket_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/chat"
)

func TestANoteIsKeptShownAndAnnounced(t *testing.T) {
	t.Parallel()
	h := setup(t)
	visitor, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	visitor.expect("status.changed")
	ada, _ := h.deskOf("ada")
	bo, _ := h.deskOf("bo")
	bo.watch(ref.Conversation, 1)
	add := func(id string) frame {
		ada.send(`{"id":"` + id + `","type":"note.add","data":{"conversation":"` + ref.Conversation + `","client_id":"n-1","text":" Ask @Bo ",` +
			`"mentions":["` + members["bo"].User + `","` + members["bo"].User + `"]}}`)
		return ada.expect("ack")
	}
	note, _ := add("2").Data["note"].(map[string]any)
	want := fmt.Sprintf("map[id:%s name:Ada], Ask @Bo, [%s], n-1, 7", members["ada"].User, members["bo"].User)
	if got := fmt.Sprintf("%v, %v, %v, %v, %v", note["author"], note["text"], note["mentions"], note["client_id"], note["seq"]); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if f := bo.expect("note.added"); f.text("text") != "Ask @Bo" || f.text("id") != note["id"] || f.Conversation != ref.Conversation {
		t.Fatalf("got %+v", f)
	}
	for _, desk := range []*browser{ada, bo} {
		if f := desk.expect("inbox.changed"); f.text("conversation") != ref.Conversation {
			t.Fatalf("got %+v", f)
		}
	}
	again, _ := add("3").Data["note"].(map[string]any)
	if again["id"] != note["id"] || len(h.office.notes) != 1 {
		t.Errorf("got %v behind %v", again, note)
	}
	bo.quiet()
	visitor.quiet()
}

func TestANoteThatCannotBeKeptIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting})
	ada := h.desk()
	crowd := make([]string, chat.MaxMentions+1)
	for i := range crowd {
		crowd[i] = quoted(chat.NewID(chat.UserPrefix))
	}
	for data, code := range map[string]string{
		`"client_id":"n","text":"  "`: "note_empty",
		`"client_id":"n","text":"` + strings.Repeat("\u00fc", chat.MaxNote+1) + `"`: "note_too_long",
		`"client_id":"","text":"Hi"`:                                                  "client_id_required",
		`"client_id":"n","text":"Hi","mentions":["usr_1"]`:                            "not_found",
		`"client_id":"n","text":"Hi","mentions":["` + members["stranger"].User + `"]`: "not_found",
		`"client_id":"n","text":"Hi","mentions":[` + strings.Join(crowd, ",") + `]`:   "too_many_mentions",
		`"client_id":"n","text":"Hi","mentions":"usr_1"`:                              "bad_frame",
	} {
		ada.send(`{"id":"2","type":"note.add","data":{"conversation":"` + ready.text("conversation") + `",` + data + `}}`)
		ada.expectError("2", code)
	}
	ada.send(`{"id":"3","type":"note.add","data":{"conversation":"` + ready.text("conversation") + `","client_id":"n","text":"` + strings.Repeat("\u00fc", chat.MaxNote) + `"}}`)
	ada.expect("ack")
}
