package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
)

var erasingTests = []test{
	{"Of an erased visitor nothing is left but that something was", func(t *testing.T, w *world) {
		ctx := t.Context()
		agent := chat.Author{Kind: chat.ByAgent, ID: w.user.ID, Name: "Ada"}
		asked := said("once", "My name is Bo and I live in Cheddar")
		answer := started(asked.Message, 1)
		birth := w.birth(w.newRef(), asked, chat.ContactChanged{Name: "Bo", Email: "bo@example.com"}, answer)
		w.committed(t, birth)
		ended := next(birth.Ref, 3, chat.MessageCompleted{Message: answer.Message, Text: "Hello Bo"}, chat.StatusChanged{Status: chat.WithAgent, Agent: &agent})
		ended.Status, ended.Agent, ended.Summary = chat.WithAgent, &agent, &chat.Summary{Through: 2, Text: "Bo lives in Cheddar"}
		ended.Trace = &chat.Trace{Query: "Bo", Kept: "a1b2"}
		w.committed(t, ended)
		w.noted(t, w.newNote(birth.Ref, "", "Bo again", w.user.ID))
		must(t, w.PlanMail(ctx, chat.Mail{ID: chat.NewID(chat.MailPrefix), Ref: birth.Ref, Kind: chat.MailTranscript, To: "bo@example.com"}))
		second := w.birth(w.newRef(), said("once", "And another thing"))
		second.Birth.Visitor = birth.Birth.Visitor
		w.committed(t, second)
		bystander := w.born(t, said("a", "I am somebody else"))

		kept, err := w.AnswersOf(ctx, w.tenant.ID, birth.Birth.Visitor)
		if must(t, err); !slices.Equal(kept, []string{"a1b2"}) {
			t.Errorf("kept answers %q", kept)
		}
		blanked, err := w.EraseVisitor(ctx, w.tenant.ID, birth.Birth.Visitor)
		must(t, err)
		if len(blanked) != 2 || blanked[0].Epoch != 2 || blanked[1].Epoch != 2 {
			t.Errorf("blanked %+v", blanked)
		}
		events := w.events(t, birth.Ref)
		if len(events) != 5+5+1 {
			t.Fatalf("there are %d events", len(events))
		}
		for i, message := range []string{asked.Message, "", answer.Message, answer.Message, ""} {
			e := events[i]
			erased, is := e.Body.(chat.Erased)
			if !is || erased.Message != message || events[5+i].Body != (chat.EventErased{Target: int64(i + 1), Message: message}) {
				t.Errorf("event %d is %+v, announced by %+v", e.Seq, e, events[5+i])
			}
		}
		if events[10].Body.(chat.StatusChanged).Status != chat.Closed || events[0].Body.Type() != chat.TypeMessageCreated {
			t.Errorf("it begins with %+v and ends with %+v", events[0], events[10])
		}
		found, err := w.Conversation(ctx, birth.Ref)
		must(t, err)
		if found.Visitor == birth.Birth.Visitor || found.Preview+found.Page+found.Locale+found.Contact.Name+found.Assignee != "" || found.Agent != nil || found.Status != chat.Closed || found.Head != 11 {
			t.Errorf("it is listed as %+v", found)
		}
		opening, err := w.Open(ctx, birth.Ref)
		if must(t, err); opening.Summary.Text != "" || opening.Epoch != 3 || opening.Visitor != found.Visitor {
			t.Errorf("it opens as %+v", opening)
		}
		if _, err := w.Trace(ctx, birth.Ref, 4); code(err) != "not_found" {
			t.Errorf("the trace: %v", err)
		}
		if notes, err := w.Notes(ctx, birth.Ref); err != nil || len(notes) > 0 {
			t.Errorf("notes %+v, %v", notes, err)
		}
		if _, err := w.Receipt(ctx, birth.Ref, "once"); code(err) != "not_found" {
			t.Errorf("the client's id: %v", err)
		}
		for _, words := range [][]string{{"bo"}, {"bo@example.com"}} {
			if list := w.list(t, chat.ConversationFilter{Words: words}); list != nil {
				t.Errorf("%q finds %v", words, list)
			}
		}
		for _, id := range []string{birth.Birth.Visitor, chat.NewID(chat.VisitorPrefix)} {
			_, err := w.EraseVisitor(ctx, w.tenant.ID, id)
			want(t, err, chat.ErrNotFound)
		}
		if texts := w.texts(t, bystander); len(texts) != 1 || !strings.Contains(texts[0], "somebody else") {
			t.Errorf("the other's are %q", texts)
		}
	}},
	{"An activation from before is fenced, and what comes after is sealed for somebody else", func(t *testing.T, w *world) {
		ctx := t.Context()
		first, third := said("a", "one"), said("a", "three")
		birth := w.birth(w.newRef(), first)
		w.committed(t, birth)
		_, err := w.EraseVisitor(ctx, w.tenant.ID, birth.Birth.Visitor)
		must(t, err)
		w.refused(t, chat.ErrFenced, next(birth.Ref, 1, said("b", "two")))
		opening, err := w.Open(ctx, birth.Ref)
		must(t, err)
		again := next(birth.Ref, opening.Head, third)
		again.Epoch = opening.Epoch
		w.committed(t, again)
		blanked, err := w.EraseVisitor(ctx, w.tenant.ID, opening.Visitor) // and once more
		if must(t, err); len(blanked) != 1 {
			t.Fatalf("blanked %+v", blanked)
		}
		if events := w.events(t, birth.Ref); len(events) != 7 || events[1].Body != (chat.EventErased{Target: 1, Message: first.Message}) || events[4].Body != (chat.EventErased{Target: 3}) || events[5].Body != (chat.EventErased{Target: 4, Message: third.Message}) {
			t.Errorf("events %+v", events)
		}
		anew := w.birth(w.newRef(), said("a", "four")) // their browser knows its old id
		anew.Birth.Visitor = birth.Birth.Visitor
		w.committed(t, anew)
		if texts := w.texts(t, anew.Ref); len(texts) != 1 {
			t.Errorf("got %q", texts)
		}
	}},
	{"Nobody erases another tenant's visitor", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		birth := w.birth(w.newRef(), said("a", "one"))
		w.committed(t, birth)
		_, err := w.EraseVisitor(t.Context(), stranger.tenant.ID, birth.Birth.Visitor)
		want(t, err, chat.ErrNotFound)
		_, err = w.AnswersOf(t.Context(), stranger.tenant.ID, birth.Birth.Visitor)
		want(t, err, chat.ErrNotFound)
		if texts := w.texts(t, birth.Ref); len(texts) != 1 {
			t.Errorf("got %q", texts)
		}
	}},
	{"Conversations go when their time is over, and visitors with the last of theirs", func(t *testing.T, w *world) {
		ctx, at := t.Context(), time.Now()
		stays := newWorld(t, w.Store).born(t, said("a", "another tenant keeps for ever"))
		old, young := w.birth(w.newRef(), said("a", "old")), w.birth(w.newRef(), said("a", "young"))
		young.At = at
		w.committed(t, old, young)
		must(t, w.PutRetention(ctx, w.tenant.ID, account.Retention{ConversationDays: 1, MaskAddresses: true}))
		if r, err := w.Retention(ctx, w.tenant.ID); err != nil || r != (account.Retention{ConversationDays: 1, MaskAddresses: true}) {
			t.Errorf("kept is %+v, %v", r, err)
		}
		mine := func(at time.Time) (all []account.Outdated) {
			found, err := w.Outdated(ctx, at, 10)
			must(t, err)
			for _, o := range found {
				if o.Tenant == w.tenant.ID {
					all = append(all, o)
				}
				if o.Ref == stays {
					t.Error("another tenant's is outdated")
				}
			}
			return all
		}
		found := mine(at)
		if len(found) != 1 || found[0].Ref != old.Ref {
			t.Fatalf("outdated are %+v", found)
		}
		must(t, w.DeleteForsaken(ctx, at))
		if gone, err := w.DeleteOutdated(ctx, found[0]); err != nil || !gone {
			t.Errorf("got %t, %v", gone, err)
		}
		_, err := w.Conversation(ctx, old.Ref)
		want(t, err, chat.ErrNotFound)
		revived := mine(at.AddDate(0, 0, 2))
		if len(revived) != 1 {
			t.Fatalf("outdated are %+v", revived)
		}
		last := next(young.Ref, 1, said("b", "not yet"))
		last.At = at.AddDate(0, 0, 2)
		w.committed(t, last)
		if gone, err := w.DeleteOutdated(ctx, revived[0]); err != nil || gone {
			t.Errorf("a conversation went in which somebody wrote: %t, %v", gone, err)
		}
		must(t, w.DeleteForsaken(ctx, at.AddDate(0, 0, 3)))
		_, err = w.AnswersOf(ctx, w.tenant.ID, old.Birth.Visitor)
		want(t, err, chat.ErrNotFound)
		_, err = w.AnswersOf(ctx, w.tenant.ID, young.Birth.Visitor)
		must(t, err)
	}},
}
