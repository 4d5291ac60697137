package llm

// Prompter shows what a provider would send, for an owner who asks why a bot answers as it does.
type Prompter interface {
	Prompt(request Request) []PromptMessage
}

// PromptMessage is one message of a prompt.
type PromptMessage struct {
	Role string // the provider's word: system, user, assistant
	Text string
}
