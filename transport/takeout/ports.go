package takeout

import (
	"context"
	"io"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

// Store is what is read. All of it is required.
type Store interface {
	Tenant(ctx context.Context, id string) (account.Tenant, error)
	Members(ctx context.Context, tenant string) ([]account.Membership, error)
	Invitations(ctx context.Context, tenant string) ([]account.Invitation, error)
	Retention(ctx context.Context, tenant string) (account.Retention, error)
	Audit(ctx context.Context, tenant string, filter account.AuditFilter) ([]account.Entry, string, error)
	ConsentsOf(ctx context.Context, tenant, visitor string) ([]account.Consent, error)

	Bots(ctx context.Context, tenant string) ([]chat.Bot, error)
	Labels(ctx context.Context, tenant string) ([]chat.Label, error)
	Replies(ctx context.Context, tenant string) ([]chat.Reply, error)
	Webhooks(ctx context.Context, tenant string) ([]chat.Webhook, error)
	Questions(ctx context.Context, tenant, bot string) ([]improve.Question, error)

	Conversations(ctx context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error)
	Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error)
	Notes(ctx context.Context, ref chat.Ref) ([]chat.Note, error)
	Activities(ctx context.Context, ref chat.Ref) ([]chat.Activity, error)
	Trace(ctx context.Context, ref chat.Ref, seq int64) (chat.Trace, error)

	Sources(ctx context.Context, tenant, bot, cursor string, limit int) ([]knowledge.Source, string, error)
	Original(ctx context.Context, tenant, source string) (io.ReadCloser, error)
	SourcePassages(ctx context.Context, tenant, source string) (knowledge.Source, []knowledge.Passage, error)
}
