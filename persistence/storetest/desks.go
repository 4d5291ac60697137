package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

var deskTests = []test{
	{"A conversation has who took it or is asked to, and since when it waits", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		for i, step := range []struct {
			status   chat.Status
			assignee string
			waits    time.Time
		}{
			{chat.Waiting, "usr_a", moment(21)}, {chat.Waiting, "", moment(21)}, {chat.WithAgent, "usr_b", time.Time{}},
			{chat.Waiting, "usr_c", moment(24)}, {chat.WithBot, "", time.Time{}}, {chat.WithAgent, "usr_d", time.Time{}}, {chat.Closed, "", time.Time{}},
		} {
			w.committed(t, w.status(ref, int64(1+2*i), 21+i, step.status, step.assignee))
			w.ask(t, ref, step.status, step.assignee)
			after := next(ref, int64(2+2*i), said(fmt.Sprint("b", i), "Hello?")) // a message changes neither
			after.At, after.Status = moment(21+i), step.status
			if step.status == chat.WithAgent {
				after.Agent = &chat.Author{Kind: chat.ByAgent, ID: step.assignee, Name: "Ada"}
			}
			w.committed(t, after)
			found, err := w.Conversation(t.Context(), ref)
			must(t, err)
			if found.Assignee != step.assignee || !found.Waits.Equal(step.waits) {
				t.Errorf("after %d, %s: %q since %v", i, step.status, found.Assignee, found.Waits)
			}
		}
		born := w.birth(w.newRef(), said("a", "A person, please"), chat.StatusChanged{Status: chat.Waiting})
		born.Status = chat.Waiting
		w.committed(t, born)
		if found, err := w.Conversation(t.Context(), born.Ref); err != nil || found.Assignee != "" || !found.Waits.Equal(moment(10)) {
			t.Errorf("born waiting it is %+v, %v", found, err)
		}
	}},
	{"The line has those who wait, longest first", func(t *testing.T, w *world) {
		second, first, third := w.standing(t, 2, chat.Waiting, ""), w.standing(t, 1, chat.Waiting, w.user.ID), w.standing(t, 3, chat.Waiting, "")
		hidden, spam := w.standing(t, 0, chat.Waiting, ""), w.standing(t, 0, chat.Waiting, "")
		w.standing(t, 0, chat.WithBot, "")
		must(t, w.Snooze(t.Context(), hidden, w.user.ID, time.Now().Add(time.Hour)))
		must(t, w.MarkSpam(t.Context(), spam, w.user.ID, true))
		must(t, w.Assign(t.Context(), third, "", "usr_b"))
		must(t, w.Assign(t.Context(), third, w.user.ID, "usr_c"))
		line, err := w.Line(t.Context(), w.tenant.ID, 10)
		must(t, err)
		expected := []chat.Waiter{
			{Ref: first, Bot: w.bot.ID, Assignee: w.user.ID, Offered: true, Since: moment(1)}, {Ref: second, Bot: w.bot.ID, Since: moment(2)},
			{Ref: third, Bot: w.bot.ID, Assignee: "usr_c", Since: moment(3)},
		}
		if diff := cmp.Diff(expected, line); diff != "" {
			t.Error(diff)
		}
		if line, err = w.Line(t.Context(), w.tenant.ID, 2); err != nil || len(line) != 2 {
			t.Errorf("of two: %v, %v", line, err)
		}
	}},
	{"Loads count what agents have, and nothing that waits, is snoozed or spam", func(t *testing.T, w *world) {
		for range 3 {
			w.standing(t, 1, chat.WithAgent, "usr_a")
		}
		w.standing(t, 1, chat.WithAgent, "usr_b")
		w.standing(t, 1, chat.Waiting, "usr_c")
		must(t, w.Snooze(t.Context(), w.standing(t, 1, chat.WithAgent, "usr_a"), "usr_a", time.Now().Add(time.Hour)))
		must(t, w.MarkSpam(t.Context(), w.standing(t, 1, chat.WithAgent, "usr_a"), "usr_a", true))
		loads, err := w.Loads(t.Context(), w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff(map[string]int{"usr_a": 3, "usr_b": 1}, loads); diff != "" {
			t.Error(diff)
		}
	}},
	{"Whoever is asked to take a conversation is kept, once, and it waits as long as before", func(t *testing.T, w *world) {
		ref := w.standing(t, 1, chat.Waiting, "")
		for _, to := range []string{"usr_a", "usr_a", "", "", "usr_b"} {
			must(t, w.Assign(t.Context(), ref, "", to))
		}
		must(t, w.Assign(t.Context(), ref, w.user.ID, "usr_c"))
		if found, err := w.Conversation(t.Context(), ref); err != nil || found.Assignee != "usr_c" || !found.Waits.Equal(moment(1)) || found.Head != 2 {
			t.Errorf("got %+v, %v", found, err)
		}
		w.did(t, ref, " assigned usr_a", " assigned ", " assigned usr_b", w.user.ID+" assigned usr_c")
	}},
	{"The desk changes no choice of a person's, but for the one of nobody", func(t *testing.T, w *world) {
		ref := w.standing(t, 1, chat.Waiting, "")
		must(t, w.Assign(t.Context(), ref, w.user.ID, "usr_a"))
		for _, to := range []string{"usr_b", ""} { // it read the line before the person chose
			must(t, w.Assign(t.Context(), ref, "", to))
			if found, err := w.Conversation(t.Context(), ref); err != nil || found.Assignee != "usr_a" {
				t.Errorf("asked for %q: got %+v, %v", to, found, err)
			}
		}
		must(t, w.Assign(t.Context(), ref, w.user.ID, ""))
		must(t, w.Assign(t.Context(), ref, "", "usr_b"))
		w.did(t, ref, w.user.ID+" assigned usr_a", w.user.ID+" assigned ", " assigned usr_b")
	}},
	{"Nobody is asked to take what does not wait", func(t *testing.T, w *world) {
		for _, status := range []chat.Status{chat.WithBot, chat.WithAgent, chat.Closed} {
			ref := w.standing(t, 1, status, w.user.ID)
			err := w.Assign(t.Context(), ref, "", "usr_a")
			if code(err) != "not_waiting" || chat.AsError(err).Kind != chat.Conflict {
				t.Errorf("%s: got %v", status, err)
			}
			w.did(t, ref)
		}
		want(t, w.Assign(t.Context(), w.newRef(), "", "usr_a"), chat.ErrNotFound)
	}},
	{"Conversations of who may take none are found, whatever their role is or was", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		var expected []chat.Orphan
		for i, role := range []account.Role{account.Owner, account.Admin, account.Agent, account.Viewer} {
			member := w.colleague(t, role)
			has, asked := w.standing(t, 2*i, chat.WithAgent, member.ID), w.standing(t, 2*i+1, chat.Waiting, member.ID)
			if !role.May(account.Take) {
				expected = append(expected, w.orphan(has, chat.WithAgent, member.ID), w.orphan(asked, chat.Waiting, member.ID))
			}
		}
		w.standing(t, 0, chat.Waiting, "")
		w.standing(t, 0, chat.WithBot, "")
		removed, elsewhere := w.colleague(t, account.Agent), stranger.standing(t, 8, chat.WithAgent, w.user.ID)
		left := w.standing(t, 9, chat.WithAgent, removed.ID)
		must(t, w.Snooze(t.Context(), left, removed.ID, time.Now().Add(time.Hour)))
		orphans(t, w, 10, expected...)
		must(t, w.RemoveMember(t.Context(), w.tenant.ID, removed.ID))
		expected = append(expected, w.orphan(left, chat.WithAgent, removed.ID))
		orphans(t, w, 10, expected...)
		orphans(t, w, 1, expected[0])
		orphans(t, stranger, 10, stranger.orphan(elsewhere, chat.WithAgent, w.user.ID)) // a member of another tenant
		all, err := w.Orphans(t.Context(), "", 10_000)
		must(t, err)
		for _, orphan := range append(expected, stranger.orphan(elsewhere, chat.WithAgent, w.user.ID)) {
			if !slices.Contains(all, orphan) {
				t.Errorf("of all there is no %+v", orphan)
			}
		}
		must(t, w.SetRole(t.Context(), w.tenant.ID, expected[0].Assignee, account.Agent))
		orphans(t, w, 10, expected[2])
		w.committed(t, w.status(left, 2, 30, chat.Closed, ""))
		orphans(t, w, 10)
	}},
	{"Nobody is asked to take a conversation any more, unless somebody else is meanwhile", func(t *testing.T, w *world) {
		ref := w.standing(t, 1, chat.Waiting, "")
		must(t, w.Assign(t.Context(), ref, w.user.ID, "usr_a"))
		for _, from := range []string{"usr_b", "", "usr_a", "usr_a"} {
			must(t, w.Unassign(t.Context(), ref, from))
		}
		if found, err := w.Conversation(t.Context(), ref); err != nil || found.Assignee != "" || found.Status != chat.Waiting || !found.Waits.Equal(moment(1)) {
			t.Errorf("got %+v, %v", found, err)
		}
		w.did(t, ref, w.user.ID+" assigned usr_a", " assigned ")
		want(t, w.Unassign(t.Context(), w.standing(t, 1, chat.WithAgent, "usr_a"), "usr_a"), chat.ErrNotWaiting)
		want(t, w.Unassign(t.Context(), w.newRef(), "usr_a"), chat.ErrNotFound)
	}},
	{"Of an assignment and a take at once the take wins", func(t *testing.T, w *world) {
		for range 20 {
			ref := w.standing(t, 1, chat.Waiting, "")
			var group sync.WaitGroup
			for _, to := range []string{"usr_b", "usr_c"} {
				group.Go(func() {
					if err := w.Assign(t.Context(), ref, "", to); err != nil && code(err) != "not_waiting" {
						t.Errorf("assign: %v", err)
					}
				})
			}
			group.Go(func() {
				outcomes, err := w.Append(t.Context(), []chat.Append{w.status(ref, 2, 30, chat.WithAgent, "usr_a")})
				if err != nil || outcomes[0].Err != nil {
					t.Errorf("take: %v, %+v", err, outcomes)
				}
			})
			group.Wait()
			found, err := w.Conversation(t.Context(), ref)
			must(t, err)
			if found.Assignee != "usr_a" || found.Status != chat.WithAgent || found.Head != 3 || !found.Waits.IsZero() {
				t.Fatalf("got %+v", found)
			}
		}
	}},
}

// orphan is a conversation of the world's bot as Orphans lists it.
func (w *world) orphan(ref chat.Ref, status chat.Status, assignee string) chat.Orphan {
	return chat.Orphan{Ref: ref, Bot: w.bot.ID, Status: status, Assignee: assignee}
}

// orphans wants these to be all of the world's, in this order.
func orphans(t testing.TB, w *world, limit int, expected ...chat.Orphan) {
	t.Helper()
	found, err := w.Orphans(t.Context(), w.tenant.ID, limit)
	must(t, err)
	if !slices.Equal(expected, found) {
		t.Error(cmp.Diff(expected, found))
	}
}
