package improve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/chat"
)

// Log is what drafts are taken from: chat.Log.
type Log interface {
	Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error)
}

// How much of the log is looked at for a draft.
const (
	draftTries  = 5   // conversations of a group, newest first
	draftEvents = 100 // behind the answer that did not help
)

// Draft is the best answer that is known to a group's question: what a person of the business wrote in one of its
// conversations after the bot could not help; "" if nobody did.
func Draft(ctx context.Context, log Log, group Group) (string, error) {
	asked := map[chat.Ref]bool{}
	for _, gap := range group.Gaps {
		if asked[gap.Ref] {
			continue
		}
		if asked[gap.Ref] = true; len(asked) > draftTries {
			return "", nil
		}
		events, err := log.Events(ctx, gap.Ref, gap.Seq, draftEvents)
		if errors.Is(err, chat.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("look for what was answered in %s: %w", gap.Ref.Conversation, err)
		}
		if answer := replied(events); answer != "" {
			return answer, nil
		}
	}
	return "", nil
}

// replied is what an agent said until the bot spoke again. People greet before they answer, and ask whether that
// helped: what is longest says most.
func replied(events []chat.Event) (answer string) {
	for _, event := range events {
		switch body := event.Body.(type) {
		case chat.MessageStarted:
			return answer
		case chat.MessageCreated:
			text := strings.TrimSpace(body.Text)
			if body.Author.Kind == chat.ByAgent && utf8.RuneCountInString(text) > utf8.RuneCountInString(answer) {
				answer = text
			}
		}
	}
	return answer
}
