package actors_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/actors"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// replying has the model answer at once, until the test ends.
func (h *house) replying(t *testing.T, reply func(llm.Request) string) {
	t.Helper()
	h.model.replies.Store(&reply)
	t.Cleanup(func() { h.model.replies.Store(nil) })
}

// ask posts a question and waits for the end of its answer.
func (h *house) ask(t *testing.T, v actors.Visitor, text string) chat.MessageCompleted {
	t.Helper()
	completed, err := h.Answer(t.Context(), v, chat.NewID("cid"), text, nil)
	if err != nil {
		t.Fatalf("ask %q: %v", text, err)
	}
	return completed
}

// again is the same visitor's next conversation.
func again(v actors.Visitor) actors.Visitor {
	v.Conversation = chat.NewID(chat.ConversationPrefix)
	return v
}

// lastTrace is that of the last answer of a conversation.
func (h *house) lastTrace(t *testing.T, v actors.Visitor) chat.Trace {
	t.Helper()
	return h.trace(t, v, int64(len(h.events(t, v))))
}

// change changes a bot's settings, and waits until this node has seen it.
func (h *house) change(t *testing.T, v actors.Visitor, change func(*chat.Settings)) {
	t.Helper()
	bot, err := h.bots.Bot(t.Context(), v.Tenant, v.Bot)
	if err != nil {
		t.Fatal(err)
	}
	change(&bot.Settings)
	changed, err := h.bots.UpdateBot(t.Context(), bot)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if seen, err := h.Bot(t.Context(), v.Tenant, v.Bot); err == nil && seen.Version >= changed.Version {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the change is never seen")
		}
	}
}

func passage(source, title, text string) knowledge.Hit {
	return knowledge.Hit{Passage: knowledge.Passage{ID: "psg_" + source, Source: source, Text: text}, Kind: knowledge.KindFile, Title: title, Confidence: 0.9}
}

func faqPair(source, title, question, answer string, order int) knowledge.Hit {
	return knowledge.Hit{
		Passage: knowledge.Passage{ID: fmt.Sprint("psg_", source, order), Source: source, Order: order, Headings: []string{title, question}, Text: answer},
		Kind:    knowledge.KindFAQ, Title: title, Confidence: 0.3,
	}
}

func talksSmall(t *testing.T, h *house) {
	v := h.visitor(t)
	searched := 0
	h.books.put(v.Bot, shelf{all: []knowledge.Hit{{}}, find: func(string) []knowledge.Hit { searched++; return nil }})
	var asked llm.Request
	h.replying(t, func(r llm.Request) string { asked = r; return "Guten Tag! [1]" })
	if c := h.ask(t, v, "Guten Tag!"); c.Text != "Guten Tag!" || c.Citations != nil || c.Offer != "" {
		t.Errorf("answered %+v", c)
	}
	if !asked.SmallTalk || asked.Passages != nil || asked.Language != "de" || searched != 0 {
		t.Errorf("the model was asked %+v after %d searches", asked, searched)
	}
	h.replying(t, func(llm.Request) string { return " " })
	if c := h.ask(t, v, "merci beaucoup"); !strings.HasPrefix(c.Text, "Avec plaisir") {
		t.Errorf("without the model's words: %q", c.Text)
	}
	if trace := h.lastTrace(t, v); trace.Asked != "merci beaucoup" || trace.Query != "" {
		t.Errorf("traced %+v", trace)
	}
	if c := h.ask(t, v, "Guten Tag, was kostet das Paket?"); c.Offer != actors.Handoff || searched == 0 {
		t.Errorf("a question with a greeting is answered %+v after %d searches", c, searched)
	}
}

func answersVerbatim(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(
		v.Bot, passage("src_1", "Returns", "Refunds take long."),
		faqPair("src_faq", "Questions", "How long does a refund take?", "Five *days*; see https://shop.example.", 3),
		faqPair("src_faq", "Questions", "Who are you?", "We are Ada & Co.", 4),
		faqPair("src_faq", "Questions", "What is in the box?", "A bicycle. ", 5),
		faqPair("src_faq", "Questions", "What is in the box?", "And a bell.", 6),
		faqPair("src_faq", "Questions", "What is in the box?", "A second answer.", 9),
	)
	want := chat.Citation{Source: "src_faq", Title: "Questions", Quote: "Five *days*; see https://shop.example."}
	for _, question := range []string{"How long does a refund take?", "refund: HOW LONG", "how long does it take to get a refund"} {
		c := h.ask(t, again(v), question)
		if diff := cmp.Diff([]chat.Citation{want}, c.Citations); diff != "" || c.Text != want.Quote {
			t.Errorf("%q is answered %q (-want +got):\n%s", question, c.Text, diff)
		}
	}
	h.books.put(v.Bot, shelf{all: []knowledge.Hit{ // a search finds neither by words that say nothing, nor what is said twice
		faqPair("src_faq", "Questions", "Who are you?", "We are Ada & Co.", 4),
		faqPair("src_faq", "Questions", "What is in the box?", "A bicycle. ", 5),
		faqPair("src_faq", "Questions", "What is in the box?", "And a bell.", 6),
		faqPair("src_faq", "Questions", "What is in the box?", "A second answer.", 9),
	}, find: func(string) []knowledge.Hit {
		return []knowledge.Hit{faqPair("src_faq", "Questions", "What is in the box?", "A bicycle. ", 5)}
	}})
	if c := h.ask(t, v, "Who are you?"); c.Text != "We are Ada & Co." {
		t.Errorf("the owner's answer to small talk: %q", c.Text)
	}
	if c := h.ask(t, v, "what's in the box"); c.Text != "A bicycle. And a bell." {
		t.Errorf("an answer that is two passages: %q", c.Text)
	}
	if trace := h.lastTrace(t, v); trace.Provider != actors.ByFAQ || len(trace.Passages) != 2 || trace.Calls != 0 {
		t.Errorf("traced %+v", trace)
	}
	h.books.set(
		v.Bot, faqPair("src_faq", "Questions", "How long does a refund take?", "Five days.", 3),
		faqPair("src_fix", knowledge.CorrectedAnswers, "How long does it take to get a refund?", "Six days.", 0),
	)
	if c := h.ask(t, again(v), "How long does a refund take?"); c.Text != "Six days." {
		t.Errorf("what the owner corrected does not win: %q", c.Text)
	}
}

func standsAlone(t *testing.T, h *house) {
	v := h.visitor(t)
	norway, children := passage("src_1", "Norway", "Shipping to Norway costs nine euros."), passage("src_2", "Children", "Children pay half.")
	h.books.put(v.Bot, shelf{all: []knowledge.Hit{norway, children}, find: func(query string) []knowledge.Hit {
		switch {
		case strings.Contains(query, "Norway"):
			return []knowledge.Hit{norway}
		case strings.Contains(query, "children"):
			return []knowledge.Hit{children}
		}
		return nil
	}})
	var asked llm.Request
	h.replying(t, func(r llm.Request) string { asked = r; return "It costs nine euros [1]." })
	var rewritten []llm.RewriteRequest
	says := func(text string, err error) {
		rewrite := func(r llm.RewriteRequest) (string, error) {
			rewritten = append(rewritten, r)
			return text, err
		}
		h.model.rewrites.Store(&rewrite)
	}
	t.Cleanup(func() { h.model.rewrites.Store(nil) })
	says("How much is\n shipping to Norway?", nil)
	h.ask(t, v, "Do you ship to Norway?")
	if len(rewritten) != 0 {
		t.Fatal("the first question was rewritten")
	}
	h.ask(t, v, "And how much is it?")
	if len(rewritten) != 1 || rewritten[0].Question != "And how much is it?" || len(rewritten[0].History) != 2 {
		t.Fatalf("rewritten %+v", rewritten)
	}
	if trace := h.lastTrace(t, v); trace.Asked != "And how much is it?" || trace.Query != "How much is shipping to Norway?" || len(trace.Passages) != 1 {
		t.Errorf("traced %+v", trace)
	}
	if asked.Question != "And how much is it?" || asked.Passages[0].Title != "Norway" {
		t.Errorf("the model was asked %+v", asked)
	}
	h.ask(t, v, "What do children pay for shipping?")
	if len(rewritten) != 1 {
		t.Error("a question that stands alone was rewritten")
	}
	says("", errors.New("away"))
	h.ask(t, v, "And how long does that take?")
	if trace := h.lastTrace(t, v); trace.Query != "What do children pay for shipping? And how long does that take?" {
		t.Errorf("when it fails, %q is searched for", trace.Query)
	}
	says("Which Norway secrets does Contoso keep in volcanoes?", nil)
	h.ask(t, v, "And what about children?")
	if trace := h.lastTrace(t, v); trace.Query != "And what about children?" {
		t.Errorf("an invented question is followed: %q", trace.Query)
	}
}

func answersAgain(t *testing.T, h *house) {
	v, other := h.visitor(t), h.visitor(t)
	returns := passage("src_1", "Returns", "Returns are free within 45 days.")
	h.books.set(v.Bot, returns)
	h.books.set(other.Bot, returns)
	calls := 0
	h.replying(t, func(llm.Request) string { calls++; return fmt.Sprintf("Answer %d: returns are free [1].", calls) })
	expect := func(what string, v actors.Visitor, question string, want int, cached bool) {
		t.Helper()
		before := h.Stats()
		c := h.ask(t, v, question)
		if c.Text != fmt.Sprintf("Answer %d: returns are free [1].", want) || c.Cached != cached || len(c.Citations) != 1 || c.Citations[0].Mark != 1 {
			t.Errorf("%s: %+v, want answer %d, cached %v", what, c, want, cached)
		}
		trace := h.lastTrace(t, v)
		if trace.Cached != cached || trace.Asked != question || len(trace.Passages) != 1 || cached && (trace.InputTokens != 0 || trace.Calls != 0 || trace.CostMicros == nil) {
			t.Errorf("%s: traced %+v", what, trace)
		}
		if hits := h.Stats().CacheHits - before.CacheHits; hits == 1 != cached {
			t.Errorf("%s: %d hits are counted", what, hits)
		}
	}
	first := again(v)
	expect("the first time", first, "Are returns free?", 1, false)
	expect("the same", again(v), "are returns FREE", 1, true)
	expect("within a conversation", first, "Are returns free?", 2, false)
	expect("another bot", other, "Are returns free?", 3, false)
	swiss := again(v)
	swiss.Locale = "de-CH"
	expect("another language", swiss, "Are returns free?", 4, false)
	h.change(t, v, func(s *chat.Settings) { s.Tone = "formal" })
	expect("after a change of the settings", again(v), "Are returns free?", 5, false)
	expect("and again", again(v), "Are returns free?", 5, true)
	h.books.set(v.Bot, returns)
	expect("after a change of the knowledge", again(v), "Are returns free?", 6, false)
	if len(h.log.missing(first.Ref)) != 0 {
		t.Error("a good answer is noted as one that did not help")
	}
	h.replying(t, func(llm.Request) string { calls++; return llm.NotFound + " I do not know." })
	for range 2 {
		if c := h.ask(t, again(v), "Is the moon free?"); c.Cached {
			t.Error("what was not known is remembered")
		}
	}
}

func modelDoesNotKnow(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Returns", "Returns are free within 45 days."))
	h.replying(t, func(llm.Request) string { return llm.NotFound + " That is not in my papers [1]." })
	if c := h.ask(t, v, "What about giraffes?"); c.Text != "That is not in my papers." || c.Offer != actors.Handoff || c.Citations != nil {
		t.Errorf("answered %+v", c)
	}
	h.replying(t, func(llm.Request) string { return llm.NotFound })
	if c := h.ask(t, v, "What do giraffes cost?"); !strings.HasPrefix(c.Text, actors.DefaultFallback) || c.Offer != actors.Handoff {
		t.Errorf("answered %+v", c)
	}
	if gaps := h.log.missing(v.Ref); len(gaps) != 2 || gaps[0].Reason != chat.Unanswered {
		t.Errorf("noted %+v", gaps)
	}
}

func speaksTheirLanguage(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(v.Bot, knowledge.Hit{Passage: knowledge.Passage{Text: "About boats."}, Confidence: 0.05})
	if c := h.ask(t, v, "Wie lange dauert die Lieferung von Flugzeugen?"); !strings.HasPrefix(c.Text, "Dazu habe ich") || !strings.HasSuffix(c.Text, "Menschen sprechen?") {
		t.Errorf("answered %q", c.Text)
	}
	h.change(t, v, func(s *chat.Settings) { s.Languages = []string{"fr"} })
	if c := h.ask(t, v, "Wie lange dauert das?"); !strings.HasPrefix(c.Text, "Je n'ai rien") {
		t.Errorf("in another language than the owner's: %q", c.Text)
	}
	h.change(t, v, func(s *chat.Settings) { s.Fallback = "Ask Mia." })
	if c := h.ask(t, v, "Wie lange dauert das Ganze?"); c.Text != "Ask Mia." {
		t.Errorf("the owner's own words: %q", c.Text)
	}
}

func showsOnlyWhatItMay(t *testing.T, h *house) {
	v := h.visitor(t)
	const secret = "Never tell anybody that we will close the shop in Lisbon at the end of the year"
	h.change(t, v, func(s *chat.Settings) { s.Instructions = secret + "." })
	h.books.set(v.Bot, passage("src_1", "Returns", "Returns are free: https://shop.example/returns."))
	seen, _ := h.watch(t, v)
	for _, c := range []struct{ says, want string }{
		{"Returns are free: [form](https://shop.example/returns), [spam](https://evil.example) ![x](https://evil.example/x) [1][2]", "Returns are free: [form](https://shop.example/returns), spam x [1]"},
		{"Sure. " + secret + ", that is all.", "Sure. Never tell anybody "},
	} {
		h.replying(t, func(llm.Request) string { return c.says })
		h.post(t, v, "Are returns free? "+c.want)
		completed := seen.ending(t).(chat.MessageCompleted)
		if completed.Text != c.want || seen.text(t, completed.Message) != c.want {
			t.Errorf("%q is shown as %q, kept as %q", c.says, seen.text(t, completed.Message), completed.Text)
		}
	}
	if trace := h.lastTrace(t, v); trace.Finish != "withheld" {
		t.Errorf("traced %+v", trace)
	}
	h.replying(t, func(llm.Request) string { return "[1] [2]" })
	if c := h.ask(t, v, "Are returns really free?"); c.Text == "" {
		t.Error("nothing is said")
	}
}

func previews(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Returns", "Returns are free within 45 days."))
	var asked llm.Request
	h.replying(t, func(r llm.Request) string { asked = r; return "Returns are free [1]." })
	settings := chat.Settings{Instructions: "Be brief.", Length: "short"}
	p, err := h.Preview(t.Context(), v.Tenant, v.Bot, actors.Preview{
		Text: "Are returns free?", Locale: "en", Settings: &settings,
		History: []llm.Message{{Role: llm.Visitor, Text: "Hello"}, {Role: llm.Business, Text: "Hi"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.Text != "Returns are free [1]." || p.By != actors.ByModel || len(p.Citations) != 1 || len(p.Hits) != 1 || p.Trace.Query == "" || p.Trace.Ended == 0 {
		t.Errorf("previewed %+v", p)
	}
	if len(p.Prompt) != 2 || !strings.Contains(p.Prompt[0].Text, "Be brief.") || asked.Instructions != "Be brief." || asked.Length != "short" || len(asked.History) != 2 {
		t.Errorf("with the prompt %+v of %+v", p.Prompt, asked)
	}
	if p, err = h.Preview(t.Context(), v.Tenant, v.Bot, actors.Preview{Text: "Are returns free?"}); err != nil || p.Trace.Cached {
		t.Errorf("an earlier answer is used: %+v, %v", p, err)
	}
	if c := h.ask(t, v, "Are returns free?"); c.Cached || asked.Instructions != "" {
		t.Errorf("the preview was kept: %+v", c)
	}
	h.books.set(v.Bot, knowledge.Hit{Confidence: 0.1})
	for question, by := range map[string]string{"Giraffes?": actors.ByNothing, "hello": actors.BySmallTalk} {
		if p, err := h.Preview(t.Context(), v.Tenant, v.Bot, actors.Preview{Text: question}); err != nil || p.By != by {
			t.Errorf("%q is answered by %q, %v", question, p.By, err)
		}
	}
	if _, err := h.Preview(t.Context(), v.Tenant, chat.NewID(chat.BotPrefix), actors.Preview{Text: "x"}); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a bot that there is not: %v", err)
	}
}

func notesGaps(t *testing.T, h *house) {
	v := h.visitor(t)
	h.replying(t, func(llm.Request) string { return "An answer." })
	good := h.ask(t, v, "What is good?")
	bad := h.ask(t, v, "What is bad?")
	for _, f := range []chat.FeedbackGiven{{Message: good.Message, Helpful: true}, {Message: bad.Message}} {
		if err := h.Feedback(t.Context(), v, f); err != nil {
			t.Fatal(err)
		}
	}
	h.books.set(v.Bot, knowledge.Hit{Confidence: 0.1})
	h.ask(t, v, "What are giraffes?")
	events := h.events(t, v)
	seq := int64(0)
	for _, e := range events {
		if c, ok := e.Body.(chat.MessageCompleted); ok && c.Message == bad.Message {
			seq = e.Seq
		}
	}
	want := []chat.Gap{{Seq: seq, Reason: chat.Disliked}, {Reason: chat.Unanswered}}
	if diff := cmp.Diff(want, h.log.missing(v.Ref)); diff != "" || seq == 0 {
		t.Errorf("noted (-want +got):\n%s", diff)
	}
}
