package main

import (
	"net/http"
	"testing"
	"time"

	"parley/llm/llmtest"
)

func TestAnswersAreKeptUnlessTheyAreToBeMadeAnew(t *testing.T) {
	for setting, again := range map[string]bool{"on": true, "off": false} {
		t.Run(setting, func(t *testing.T) {
			model := llmtest.NewServer(t, llmtest.Script{Words: 20})
			o := observe(t, "--openai-base-url="+model.URL, "--openai-api-key=sk-test", "--answer-cache="+setting)
			bot := o.founded("mia@quince.example", "correct horse battery staple")
			o.do("POST", "/api/v1/bots/"+bot+"/sources", `{"title":"Bletting","text":"Persimmons are bletted in straw."}`)
			ask := func() bool {
				status, answer := o.do("POST", "/api/v1/bots/"+bot+"/answers", `{"text":"How are persimmons bletted?"}`)
				if status != http.StatusOK {
					t.Fatalf("%d %v", status, answer)
				}
				cached, _ := answer["cached"].(bool)
				return cached
			}
			for waited := 0; !o.finds(bot, "persimmons"); waited++ {
				if waited == 200 {
					t.Fatal("what it was given is not read")
				}
				time.Sleep(50 * time.Millisecond)
			}
			if ask() {
				t.Error("the first one is not new")
			}
			if got := ask(); got != again {
				t.Errorf("asked again, it is kept: %t", got)
			}
		})
	}
}

// finds tells whether a bot knows something of a word.
func (o *observed) finds(bot, word string) bool {
	o.t.Helper()
	_, found := o.do("POST", "/api/v1/bots/"+bot+"/search", `{"query":"`+word+`","limit":1}`)
	passages, _ := found["passages"].([]any)
	return len(passages) > 0
}
