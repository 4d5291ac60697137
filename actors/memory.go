package actors

import (
	"slices"

	"parley/chat"
	"parley/llm"
)

// memory is what a bot knows of a conversation: the last turns word for word, and a
// summary of what was before them. It is a value; add returns the next one.
//
// A turn stays until a summary covers it. Only when none comes for long do the oldest
// turns leave without: then the memory has a gap until the summary is made anew.
type memory struct {
	summary chat.Summary
	entries []entry // the last turns, oldest first
	tokens  int     // of the entries
	gone    int64   // seq of the last event that is in no entry any more
}

type entry struct {
	seq     int64
	message string
	role    llm.Role
	text    string
	tokens  int
}

// Bounds of memory. Tokens are as llm.Tokens estimates them.
const (
	recentTokens = 3_000 // of the turns that a summary leaves: what a prompt has room for beside the passages
	recentTurns  = 48
	// A summary is made anew when there is so much more than that: not for every turn.
	summariseTokens = 600
	summariseTurns  = 16
	summaryTokens   = 400 // of the summary itself
)

// add returns the memory with one more turn. The oldest leave when they are twice
// as many as they should be, but never the last one.
func (m memory) add(e entry) memory {
	if e.seq <= m.summary.Through {
		return m
	}
	e.tokens = llm.Tokens(e.text)
	m.entries, m.tokens = append(slices.Clone(m.entries), e), m.tokens+e.tokens
	for len(m.entries) > 1 && (m.tokens > 2*recentTokens || len(m.entries) > 2*recentTurns) {
		m.tokens, m.gone, m.entries = m.tokens-m.entries[0].tokens, m.entries[0].seq, m.entries[1:]
	}
	return m
}

// gap tells whether turns are in neither the entries nor the summary.
func (m memory) gap() bool { return m.gone > m.summary.Through }

// due tells whether the summary should be made anew, and up to which seq.
func (m memory) due() (through int64, due bool) {
	through = m.gone
	if m.tokens > recentTokens+summariseTokens || len(m.entries) > recentTurns+summariseTurns {
		tokens := m.tokens
		for i, e := range m.entries[:len(m.entries)-1] {
			if tokens <= recentTokens && len(m.entries)-i <= recentTurns {
				break
			}
			tokens, through = tokens-e.tokens, m.entries[i+1].seq-1
		}
	}
	return through, through > m.summary.Through
}

// recollect returns the memory with a newer summary.
func (m memory) recollect(summary chat.Summary) memory {
	if summary.Through <= m.summary.Through {
		return m
	}
	m.summary = summary
	for len(m.entries) > 0 && m.entries[0].seq <= summary.Through {
		m.tokens, m.entries = m.tokens-m.entries[0].tokens, m.entries[1:]
	}
	return m
}

// before returns what was said before the question, as the prompt wants it.
func (m memory) before(question string) []llm.Message {
	var history []llm.Message
	for _, e := range m.entries {
		if e.message == question {
			break
		}
		history = append(history, llm.Message{Role: e.role, Text: e.text})
	}
	return history
}

// turnOf is what an event adds to the memory.
func turnOf(e chat.Event) (entry, bool) {
	switch body := e.Body.(type) {
	case chat.MessageCreated:
		role := llm.Business
		if body.Author.Kind == chat.ByVisitor {
			role = llm.Visitor
		}
		return entry{seq: e.Seq, message: body.Message, role: role, text: body.Text}, true
	case chat.MessageCompleted:
		return entry{seq: e.Seq, message: body.Message, role: llm.Business, text: body.Text}, true
	case chat.MessageInterrupted:
		return entry{seq: e.Seq, message: body.Message, role: llm.Business, text: body.Text}, body.Text != ""
	}
	return entry{}, false
}
