package improve

import (
	"context"

	"parley/chat"
	"parley/knowledge"
)

// Asker asks a bot without leaving a trace: no conversation, nothing counted, nothing taken from earlier answers.
type Asker interface {
	// Ask answers as the bot would answer a visitor. ErrNotFound: there is no such bot.
	Ask(ctx context.Context, tenant, bot string, ask Ask) (Asked, error)
}

// Ask is a question to be tried.
type Ask struct {
	Text     string
	Locale   string         // BCP 47; may be empty
	History  []Turn         // what was said before, oldest first
	Settings *chat.Settings // instead of the bot's; nil: as they are
}

// Turn is something that was said before.
type Turn struct {
	Visitor bool // or the business
	Text    string
}

// Asked is how a bot answers, and why.
type Asked struct {
	Text      string
	Citations []chat.Citation
	Offer     string
	By        By
	Hits      []knowledge.Hit // as the answer's writer got them, best first: "[1]" is the first
	Trace     chat.Trace
	Prompt    []Message // as the model was asked; none without a model
}

// By tells what wrote an answer.
type By string

// Writers of answers.
const (
	ByFAQ        By = "faq"        // a question and answer of the owner's, word for word
	BySmallTalk  By = "small_talk" // a greeting, thanks: nothing was looked up
	ByModel      By = "model"
	ByExtractive By = "extractive" // sentences of the passages
	ByNothing    By = "nothing"    // it says that it does not know
)

// Message is one message to a model.
type Message struct {
	Role string
	Text string
}
