-- Serves the migration of all tenants.
-- name: Backlog :many
SELECT conversation, tenant FROM backlog ORDER BY conversation LIMIT $1;

-- name: ForgetBacklog :exec
DELETE FROM backlog WHERE tenant = $1 AND conversation = $2;

-- name: AgentOfConversation :one
SELECT agent FROM conversations WHERE tenant = $1 AND id = $2;

-- What a visitor said of themselves, in all their conversations.
-- name: ContactEvents :many
SELECT e.conversation, e.seq, e.at, e.type, e.body FROM events e JOIN conversations c ON c.id = e.conversation
WHERE c.tenant = $1 AND c.visitor = $2 AND e.type = 'contact.changed' ORDER BY e.at, e.conversation, e.seq;
