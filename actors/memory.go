package actors

import (
	"slices"

	"parley/chat"
	"parley/llm"
)

// memory is what a bot knows of a conversation: the last turns word for word, and a
// summary of what was before them. It is a value; add returns the next one.
type memory struct {
	summary   chat.Summary
	entries   []entry // the last turns, oldest first
	forgotten int     // tokens of turns that are in neither
}

type entry struct {
	seq     int64
	message string
	role    llm.Role
	text    string
}

// Bounds of memory, in tokens as llm.Tokens estimates them.
const (
	recentTokens = 3_000 // of the turns that a prompt repeats: what it has room for beside the passages
	// A summary is made anew when so much has fallen out since the last one: not for every turn,
	// and before a visitor could notice.
	summariseAt   = 600
	summaryTokens = 400 // of the summary itself
)

// add returns the memory with one more turn. The oldest leave when they are too
// many tokens together, but never the last one.
func (m memory) add(e entry) memory {
	if e.seq <= m.summary.Through {
		return m
	}
	m.entries = append(slices.Clone(m.entries), e)
	tokens := 0
	for _, e := range m.entries {
		tokens += llm.Tokens(e.text)
	}
	for len(m.entries) > 1 && tokens > recentTokens {
		out := llm.Tokens(m.entries[0].text)
		tokens -= out
		m.forgotten += out
		m.entries = m.entries[1:]
	}
	return m
}

// due tells whether the summary should be made anew, and up to which seq.
func (m memory) due() (through int64, due bool) {
	if m.forgotten < summariseAt || len(m.entries) == 0 {
		return 0, false
	}
	return m.entries[0].seq - 1, true
}

// recollect returns the memory with a newer summary.
func (m memory) recollect(summary chat.Summary) memory {
	if summary.Through <= m.summary.Through {
		return m
	}
	m.summary, m.forgotten = summary, 0
	m.entries = slices.DeleteFunc(slices.Clone(m.entries), func(e entry) bool { return e.seq <= summary.Through })
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
		return entry{e.Seq, body.Message, role, body.Text}, true
	case chat.MessageCompleted:
		return entry{e.Seq, body.Message, llm.Business, body.Text}, true
	case chat.MessageInterrupted:
		return entry{e.Seq, body.Message, llm.Business, body.Text}, body.Text != ""
	}
	return entry{}, false
}
