package extractive_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/llm"
	"parley/llm/extractive"
	"parley/llm/llmtest"
)

func summarise(t *testing.T, request llm.SummaryRequest) string {
	t.Helper()
	summary, _, err := extractive.Provider{}.Summarise(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if request.MaxTokens > 0 && llm.Tokens(summary) > request.MaxTokens {
		t.Errorf("the summary has %d tokens, at most %d were asked for: %q", llm.Tokens(summary), request.MaxTokens, summary)
	}
	if !utf8.ValidString(summary) {
		t.Errorf("the summary is not valid UTF-8: %q", summary)
	}
	return summary
}

func TestASummaryKeepsTheMostTellingSentenceOfEachTurn(t *testing.T) {
	t.Parallel()
	got := summarise(t, llm.SummaryRequest{MaxTokens: 200, Turns: []llm.Message{
		{Role: llm.Visitor, Text: "Hi there! I hope that you are well. Where is my order A-1187 that I placed on 3 May? Thanks."},
		{Role: llm.Business, Text: "Thank you for asking. **Your order A-1187 leaves Hamburg on Monday** [1][2].\n\nIs there anything else?"},
		{Role: llm.Visitor, Text: "   "},
		{Role: llm.Visitor, Text: "订单什么时候到？"},
	}})
	want := "Visitor: Where is my order A-1187 that I placed on 3 May?\n" +
		"Business: Your order A-1187 leaves Hamburg on Monday.\n" +
		"Visitor: 订单什么时候到？"
	if got != want {
		t.Errorf("summary = %q\nwant %q", got, want)
	}
}

func TestAnEarlierSummaryKeepsItsEndAndGivesWayToWhatIsNew(t *testing.T) {
	t.Parallel()
	var earlier strings.Builder
	for i := range 40 {
		fmt.Fprintf(&earlier, "Visitor: question number %d.\n", i)
	}
	var turns []llm.Message
	for i := range 40 {
		turns = append(turns, llm.Message{Role: llm.Visitor, Text: fmt.Sprintf("And what about order %d?", i)})
	}
	got := summarise(t, llm.SummaryRequest{Earlier: earlier.String(), Turns: turns, MaxTokens: 120})
	if !strings.HasSuffix(got, "Visitor: And what about order 39?") {
		t.Errorf("the latest turn is not at the end: %q", got)
	}
	if !strings.Contains(got, "Visitor: question number 39.\nVisitor: And what about order ") {
		t.Errorf("the end of the earlier summary does not stand before the turns: %q", got)
	}
	if llm.Tokens(got) < 90 {
		t.Errorf("only %d of 120 tokens are used: %q", llm.Tokens(got), got)
	}
}

func TestOfAnEarlierSummaryWithoutLinesTheLastSentencesStay(t *testing.T) {
	t.Parallel()
	earlier := strings.Repeat("Mia asked for many things. ", 20) + "She was promised a refund of £9."
	got := summarise(t, llm.SummaryRequest{Earlier: earlier, MaxTokens: 40, Turns: []llm.Message{{Role: llm.Visitor, Text: "When?"}}})
	if !strings.Contains(got, "She was promised a refund of £9.\nVisitor: When?") || !strings.HasPrefix(got, "Mia asked") {
		t.Errorf("summary = %q", got)
	}
}

func TestASummaryFitsWhateverWasSaid(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 3, 8, 20, 60, 300} {
		for n := range 6 {
			var turns []llm.Message
			for i := range n {
				turns = append(turns, llm.Message{Role: llm.Visitor, Text: llmtest.Text(fmt.Sprint(limit, i), 80)})
			}
			turns = append(turns, llm.Message{Role: llm.Business, Text: strings.Repeat("長", 500) + "\xff"})
			request := llm.SummaryRequest{Earlier: llmtest.Text("earlier", 20*n), Turns: turns, MaxTokens: limit}
			if first := summarise(t, request); first != summarise(t, request) {
				t.Errorf("the same request has two summaries, one is %q", first)
			}
		}
	}
}

func TestASummaryOfNothingIsNothingAndTheEndOfTheContextIsSaid(t *testing.T) {
	t.Parallel()
	if got := summarise(t, llm.SummaryRequest{}); got != "" {
		t.Errorf("summary of nothing = %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (extractive.Provider{}).Summarise(ctx, llm.SummaryRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}
