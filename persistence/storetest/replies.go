package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

func (w *world) newReply(shortcut string) chat.Reply {
	return chat.Reply{
		ID: chat.NewID(chat.ReplyPrefix), Tenant: w.tenant.ID, Shortcut: shortcut, Title: "Greeting", Text: "Hello {{visitor.name}},\nwelcome!",
	}
}

var replyTests = []test{
	{"Saved replies come back as they were kept, by shortcut", func(t *testing.T, w *world) {
		hours, greet := w.newReply("hours"), w.newReply("greet")
		must(t, w.PutReply(t.Context(), hours))
		must(t, w.PutReply(t.Context(), greet))
		all, err := w.Replies(t.Context(), w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff([]chat.Reply{greet, hours}, all); diff != "" {
			t.Error(diff)
		}
	}},
	{"A saved reply changes in place, its shortcut too, which is then free", func(t *testing.T, w *world) {
		reply := w.newReply("hi")
		must(t, w.PutReply(t.Context(), reply))
		reply.Shortcut, reply.Title, reply.Text = "hello", "Welcome", "Good day"
		must(t, w.PutReply(t.Context(), reply))
		must(t, w.PutReply(t.Context(), reply))
		other := w.newReply("hi")
		must(t, w.PutReply(t.Context(), other))
		all, err := w.Replies(t.Context(), w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff([]chat.Reply{reply, other}, all); diff != "" {
			t.Error(diff)
		}
		other.Shortcut = "hello"
		if got := code(w.PutReply(t.Context(), other)); got != "shortcut_taken" {
			t.Errorf("got %s", got)
		}
	}},
	{"Of many who add a shortcut at once, one does", func(t *testing.T, w *world) {
		var group sync.WaitGroup
		codes := make(chan string, 6)
		for range cap(codes) {
			group.Go(func() {
				if err := w.PutReply(t.Context(), w.newReply("hi")); err != nil {
					codes <- code(err)
				}
			})
		}
		group.Wait()
		close(codes)
		refused := 0
		for c := range codes {
			refused++
			if c != "shortcut_taken" {
				t.Errorf("got %s", c)
			}
		}
		if refused != 5 {
			t.Errorf("%d were refused", refused)
		}
	}},
	{"There are so many saved replies and no more, and they can be changed still", func(t *testing.T, w *world) {
		last := chat.Reply{}
		for i := range chat.MaxReplies {
			last = w.newReply(fmt.Sprint("r", i))
			must(t, w.PutReply(t.Context(), last))
		}
		if got := code(w.PutReply(t.Context(), w.newReply("more"))); got != "too_many_replies" {
			t.Errorf("got %s", got)
		}
		last.Shortcut = "more"
		must(t, w.PutReply(t.Context(), last))
		must(t, w.DeleteReply(t.Context(), w.tenant.ID, last.ID))
		must(t, w.PutReply(t.Context(), w.newReply("another")))
	}},
	{"A saved reply is deleted once", func(t *testing.T, w *world) {
		reply := w.newReply("hi")
		must(t, w.PutReply(t.Context(), reply))
		must(t, w.DeleteReply(t.Context(), w.tenant.ID, reply.ID))
		want(t, w.DeleteReply(t.Context(), w.tenant.ID, reply.ID), chat.ErrNotFound)
		if all, err := w.Replies(t.Context(), w.tenant.ID); len(all) != 0 || err != nil {
			t.Errorf("left: %+v, %v", all, err)
		}
	}},
	{"A saved reply is nothing to another tenant", func(t *testing.T, w *world) {
		reply := w.newReply("hi")
		must(t, w.PutReply(t.Context(), reply))
		ctx, stranger := t.Context(), newWorld(t, w.Store)
		stolen := reply
		stolen.Tenant, stolen.Text = stranger.tenant.ID, "Stolen"
		want(t, w.PutReply(ctx, stolen), chat.ErrNotFound)
		want(t, w.DeleteReply(ctx, stranger.tenant.ID, reply.ID), chat.ErrNotFound)
		must(t, w.PutReply(ctx, stranger.newReply("hi"))) // a shortcut is unique in its tenant
		stolen.Tenant = "tnt_nobody"
		want(t, w.PutReply(ctx, stolen), chat.ErrNotFound)
		all, err := w.Replies(ctx, w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff([]chat.Reply{reply}, all); diff != "" {
			t.Error(diff)
		}
	}},
}
