package llmtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/llm/llmtest"
)

func TestTextIsTheSameForTheSameQuestionAndAnotherForAnother(t *testing.T) {
	t.Parallel()
	first := llmtest.Text("How long is the warranty?", 40)
	if again := llmtest.Text("How long is the warranty?", 40); again != first {
		t.Errorf("asked twice: %q, then %q", first, again)
	}
	if other := llmtest.Text("How long is the guarantee?", 40); other == first {
		t.Error("two questions have one answer")
	}
	if n := len(strings.Fields(first)); n != 40 {
		t.Errorf("the text has %d words, want 40", n)
	}
	if !utf8.ValidString(first) || utf8.RuneCountInString(first) == len(first) {
		t.Errorf("the text is not multibyte UTF-8: %q", first)
	}
}

// The checkers written in TypeScript make the text themselves, so it must not drift.
func TestTextStaysAsCheckersInOtherLanguagesKnowIt(t *testing.T) {
	t.Parallel()
	const want = "dolor über “so” ut naïve ça \"quoted\" नमस्ते مرحبا. enim."
	if got := llmtest.Text("Größe?", 10); got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestScriptsAreServedInTurnAndControlledOverHTTP(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t)
	control := strings.TrimSuffix(server.URL, "/v1") + "/control"

	do(t, http.MethodPut, control+"/scripts", `[{"question":"first","times":1,"text":"once"},{"text":"then"}]`, http.StatusNoContent)
	for _, c := range []struct{ question, want string }{
		{"the first", "once"}, {"the first", "then"}, {"another", "then"},
	} {
		body, err := json.Marshal(map[string]any{"stream": true, "messages": []llmtest.Message{{Role: "user", Content: c.question}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := do(t, http.MethodPost, server.URL+"/chat/completions", string(body), http.StatusOK); !strings.Contains(got, `{"content":"`+c.want+`"}`) {
			t.Errorf("%q is answered by %s, want %q", c.question, got, c.want)
		}
	}
	var calls []llmtest.Call
	if err := json.Unmarshal([]byte(do(t, http.MethodGet, control+"/calls", "", http.StatusOK)), &calls); err != nil {
		t.Fatal(err)
	}
	if len(calls) != 3 || calls[2].Question != "another" || len(server.CallsFor("the first")) != 2 {
		t.Errorf("calls = %+v", calls)
	}
	text := do(t, http.MethodGet, control+"/text?words=12&question="+url.QueryEscape("Größe?"), "", http.StatusOK)
	if want := llmtest.Text("Größe?", 12); text != want {
		t.Errorf("text over HTTP = %q, want %q", text, want)
	}
	do(t, http.MethodPut, control+"/scripts", `[{"txet":"misspelt"}]`, http.StatusBadRequest)
	do(t, http.MethodDelete, control, "", http.StatusOK)
	if n := len(server.Calls()); n != 0 {
		t.Errorf("%d calls are remembered after a reset", n)
	}
}

func TestCallsThatAreNotStreamedAreNoAnswersAndHaveScriptsOfTheirOwn(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t,
		llmtest.Script{Question: "warranty", Times: 1, Text: "an answer"},
		llmtest.Script{Question: "warranty", Times: 1, Text: "a summary", Auxiliary: true},
	)
	whole := `{"model":"m-1","messages":[{"role":"user","content":"the warranty"}]}`
	streamed := `{"stream":true,"messages":[{"role":"user","content":"the warranty"}]}`
	if got := do(t, http.MethodPost, server.URL+"/chat/completions", whole, http.StatusOK); !strings.Contains(got, `"a summary"`) {
		t.Errorf("a call that is not streamed is answered by %s", got)
	}
	if got := do(t, http.MethodPost, server.URL+"/chat/completions", streamed, http.StatusOK); !strings.Contains(got, `"answer"`) {
		t.Errorf("the answer's script was not kept for the answer: %s", got)
	}
	if got := do(t, http.MethodPost, server.URL+"/chat/completions", whole, http.StatusOK); !strings.Contains(got, llmtest.Text("the warranty", 0)[:5]) {
		t.Errorf("without a script the text is not made of the question: %s", got)
	}
	if answers, others := server.Calls(), server.Auxiliary(); len(answers) != 1 || !answers[0].Stream || len(others) != 2 || others[0].Model != "m-1" {
		t.Errorf("answers = %+v\nothers = %+v", answers, others)
	}
	control := strings.TrimSuffix(server.URL, "/v1") + "/control"
	var others []llmtest.Call
	if err := json.Unmarshal([]byte(do(t, http.MethodGet, control+"/auxiliary", "", http.StatusOK)), &others); err != nil || len(others) != 2 {
		t.Errorf("over HTTP: %+v, %v", others, err)
	}
}

func TestAGateHoldsAnAnswerUntilItIsOpened(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t, llmtest.Script{Text: "one two three"})
	server.Brief()
	gate := server.Hold("Count.", 2)
	seen := make(chan []llmtest.Call, 1)
	go func() {
		<-gate.Reached()
		seen <- server.CallsFor("Count.")
		gate.Open()
	}()
	const request = `{"stream":true,"messages":[{"role":"user","content":"Count."}]}`
	if got := do(t, http.MethodPost, server.URL+"/chat/completions", request, http.StatusOK); !strings.Contains(got, "three") {
		t.Errorf("got %s", got)
	}
	if calls := <-seen; len(calls) != 1 || calls[0].Sent != 2 || calls[0].Messages != nil {
		t.Errorf("calls = %+v", calls)
	}
	<-gate.Ended()
	if got := do(t, http.MethodPost, server.URL+"/chat/completions", request, http.StatusOK); !strings.Contains(got, "three") {
		t.Errorf("a gate that was opened still holds: %s", got)
	}
}

func do(t *testing.T, method, address, body string, status int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, address, response.StatusCode, status, text)
	}
	return string(text)
}
