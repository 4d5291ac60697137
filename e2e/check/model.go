package check

import (
	"parley/e2e/client"
	"parley/llm/llmtest"
)

// Texts: each completed answer is, byte for byte, what the model has to say to its question.
func Texts(log []client.Event, model func(question string) string) []string {
	var wrong findings
	asked := questionTexts(log)
	for _, a := range attempts(log) {
		if want := model(asked[a.question]); a.ended == "completed" && a.text != want {
			wrong.say("%s is %q, the model wrote %q", a.message, a.text, want)
		}
	}
	return wrong
}

// questionTexts are the texts of a log's messages.
func questionTexts(log []client.Event) map[string]string {
	texts := make(map[string]string)
	for _, e := range log {
		if e.Type == "message.created" {
			texts[e.Data.Message] = e.Data.Text
		}
	}
	return texts
}

// maxTries is how often a model is asked for one answer as long as it fails before its first token.
const maxTries = 3

// Calls: the model is called once for each answer. When processes die it may not have come to
// the call; a model that fails is tried again. It judges all conversations that asked the
// model together, and no two messages in them may have the same text.
func Calls(logs [][]client.Event, calls []llmtest.Call, allow Allow) []string {
	var wrong findings
	called := make(map[string]int)
	for _, call := range calls {
		if call.Stream { // others are not answers
			called[call.Question]++
		}
	}
	for _, log := range logs {
		asked := questionTexts(log)
		begun := make(map[string]int)
		for _, a := range attempts(log) {
			begun[asked[a.question]]++
		}
		for question, answers := range begun {
			n := called[question]
			delete(called, question)
			atLeast, atMost := answers, answers
			if allow.Lost {
				atLeast = 0
			}
			if allow.Failed {
				atMost *= maxTries
			}
			if n < atLeast || n > atMost {
				wrong.say("the model was called %d times for %d answers to %q", n, answers, question)
			}
		}
	}
	for question, n := range called {
		wrong.say("the model was called %d times for %q, which no answer was begun to", n, question)
	}
	return wrong
}
