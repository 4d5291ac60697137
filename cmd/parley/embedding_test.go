package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/llm/llmtest"
)

// From an upload over the API to a search in other words: the job, the store, the index and the model together.
func TestWhatIsReadIsEmbeddedAndFoundInOtherWords(t *testing.T) {
	model := llmtest.NewServer(t)
	model.PlayEmbeddings(llmtest.Embeddings{Status: http.StatusTooManyRequests, RetryAfter: 1, Times: 1})
	url, stop, err := serveForNow(t.Context(), Config{EmbeddingModel: "small", EmbeddingURL: model.URL, EmbeddingKey: "sk-embeddings"})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	client := &evalClient{url: url, http: &http.Client{Timeout: time.Minute}, embeds: true}
	if err := client.register(t.Context()); err != nil {
		t.Fatal(err)
	}
	bot, names, _, err := client.know(t.Context(), "Shop", []evalDocument{
		{id: "parcels", title: "Parcels", text: "Parcels are tracked from our door to yours."},
		{id: "money", title: "Money", text: "A reimbursement reaches your bank within a week."},
		{id: "again", title: "Money", text: "A reimbursement reaches your bank within a week."},
		{id: "cats", title: "Cats", text: "Cats are welcome in all our shops."},
	})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		found, err := client.search(t.Context(), bot, "moneyback", 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			if id := names[found[0].Source]; id != "money" && id != "again" {
				t.Errorf("found %s", id)
			}
			break
		}
		if time.Now().After(deadline) { // the index follows a change within a second
			t.Fatal("what was said in other words is not found")
		}
	}
	texts := map[string]int{}
	for _, call := range model.EmbeddingsCalls() {
		if call.Model != "small" || call.Authorization != "Bearer sk-embeddings" {
			t.Errorf("asked as %s with %s", call.Model, call.Authorization)
		}
		for _, text := range call.Texts {
			texts[text]++
		}
	}
	for text, n := range texts {
		if strings.Contains(text, "reimbursement") && n > 2 { // the first request was refused
			t.Errorf("%q was embedded %d times", text, n)
		}
	}
}
