package postgres

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/chat"
)

// longestID bounds what may stand in an indexed column: Postgres refuses an
// index entry of a third of a page, and with it the whole batch.
const longestID = 256

// errIDs refuses ids that a column cannot hold.
var errIDs = chat.Fail(chat.Invalid, "bad_id", fmt.Sprintf("An identifier is longer than %d characters or contains some that are not allowed.", longestID))

// flaw tells why an append could never be written. Without this check, one
// of them would fail the statement, and so the whole batch.
func flaw(a *chat.Append) error {
	if len(a.Bodies) == 0 {
		return errors.New("append events: there are none")
	}
	ids := []string{a.Tenant, a.Conversation, string(a.Status)}
	if a.Agent != nil {
		ids = append(ids, a.Agent.ID)
	}
	if a.Birth != nil {
		ids = append(ids, a.Birth.Bot, a.Birth.Visitor)
	}
	if a.Usage != nil {
		ids = append(ids, a.Usage.Provider, a.Usage.Model)
	}
	seen := make(map[string]bool)
	for _, body := range a.Bodies {
		if _, err := recordOf(body); err != nil {
			return fmt.Errorf("append events: %w", err)
		}
		message, clientID := identify(body)
		ids = append(ids, text(message), text(clientID), string(body.Type()))
		if started, ok := body.(chat.MessageStarted); ok {
			ids = append(ids, started.Question)
		}
		if clientID == nil {
			continue
		}
		if seen[*clientID] {
			return errors.New("append events: two messages have the same client id")
		}
		seen[*clientID] = true
	}
	for _, id := range ids {
		if !storableID(id) {
			return errIDs
		}
	}
	return nil
}

// storableID tells whether a column can hold an id.
func storableID(id string) bool {
	return len(id) <= longestID && strings.IndexByte(id, 0) < 0 && utf8.ValidString(id)
}
