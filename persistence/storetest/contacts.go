package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var contactTests = []test{
	{"A visitor's contact is what they last said, in any conversation of theirs", func(t *testing.T, w *world) {
		first := w.birth(w.newRef(), chat.ContactChanged{Name: "Bo Diddley", Email: "bo@example.com"})
		first.Birth.Fields = chat.Fields{"plan": "gold", "since": "2019"}
		second := w.birth(w.newRef(), said("a", "Hello"))
		second.Birth.Visitor = first.Birth.Visitor
		w.committed(t, first, second)
		w.committed(t, next(second.Ref, 1, chat.ContactChanged{Phone: "+44 20"}, chat.ContactChanged{Name: "Bo"}))
		expected := chat.Contact{Name: "Bo", Email: "bo@example.com", Phone: "+44 20"}
		for _, ref := range []chat.Ref{first.Ref, second.Ref} {
			if found, err := w.Conversation(t.Context(), ref); err != nil || found.Contact != expected {
				t.Errorf("got %+v, %v", found.Contact, err)
			}
		}
		if found, err := w.Conversation(t.Context(), first.Ref); err != nil || !cmp.Equal(found.Fields, first.Birth.Fields) {
			t.Errorf("got %v, %v", found.Fields, err)
		}
	}},
	{"A visitor is found by the words of their name, their address and their number, and by no other", func(t *testing.T, w *world) {
		ref := w.born(t, chat.ContactChanged{Name: "Anne-Marie Ö'Neil", Email: " Anne@Example.com", Phone: "+44 (20) 79"})
		w.born(t, chat.ContactChanged{Name: "Anne", Email: "other@example.com", Phone: "004420"})
		for words, found := range map[string]bool{
			"anne marie": true, "NEIL": true, "ö'neil": true, "anne-marie": true, "anne@example.COM": true, "marie anne@example.com": true,
			"+442079": true, "0044 20 79": true, "+44 (20) 79": true, "marie +442079": true, "Anne Marie ö neil": true,
			"ann": false, "marie bo": false, "example.com": false, "marie other@example.com": false, "79": false, "!": false,
			strings.Repeat("marie ", 40): true, "marie a b c d e f g h i j k l m n o p q r": false,
		} {
			list := w.list(t, chat.ConversationFilter{Words: strings.Fields(words)})
			if is := cmp.Equal(list, []chat.Ref{ref}); is != found || !is && list != nil {
				t.Errorf("%q: got %v", words, list)
			}
		}
		w.committed(t, next(ref, 1, chat.ContactChanged{Name: "Bo"}))
		for words, count := range map[string]int{"bo": 1, "marie": 0, "anne@example.com": 1} {
			if list := w.list(t, chat.ConversationFilter{Words: strings.Fields(words)}); len(list) != count {
				t.Errorf("later, %q: got %v", words, list)
			}
		}
	}},
	{"What a visitor says in many conversations at once is all kept", func(t *testing.T, w *world) {
		visitor := chat.NewID(chat.VisitorPrefix)
		changes := []chat.ContactChanged{{Name: "Bo"}, {Email: "bo@example.com"}, {Phone: "+44"}}
		refs := make([]chat.Ref, len(changes))
		var group sync.WaitGroup
		for i, change := range changes {
			birth := w.birth(w.newRef(), said("a", "Hello"))
			birth.Birth.Visitor, refs[i] = visitor, birth.Ref
			w.committed(t, birth)
			group.Go(func() {
				outcomes, err := w.Append(t.Context(), []chat.Append{next(birth.Ref, 1, change)})
				if err != nil || outcomes[0].Err != nil {
					t.Errorf("append: %v, %+v", err, outcomes)
				}
			})
		}
		group.Wait()
		found, err := w.Conversation(t.Context(), refs[0])
		must(t, err)
		if (found.Contact != chat.Contact{Name: "Bo", Email: "bo@example.com", Phone: "+44"}) {
			t.Errorf("got %+v", found.Contact)
		}
	}},
	{"In one batch each change builds on the one before", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), chat.ContactChanged{Name: "Bo"})
		sibling := w.birth(w.newRef(), chat.ContactChanged{Email: "bo@example.com"})
		sibling.Birth.Visitor = birth.Birth.Visitor
		w.committed(t, birth, sibling, next(birth.Ref, 1, chat.ContactChanged{Name: "Bo Diddley"}))
		for _, words := range []string{"diddley", "bo@example.com"} {
			if list := w.list(t, chat.ConversationFilter{Words: []string{words}}); len(list) != 2 {
				t.Errorf("%q: got %v", words, list)
			}
		}
	}},
	{"A name of many words is found by its first", func(t *testing.T, w *world) {
		var name []string
		for n := range 30 {
			name = append(name, fmt.Sprint("word", n))
		}
		ref := w.born(t, chat.ContactChanged{Name: strings.Join(name, " "), Email: "bo@example.com", Phone: "1"})
		list := w.list(t, chat.ConversationFilter{Words: append(name[:14:14], "bo@example.com", "1")})
		if !cmp.Equal(list, []chat.Ref{ref}) {
			t.Errorf("got %v", list)
		}
	}},
}

// An agent's message and the beginning of waiting plan mails, in a database of their own.
var appendedMailTests = []aloneTest{
	mailTest("Appends plan the mails that follow if nobody looks, once of a kind", func(t *testing.T, _ Database, w *world) {
		agent := chat.Author{Kind: chat.ByAgent, ID: w.user.ID, Name: "Ada"}
		replied := func(clientID string) chat.Body {
			return chat.MessageCreated{Message: chat.NewID(chat.MessagePrefix), Author: agent, Text: "Hi", ClientID: clientID}
		}
		birth := w.birth(w.newRef(), said("a", "Hello"), chat.StatusChanged{Status: chat.Waiting})
		birth.At, birth.Status = longAgo(), chat.Waiting
		taken := w.status(birth.Ref, 2, 0, chat.WithAgent, w.user.ID)
		taken.At = longAgo()
		reply := next(birth.Ref, 3, replied("b"), replied("c"))
		later := next(birth.Ref, 5, replied("d"))
		for _, a := range []*chat.Append{&reply, &later} {
			a.At, a.Status, a.Agent = longAgo(), chat.WithAgent, &agent
		}
		w.committed(t, birth, taken, reply)
		w.committed(t, later)
		w.born(t, said("a", "Hello")) // plans nothing
		got := make(map[chat.MailKind]int64)
		for _, mail := range w.takeMails(t, 10) {
			if mail.Ref != birth.Ref || mail.User != "" || mail.To != "" {
				t.Errorf("got %+v", mail)
			}
			got[mail.Kind] = mail.Seq
		}
		if diff := cmp.Diff(map[chat.MailKind]int64{chat.MailWaiting: 2, chat.MailMissed: 4}, got); diff != "" {
			t.Error(diff)
		}
		fresh := w.birth(w.newRef(), said("a", "Hello"), chat.StatusChanged{Status: chat.Waiting})
		fresh.At, fresh.Status = time.Now(), chat.Waiting
		w.committed(t, fresh)
		if early := w.takeMails(t, 10); len(early) != 0 {
			t.Errorf("before they are due: %+v", early)
		}
	}),
}
