package llmtest

import "strings"

// Script says how calls behave. The zero Script answers at once with Text, a
// word to each delta, and ends as OpenAI does.
type Script struct {
	// Question limits the script to calls whose last user message contains it.
	Question string `json:"question,omitempty"`
	// Auxiliary makes the script serve calls that are not streamed, and only
	// those: what is scripted for a question is not spent on the summary that repeats it.
	// Of the rest, Text, Words, FirstMS, Status and the faults Silent, Hang and Cut apply.
	Auxiliary bool `json:"auxiliary,omitempty"`
	// Times is how many calls the script serves before the next one that fits takes over; 0: all.
	Times int `json:"times,omitempty"`

	Text  string `json:"text,omitempty"`  // instead of the one made of the question
	Words int    `json:"words,omitempty"` // of the text made of the question; 0: DefaultWords
	// Obey makes an answer that does whatever anything in the request says: see Obeyed. Tools are called as well.
	Obey bool `json:"obey,omitempty"`

	FirstMS int `json:"first_ms,omitempty"` // before the first delta, in milliseconds
	PaceMS  int `json:"pace_ms,omitempty"`  // between deltas, in milliseconds

	Piece int  `json:"piece,omitempty"` // bytes to a delta, at least, cut between characters; 0: a word to each
	Split bool `json:"split,omitempty"` // deltas of Piece bytes exactly, cut within characters too
	Write int  `json:"write,omitempty"` // bytes to a write on the network; 0: an event to each
	CRLF  bool `json:"crlf,omitempty"`  // lines end as on Windows
	Pings bool `json:"pings,omitempty"` // comments and empty deltas between the others

	Fault Fault `json:"fault,omitempty"`
	After int   `json:"after,omitempty"` // deltas sent before the fault
	// Status refuses the call before it begins, with Message and RetryAfter (seconds).
	Status     int    `json:"status,omitempty"`
	Message    string `json:"message,omitempty"`
	RetryAfter int    `json:"retry_after,omitempty"`
}

// Fault is a way to misbehave in an answer.
type Fault string

// The faults. All but NoDone and NoFinish leave the answer incomplete.
const (
	Silent   Fault = "silent"    // sends nothing, not even a header, until the client leaves
	Hang     Fault = "hang"      // sends nothing more until the client leaves
	Error    Fault = "error"     // reports an error in the stream (Message), then ends it
	Cut      Fault = "cut"       // resets the connection
	End      Fault = "end"       // ends the body as if all were well, without finish_reason and [DONE]
	NoDone   Fault = "no_done"   // ends after finish_reason, without [DONE]
	NoFinish Fault = "no_finish" // ends with [DONE], without finish_reason
)

// pieces cuts the text into deltas.
func (s Script) pieces(text string) []string {
	if s.Piece <= 0 && !s.Split {
		return strings.SplitAfter(text, " ")
	}
	size := max(1, s.Piece)
	var pieces []string
	for len(text) > 0 {
		cut := min(size, len(text))
		for !s.Split && cut < len(text) && text[cut]&0xC0 == 0x80 {
			cut++
		}
		pieces = append(pieces, text[:cut])
		text = text[cut:]
	}
	return pieces
}
