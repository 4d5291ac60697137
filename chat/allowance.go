package chat

import "context"

// Allowance is what a tenant may use now.
type Allowance struct {
	// Paused tells that its chats rest: visitors are told that the chat is unavailable, and no question is answered.
	Paused bool
	// Answers may be started in the Period; 0: as many as they like.
	Answers int64
	// Period names the time in which they are counted. "": the month of UTC.
	Period string
	// Models are what bots may be answered by, beside the platform's own, which has no name; none named: any. The first
	// answers for bots that have another one.
	Models []string
}

// Allowances knows what tenants may use.
type Allowances interface {
	// Allowance returns what holds now, from memory: what was changed elsewhere is known within a second. It fails only for a tenant of which
	// nothing is known and storage is away.
	Allowance(ctx context.Context, tenant string) (Allowance, error)
}

// ErrPaused refuses a question to a business whose chats rest.
var ErrPaused = Fail(Forbidden, "chat_unavailable", "The chat is not available right now.")
