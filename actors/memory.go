package actors

import (
	"slices"

	"parley/llm"
)

// memory is the recent part of a conversation that goes into a prompt.
type memory []entry

type entry struct {
	message string
	role    llm.Role
	text    string
}

// Bounds of memory: what a prompt has room for beside the passages. 12,000
// bytes are about 3,000 tokens of English.
const (
	memoryEntries = 24
	memoryBytes   = 12_000
)

// add returns the memory with one more entry, forgetting the oldest over the bounds.
func (m memory) add(e entry) memory {
	m = append(slices.Clone(m), e)
	size := 0
	for _, e := range m {
		size += len(e.text)
	}
	for len(m) > 1 && (len(m) > memoryEntries || size > memoryBytes) {
		size -= len(m[0].text)
		m = m[1:]
	}
	return m
}

// text returns what a message said, or "" if it was forgotten.
func (m memory) text(message string) string {
	for _, e := range m {
		if e.message == message {
			return e.text
		}
	}
	return ""
}

// before returns what was said before the question, as the prompt wants it.
func (m memory) before(question string) []llm.Message {
	var history []llm.Message
	for _, e := range m {
		if e.message == question {
			break
		}
		history = append(history, llm.Message{Role: e.role, Text: e.text})
	}
	return history
}
