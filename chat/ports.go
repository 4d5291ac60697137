package chat

import (
	"context"
	"time"
)

// Log keeps conversations. SQL decides who may write: an activation opens the
// log and gets an epoch that is higher than any before; an append moves the
// head from the value it expects under that epoch, or is refused. No clock and
// no lock service is involved.
type Log interface {
	// Open starts an activation of each conversation, in one transaction: it raises the epoch, which
	// fences every earlier activation, and returns what the new one needs to go on,
	// one outcome for each, in the same order. No conversation may be named twice.
	// ErrNotFound: the conversation has no rows yet; its first append must
	// carry a Birth and uses epoch 1 and head 0. The error is for the batch: nobody may
	// go on, though epochs may have been raised. Not idempotent: each call fences the last.
	Open(ctx context.Context, refs []Ref) ([]Opened, error)

	// Append commits all given appends in one transaction, in the given order, and returns one
	// outcome for each, in the same order. A refused append (ErrFenced,
	// ErrQuota, a duplicate) leaves the others untouched. The
	// error is for the batch: nothing was acknowledged, but the commit may
	// have happened; whoever repeats must Open first, and finds by client id.
	Append(ctx context.Context, batch []Append) ([]Outcome, error)

	// Events returns events with Seq > after in order, limit at most. None is
	// not an error, ErrNotFound is for a conversation that has no rows.
	Events(ctx context.Context, ref Ref, after int64, limit int) ([]Event, error)

	// Receipt finds a message by its client id, or ErrNotFound.
	Receipt(ctx context.Context, ref Ref, clientID string) (Receipt, error)

	// Unfinished lists conversations that have a question without an ended
	// answer, oldest activity first, in order of (UpdatedAt, id), behind the given one (nil: from the start).
	// It crosses tenants: it serves the sweep that finds broken answers.
	Unfinished(ctx context.Context, after *Ref, limit int) ([]Ref, error)
}

// Opened is what became of one conversation that was opened.
type Opened struct {
	Opening Opening
	Err     error
}

// Opening is what an activation begins with.
type Opening struct {
	Epoch   int64
	Head    int64
	Status  Status
	Agent   *Author
	Bot     string
	Visitor string
	Locale  string
	Recent  []Event // the last events, oldest first, 200 at most
	Summary Summary // the latest that was kept; the zero value: none
	Blocked bool    // the visitor is
}

// Summary stands in the bot's memory for the beginning of a conversation. It is
// a side record: losing it loses nothing, for it is made from the log.
type Summary struct {
	Through int64 // seq of the last event that it covers
	Text    string
}

// Birth is what a conversation's first append needs to make its rows.
type Birth struct {
	Bot     string
	Visitor string // made with its own data key if it has no row yet
	Page    string
	Locale  string
	Fields  Fields
}

// Append is one activation's wish to extend its log. Body i gets Seq Head+1+i. A StatusChanged to WithAgent makes its agent the
// assignee of the conversation, and every other one nobody; a StatusChanged or a visitor's message ends a snooze.
type Append struct {
	Ref
	Epoch  int64
	Head   int64 // what the activation believes; the log must agree
	At     time.Time
	Birth  *Birth // set until an append has succeeded, for a conversation that Open did not find
	Bodies []Body // at least one

	Status     Status  // of the conversation after this append
	Agent      *Author // who has it after this append
	Unfinished bool    // whether a question is without an ended answer after this append

	// Limit bounds the tenant's answers of the period when Bodies start a first
	// attempt (MessageStarted with Attempt 1); 0: no limit. Over it: ErrQuota.
	Limit int64
	// Period names the time in which answers are counted, by its first instant;
	// "": the month of UTC that At is in.
	Period string
	// Usage settles the answer that Bodies end, and Trace says what produced it.
	Usage *Usage
	Trace *Trace
	// Line is of the API key whose question Bodies keep, or whose answer they end; empty: of none.
	Line string
	// Gaps are answers that did not help.
	Gaps []Gap
	// Summary replaces the one that is kept; nil: that stays.
	Summary *Summary
}

// Gap is a question that was not answered well. It only points at the log, where the words are.
type Gap struct {
	Seq    int64 // of the event that ended the answer; 0: of the MessageCompleted among the Bodies
	Reason GapReason
}

// GapReason tells why an answer did not help.
type GapReason string

// Reasons.
const (
	Unanswered GapReason = "unanswered" // nothing was found
	Disliked   GapReason = "disliked"   // the visitor says so
)

// Usage is what an answer took.
type Usage struct {
	Provider     string // "extractive", "openai"
	Model        string
	InputTokens  int64
	OutputTokens int64
	CostMicros   *int64 // millionths of a US dollar; nil: the price or the tokens are not known
	Cached       bool   // it is an earlier one, and no provider was asked
	Source       Source // of the question
}

// Expenses keeps what models took besides answering visitors: previews, tests, and the memories of conversations.
type Expenses interface {
	// AddExpense adds one to what its tenant spent; of one whose cost is not known, the tokens alone. Repeated, it counts again; after an error it may have counted.
	AddExpense(ctx context.Context, expense Expense) error
}

// Expense is what something took that is no answer to a visitor. It counts as none.
type Expense struct {
	Tenant       string
	Period       string // as in Append
	At           time.Time
	InputTokens  int64
	OutputTokens int64
	CostMicros   *int64 // millionths of a US dollar; nil: the price or the tokens are not known
}

// Source is where a question came from.
type Source string

// Where questions come from.
const (
	FromSomewhere Source = ""       // not known any more: the process that knew has ended
	FromWidget    Source = "widget" // a visitor, over a socket
	FromAPI       Source = "api"    // a program
)

// Outcome is what became of one Append. Err nil and Duplicate nil: committed.
type Outcome struct {
	// Duplicate is set when a MessageCreated among Bodies carries a client id
	// that the conversation already has; nothing was added.
	Duplicate *Receipt
	Err       error
}

// Receipt tells where a message was kept.
type Receipt struct {
	Seq     int64
	Message string
}

// Conversations lists what the log keeps, for people of the business.
type Conversations interface {
	// Conversation returns one, or ErrNotFound.
	Conversation(ctx context.Context, ref Ref) (Conversation, error)
	// Conversations returns a page, latest activity first unless the queue has another order, and the cursor of
	// the next ("" at the end). A cursor that was not given out is Invalid.
	Conversations(ctx context.Context, tenant string, filter ConversationFilter) ([]Conversation, string, error)
}

// ConversationFilter narrows a list; zero values do not.
type ConversationFilter struct {
	Status  Status
	Bot     string
	Queue   Queue
	User    string // whose QueueMine and QueueMentions, and whose Read
	Visitor string
	Label   string
	// Words are of a visitor's name, or a whole e-mail address or telephone number: all must be what one
	// visitor said of themselves. Case does not matter.
	Words []string
	// Text is what somebody looks for in what was said: a conversation must have all of its words, in any form
	// and any order. It is found some seconds after it was said. A page may be short, or empty, and not be the last.
	Text         string
	Since, Until time.Time // of the last activity
	Cursor       string
	Limit        int // 1–200; 0: 50
}

// Texts tells what texts are found by. It is safe for concurrent use.
type Texts interface {
	// Terms returns what a text is found by, each once.
	Terms(text string) []string
	// Asked returns the words that somebody looks for, at most of them, each as the terms of which a text must have one.
	Asked(text string, most int) [][]string
}

// Bots keeps tenants' bots.
type Bots interface {
	CreateBot(ctx context.Context, bot Bot) error
	// Bot returns one of the tenant's, or ErrNotFound.
	Bot(ctx context.Context, tenant, id string) (Bot, error)
	// Bots returns all of the tenant's, oldest first.
	Bots(ctx context.Context, tenant string) ([]Bot, error)
	// UpdateBot stores name, settings, appearance and domains, and raises
	// the version from the one given; an Error of kind Conflict (code "version_conflict") when it was not the latest.
	UpdateBot(ctx context.Context, bot Bot) (Bot, error)
	// DeleteBot removes the bot with its knowledge; its conversations stay. Repeating is ErrNotFound.
	DeleteBot(ctx context.Context, tenant, id string) error
}

// BotDirectory is what the engine asks of bots, without a tenant where the id
// alone must do: a visitor's first frame names a bot and nothing else.
type BotDirectory interface {
	// BotTenant returns the tenant of a bot, or ErrNotFound.
	BotTenant(ctx context.Context, id string) (string, error)
	// Bot returns a tenant's bot, or ErrNotFound.
	Bot(ctx context.Context, tenant, id string) (Bot, error)
	// BotVersions returns the present versions of the given bots, by id; those that are gone are left out.
	BotVersions(ctx context.Context, ids []string) (map[string]int64, error)
}

// Idles finds the conversations that nobody has written in for long.
type Idles interface {
	// ClosingBots returns every tenant's bots whose idle conversations close by
	// themselves: those with Settings.CloseAfter.
	ClosingBots(ctx context.Context) ([]ClosingBot, error)
	// Idle lists a bot's conversations, with the bot or with an agent, whose last event
	// is older than before; oldest first, limit at most.
	Idle(ctx context.Context, tenant, bot string, before time.Time, limit int) ([]Ref, error)
}

// ClosingBot is a bot whose conversations close when nothing happened for the time After.
type ClosingBot struct {
	Tenant string
	Bot    string
	After  time.Duration
}

// Announcer tells all nodes that something changed. An announcement may be
// lost: whoever must know compares versions in SQL as well, at the latest when it is told that some were missed.
type Announcer interface {
	// Announce is delivered at most once to each subscriber of the topic, this node's included. Many keys cost
	// hardly more than one; a key has no line breaks.
	Announce(ctx context.Context, topic string, keys ...string) error
	// Subscribe returns once it is subscribed; the listener is then called for each announcement, one at a time,
	// from a goroutine that ends with ctx. It must not block.
	Subscribe(ctx context.Context, topic string, listener Listener) error
}

// Listener hears what is announced under a topic.
type Listener struct {
	Heard func(key string)
	// Missed says that announcements may have been lost before now: all that is remembered is to be looked at
	// again. It comes within two seconds of a loss, or of the end of an outage; nil: does not matter.
	Missed func()
}

// Topics of announcements.
const (
	TopicBot    = "bot"    // key: tenant/bot whose settings or knowledge changed
	TopicInbox  = "inbox"  // key: tenant/conversation whose summary changed
	TopicMember = "member" // key: tenant/user whose role changed or whose sign-ins were revoked
	TopicPlan   = "plan"   // key: tenant whose plan changed
	TopicNode   = "node"   // key: id of a node that came, leaves or left
)
