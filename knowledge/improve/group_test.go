package improve

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

// asked makes gaps of questions, each a minute after the one before.
func asked(texts ...string) []Gap {
	begin := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	gaps := make([]Gap, len(texts))
	for i, text := range texts {
		gaps[i] = Gap{Ref: chat.Ref{Tenant: "tnt_1", Conversation: fmt.Sprintf("cnv_%04d", i)}, Seq: 3, Text: text, Reason: chat.Unanswered, At: begin.Add(time.Duration(i) * time.Minute), State: Open}
	}
	return gaps
}

func TestQuestionsThatAskForTheSameFallTogether(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"refund how long", "how long does a refund take", "How long do refunds take?"},
		{"Can I cancel my order?", "cancel order", "I want to cancel an order please"},
		{"Wie lange dauert die Rückerstattung?", "Rückerstattung wie lange", "wie lange dauert eine rückerstattung"},
		{"¿Cuánto tarda el reembolso?", "reembolso cuánto tarda"},
		{"如何重置密码？", "重置密码", "怎么重置密码"},
		{"what?", "What ?", "WHAT"},
		{"hello", "Hello!"},
	} {
		if groups := Groups(asked(same...)); len(groups) != 1 {
			t.Errorf("%q are %d groups: %v", same, len(groups), questions(groups))
		}
	}
}

func TestQuestionsThatAskForOtherThingsStayApart(t *testing.T) {
	t.Parallel()
	for _, apart := range [][]string{
		{"How do I cancel my order?", "How do I track my order?", "Can I change the address of my order?"},
		{"Do you ship to Norway?", "Do you ship on Sundays?"},
		{"How much is the Acme cloud for students?", "Does the Acme cloud have an API?"},
		{"refund how long", "opening hours", "hello", "what?"},
		{"Wie lange dauert die Rückerstattung?", "Wie lange dauert der Versand?"},
		{"如何重置密码？", "你们送货到挪威吗？"},
	} {
		if groups := Groups(asked(apart...)); len(groups) != len(apart) {
			t.Errorf("%q are %d groups: %v", apart, len(groups), questions(groups))
		}
	}
}

func questions(groups []Group) (all [][]string) {
	for _, g := range groups {
		var texts []string
		for _, gap := range g.Gaps {
			texts = append(texts, gap.Text)
		}
		all = append(all, texts)
	}
	return all
}

func TestTheMostTypicalQuestionSpeaksForItsGroup(t *testing.T) {
	t.Parallel()
	groups := Groups(asked("opening hours", "refund how long", "How long does a refund take?", "refund", "refund?", "refund how long", "Opening hours on Sunday?"))
	if len(groups) != 2 || groups[0].Question != "How long does a refund take?" || len(groups[0].Gaps) != 5 {
		t.Fatalf("%v, first %q", questions(groups), groups[0].Question)
	}
	if newest := groups[0].Gaps[0].Text; newest != "refund how long" || groups[0].LastAt().Minute() != 5 {
		t.Errorf("newest %q at %v", newest, groups[0].LastAt())
	}
}

func TestGroupsDoNotDependOnTheOrderOfQuestions(t *testing.T) {
	t.Parallel()
	gaps := manyGaps(300)
	want := Groups(gaps)
	for range 5 {
		rand.Shuffle(len(gaps), func(i, j int) { gaps[i], gaps[j] = gaps[j], gaps[i] })
		if got := Groups(gaps); !reflect.DeepEqual(got, want) {
			t.Fatal("other groups from the same questions")
		}
	}
}

func TestEveryQuestionIsInOneGroupAndErasedOnesInNone(t *testing.T) {
	t.Parallel()
	gaps := append(manyGaps(500), asked("", "  \n")...)
	seen := map[string]int{}
	for _, group := range Groups(gaps) {
		if !slices.ContainsFunc(group.Gaps, func(g Gap) bool { return strings.Join(strings.Fields(g.Text), " ") == group.Question }) {
			t.Errorf("%q is none of %v", group.Question, group.Gaps)
		}
		for _, place := range group.Places() {
			seen[place.Conversation]++
		}
	}
	for _, n := range seen {
		if n != 1 {
			t.Fatalf("a question is in %d groups", n)
		}
	}
	if len(seen) != 500 {
		t.Errorf("%d questions in groups", len(seen))
	}
}

// manyGaps are questions as a shop gets them: some often, most in other words each time.
func manyGaps(n int) []Gap {
	random := rand.New(rand.NewPCG(6, 6))
	topics := strings.Fields("refund invoice shipping warranty password voucher newsletter size colour return exchange delivery courier pickup store parking gift wrapping student discount tax customs battery charger manual spare lamp sofa table chair curtain carpet paint hammer ladder")
	frames := []string{"how long does a %s take", "%s how long", "Where do I find my %s for the %s?", "I need help with the %s, please", "Is there a %s for the %s of my %s?", "my %s does not work since I changed the %s", "%s %s", "can you tell me about %s and %s and %s in detail, I have been waiting for %s"}
	texts := make([]string, n)
	for i := range texts {
		text := frames[random.IntN(len(frames))]
		for strings.Contains(text, "%s") {
			text = strings.Replace(text, "%s", topics[random.IntN(len(topics))], 1)
		}
		texts[i] = text
	}
	return asked(texts...)
}

// go test -bench Groups: 2,000 questions are to be grouped in less than 200 ms.
func BenchmarkGroups(b *testing.B) {
	gaps := manyGaps(2000)
	groups := 0
	for b.Loop() {
		groups = len(Groups(gaps))
	}
	b.ReportMetric(float64(groups), "groups")
}
