package actors_test

import (
	"testing"
	"time"

	"parley/chat"
)

func TestAConversationBeforeItsBeginningIsNotLookedFor(t *testing.T) {
	h := open(t, storages[0])
	v := h.visitor(t)
	v.Unborn = true
	h.log.away.Store(true)
	if _, now := h.watch(t, v); now.Head != 0 {
		t.Errorf("got head %d", now.Head)
	}
	h.log.away.Store(false)
	h.post(t, v, "hello")
	h.wantTypes(t, v, "message.created", "message.started")
}

func TestWhoTakesABegunConversationForAnUnbornOneLosesNothing(t *testing.T) {
	h := open(t, storages[0])
	v := h.visitor(t)
	outcomes, err := h.log.Append(t.Context(), []chat.Append{{
		Ref: v.Ref, Epoch: 1, At: time.Now(), Birth: &chat.Birth{Bot: v.Bot, Visitor: v.ID}, Status: chat.Waiting,
		Bodies: []chat.Body{chat.StatusChanged{Status: chat.Waiting}},
	}})
	if err != nil || outcomes[0].Err != nil {
		t.Fatal(err, outcomes)
	}
	v.Unborn = true
	h.watch(t, v)
	h.post(t, v, "hello")
	h.wantTypes(t, v, "status.changed waiting", "message.created")
}
