-- name: OpenConversations :batchone
UPDATE conversations SET epoch = epoch + 1 WHERE conversations.tenant = $1 AND conversations.id = $2
RETURNING epoch, head, status, agent, bot, visitor, origin,
    (SELECT v.wrapped_key FROM visitors v WHERE v.tenant = conversations.tenant AND v.id = conversations.visitor) AS visitor_key,
    CAST((SELECT v.blocked FROM visitors v WHERE v.tenant = conversations.tenant AND v.id = conversations.visitor) AS BOOLEAN) AS blocked;

-- name: TenantKeys :batchone
SELECT wrapped_key FROM tenants WHERE id = $1;

-- name: LatestEvents :batchmany
SELECT seq, at, type, message, body FROM events
WHERE tenant = $1 AND conversation = $2 ORDER BY seq DESC LIMIT $3;

-- name: Summaries :batchone
SELECT body FROM summaries WHERE tenant = $1 AND conversation = $2;

-- What an append is checked against: the conversation, whichever tenant's it is, and the event that already has the client id.
-- name: LookUpAppends :batchone
SELECT c.tenant, c.epoch, c.head, c.visitor, e.seq, e.message
FROM conversations c
LEFT JOIN events e ON e.conversation = c.id AND e.client_id = sqlc.narg(client_id)
WHERE c.id = sqlc.arg(conversation);

-- name: VisitorKeys :batchone
SELECT wrapped_key FROM visitors WHERE tenant = $1 AND id = $2;

-- What an append is checked against that bears a conversation, or changes what is known of its visitor.
-- name: LookUpVisitors :batchone
SELECT wrapped_key, contact, contact_version, blocked FROM visitors WHERE tenant = $1 AND id = $2;

-- A visitor who was blocked puts NULL where it must not be: the whole batch fails.
-- name: CheckVisitors :batchexec
INSERT INTO visitors (tenant, id, wrapped_key, created_at)
SELECT v.tenant, NULL, v.wrapped_key, v.created_at FROM visitors v WHERE v.tenant = $1 AND v.id = $2 AND v.blocked;

-- A contact that was changed since it was read makes its version NULL: the whole batch fails.
-- name: ChangeContacts :batchexec
UPDATE visitors SET contact = sqlc.arg(contact),
    contact_version = CASE WHEN contact_version = sqlc.arg(version) THEN contact_version + 1 END
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: DeleteTerms :batchexec
DELETE FROM contact_terms WHERE tenant = $1 AND visitor = $2;

-- name: InsertTerms :batchexec
INSERT INTO contact_terms (tenant, term, visitor) VALUES ($1, $2, $3);

-- name: InsertVisitors :batchexec
INSERT INTO visitors (tenant, id, wrapped_key, created_at) VALUES ($1, $2, $3, $4);

-- name: InsertConversations :batchexec
INSERT INTO conversations (id, tenant, bot, visitor, epoch, head, status, unfinished, origin, agent, preview, created_at, updated_at, assignee, waits_since)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13);

-- A head that is not where it should be becomes NULL, which it must not be: the whole batch fails.
-- name: MoveHeads :batchexec
UPDATE conversations SET
    head = CASE WHEN tenant = sqlc.arg(tenant) AND visitor = sqlc.arg(visitor) AND epoch = sqlc.arg(epoch) AND head = sqlc.arg(old_head)
        THEN CAST(sqlc.arg(new_head) AS BIGINT) END,
    status = sqlc.arg(status), unfinished = sqlc.arg(unfinished),
    agent = sqlc.narg(agent), preview = COALESCE(sqlc.narg(preview), preview), updated_at = sqlc.arg(updated_at),
    assignee = COALESCE(sqlc.narg(assignee), assignee),
    waits_since = CASE WHEN CAST(sqlc.arg(waits) AS BOOLEAN) THEN COALESCE(waits_since, sqlc.arg(updated_at)) END,
    snoozed_until = CASE WHEN CAST(sqlc.arg(stays_snoozed) AS BOOLEAN) THEN snoozed_until END
WHERE id = sqlc.arg(id);

-- name: InsertEvents :batchexec
INSERT INTO events (conversation, seq, tenant, at, type, message, client_id, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: EventsAfter :many
SELECT seq, at, type, message, body FROM events
WHERE tenant = $1 AND conversation = $2 AND seq > $3 ORDER BY seq LIMIT $4;

-- name: ConversationVisitor :one
SELECT visitor FROM conversations WHERE tenant = $1 AND id = $2;

-- Serves the sweep over all tenants.
-- name: Unfinished :many
SELECT tenant, id FROM conversations
WHERE unfinished AND updated_at >= sqlc.arg(after) AND (updated_at > sqlc.arg(after) OR id > sqlc.arg(after_id))
ORDER BY updated_at, id LIMIT sqlc.arg(count);

-- name: ConversationUpdatedAt :one
SELECT updated_at FROM conversations WHERE tenant = $1 AND id = $2;

-- name: InsertTraces :batchexec
INSERT INTO traces (conversation, seq, tenant, body) VALUES ($1, $2, $3, $4);

-- name: TraceAt :one
SELECT t.body, c.visitor FROM traces t JOIN conversations c ON c.id = t.conversation
WHERE t.tenant = $1 AND t.conversation = $2 AND t.seq = $3;

-- name: Idle :many
SELECT id FROM conversations
WHERE tenant = sqlc.arg(tenant) AND bot = sqlc.arg(bot) AND status IN ('bot', 'agent') AND updated_at < sqlc.arg(before)
ORDER BY updated_at, id LIMIT sqlc.arg(count);

-- name: KeepSummaries :batchexec
INSERT INTO summaries (conversation, tenant, through, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (conversation) DO UPDATE SET through = excluded.through, body = excluded.body WHERE summaries.tenant = excluded.tenant;

-- Where logs are that a node has open, or that somebody watches there.
-- name: Positions :batchone
SELECT epoch, head FROM conversations WHERE tenant = $1 AND id = $2;
