package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

var gapTests = []test{
	{"A question that was not answered well is found with its words", func(t *testing.T, w *world) {
		unanswered := w.answered(t, "Do you sell glue?", chat.MessageCompleted{Text: "I do not know.", Offer: "handoff"}, chat.Unanswered)
		w.answered(t, "Do you sell nails?", chat.MessageCompleted{Text: "Yes."}, "")
		disliked := w.answered(t, "Do nails rust?", chat.MessageCompleted{Text: "No."}, "")
		verdict := next(disliked, 3, chat.FeedbackGiven{Message: "msg", Comment: "They do."})
		verdict.Gaps, verdict.At = []chat.Gap{{Seq: 3, Reason: chat.Disliked}}, moment(90)
		w.committed(t, verdict)
		expected := []improve.Gap{
			{Ref: disliked, Seq: 3, Bot: w.bot.ID, Text: "Do nails rust?", Answer: "No.", Reason: chat.Disliked, At: moment(90), State: improve.Open},
			{Ref: unanswered, Seq: 3, Bot: w.bot.ID, Text: "Do you sell glue?", Answer: "I do not know.", Reason: chat.Unanswered, At: moment(20), State: improve.Open},
		}
		if diff := cmp.Diff(expected, w.gaps(t, improve.Open)); diff != "" {
			t.Error(diff)
		}
	}},
	{"A gap is settled, and opens again when somebody dislikes the answer", func(t *testing.T, w *world) {
		ref := w.answered(t, "Do you sell glue?", chat.MessageCompleted{Text: "I do not know."}, chat.Unanswered)
		other := w.answered(t, "And screws?", chat.MessageCompleted{Text: "I do not know."}, chat.Unanswered)
		places := []improve.Place{{Conversation: ref.Conversation, Seq: 3}, {Conversation: ref.Conversation, Seq: 4}, {Conversation: "cnv_gone", Seq: 3}}
		must(t, w.SettleGaps(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), places, improve.Dismissed))
		if open := w.gaps(t, improve.Open); len(open) != 2 {
			t.Errorf("open are %+v", open)
		}
		must(t, w.SettleGaps(t.Context(), w.tenant.ID, w.bot.ID, places, improve.Answered))
		if settled := w.gaps(t, improve.Answered); len(settled) != 1 || settled[0].Ref != ref || settled[0].State != improve.Answered {
			t.Errorf("settled are %+v", settled)
		}
		if open := w.gaps(t, improve.Open); len(open) != 1 || open[0].Ref != other {
			t.Errorf("open are %+v", open)
		}
		verdict := next(ref, 3, chat.FeedbackGiven{Message: "msg"})
		verdict.Gaps = []chat.Gap{{Seq: 3, Reason: chat.Disliked}}
		w.committed(t, verdict)
		if open := w.gaps(t, improve.Open); len(open) != 2 {
			t.Errorf("open are %+v", open)
		}
	}},
}

var oldAnswerTests = []test{
	{"An answer is old when what it cites has changed since, or is gone", func(t *testing.T, w *world) {
		site := w.site(t)
		one, two, gone := w.page(site, "One", "Copper."), w.page(site, "Two", "Iron."), w.page(site, "Gone", "Brass.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{one, two, gone}})
		file, deleted, same := w.readySource(t, "A file."), w.readySource(t, "Deleted."), w.readySource(t, "The same.")
		at := time.Now().UTC().Truncate(time.Millisecond)
		cites := func(citations ...chat.Citation) string {
			return w.answeredAt(t, at, "Which?", chat.MessageCompleted{Text: "These [1].", Citations: citations}, "").Conversation
		}
		ofSite := cites(chat.Citation{Source: site.ID, Part: one.Source.ID, Title: "One"}, chat.Citation{Source: site.ID, Part: two.Source.ID, Title: "Two"})
		ofGone := cites(chat.Citation{Source: site.ID, Part: gone.Source.ID, Title: "Gone"})
		ofFile := cites(chat.Citation{Source: file.ID, Title: "A file"}, chat.Citation{Source: file.ID, Title: "A file", Quote: "again"})
		ofDeleted := cites(chat.Citation{Source: deleted.ID, Title: "Deleted"})
		cites(chat.Citation{Source: same.ID, Title: "The same"})
		cites()
		if old := w.old(t); old != nil {
			t.Fatalf("nothing has changed, and old are %+v", old)
		}
		waitFor(at)
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{one}, Gone: []string{gone.Source.ID}})
		edited := w.current(t, file)
		was := edited.UpdatedAt
		edited.ChangedAt = time.Now()
		must(t, w.Replace(t.Context(), knowledge.Replacement{Source: edited, Was: was, Passages: passages(file, 0, "Another.")}))
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, deleted.ID))
		expected := map[string]improve.Old{
			ofSite: {Source: site.ID, Title: "One"}, ofGone: {Source: site.ID, Title: "Gone", Gone: true},
			ofFile: {Source: file.ID, Title: "A file"}, ofDeleted: {Source: deleted.ID, Title: "Deleted", Gone: true},
		}
		got := make(map[string]improve.Old)
		for _, o := range w.old(t) {
			if !o.At.Equal(at) || !o.Since.After(at) || o.Seq != 3 {
				t.Errorf("got %+v", o)
			}
			got[o.Conversation] = improve.Old{Source: o.Source, Title: o.Title, Gone: o.Gone}
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
	}},
}

// waitFor returns in a later millisecond.
func waitFor(at time.Time) {
	time.Sleep(time.Until(at.Add(2 * time.Millisecond)))
}

// answered returns a conversation in which a question got an answer at seq 3, which did not help for a reason, if there is one.
func (w *world) answered(t testing.TB, question string, answer chat.MessageCompleted, reason chat.GapReason) chat.Ref {
	t.Helper()
	return w.answeredAt(t, moment(20), question, answer, reason)
}

func (w *world) answeredAt(t testing.TB, at time.Time, question string, answer chat.MessageCompleted, reason chat.GapReason) chat.Ref {
	t.Helper()
	asked := said("a", question)
	begun := started(asked.Message, 1)
	ref := w.born(t, asked, begun)
	answer.Message = begun.Message
	end := next(ref, 2, answer)
	if end.At = at; reason != "" {
		end.Gaps = []chat.Gap{{Reason: reason}}
	}
	w.committed(t, end)
	return ref
}

func (w *world) gaps(t testing.TB, state improve.GapState) []improve.Gap {
	t.Helper()
	gaps, err := w.Gaps(t.Context(), w.tenant.ID, w.bot.ID, state, 100)
	must(t, err)
	return gaps
}

func (w *world) old(t testing.TB) []improve.Old {
	t.Helper()
	old, err := w.Old(t.Context(), w.tenant.ID, w.bot.ID, 100)
	must(t, err)
	return old
}
