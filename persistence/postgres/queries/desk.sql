-- A conversation as lists show it, with what is known of its visitor and how far a user has read it.
-- name: ListedConversations :batchone
SELECT c.id, c.tenant, c.bot, c.visitor, c.head, c.status, c.origin, c.agent, c.preview, c.created_at, c.updated_at,
    c.assignee, c.waits_since, c.snoozed_until, c.spam, v.wrapped_key AS visitor_key, v.contact, v.blocked,
    CAST(COALESCE((SELECT string_agg(l.label, ',') FROM conversation_labels l WHERE l.conversation = c.id), '') AS TEXT) AS labels,
    CAST(COALESCE((SELECT r.seq FROM reads r WHERE r.conversation = c.id AND r.reader = sqlc.arg(reader) AND r.reader <> ''), 0) AS BIGINT) AS read
FROM conversations c JOIN visitors v ON v.tenant = c.tenant AND v.id = c.visitor
WHERE c.tenant = sqlc.arg(tenant) AND c.id = sqlc.arg(id);

-- Who asked the assignee is told by the latest of such activities.
-- name: Line :many
SELECT c.id, c.bot, c.assignee, c.waits_since, CAST(c.assignee <> '' AND '' = COALESCE((SELECT a.by_user FROM activities a
    WHERE a.conversation = c.id AND a.kind = 'assigned' ORDER BY a.n DESC LIMIT 1), 'nobody') AS BOOLEAN) AS offered
FROM conversations c
WHERE c.tenant = sqlc.arg(tenant) AND c.status = 'waiting' AND NOT c.spam AND (c.snoozed_until IS NULL OR c.snoozed_until <= sqlc.arg(now))
ORDER BY c.waits_since, c.id LIMIT sqlc.arg(count);

-- name: Loads :many
SELECT assignee, COUNT(*) AS conversations FROM conversations
WHERE tenant = sqlc.arg(tenant) AND assignee <> '' AND status = 'agent' AND NOT spam AND (snoozed_until IS NULL OR snoozed_until <= sqlc.arg(now))
GROUP BY assignee;

-- Whoever has them, or is asked to take them, is no member or one who only looks. Serves the rounds over all tenants, too.
-- name: Orphans :many
SELECT c.tenant, c.id, c.bot, c.status, c.assignee FROM conversations c
WHERE c.assignee <> '' AND c.status IN ('waiting', 'agent') AND (CAST(sqlc.arg(tenant) AS TEXT) = '' OR c.tenant = CAST(sqlc.arg(tenant) AS TEXT))
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.tenant = c.tenant AND m.user_id = c.assignee AND m.role <> sqlc.arg(looks))
ORDER BY c.updated_at, c.id LIMIT sqlc.arg(count);

-- Locks a conversation until the transaction ends, as appends do.
-- name: HoldConversation :one
UPDATE conversations SET head = head WHERE tenant = $1 AND id = $2
RETURNING head, visitor, status, assignee, snoozed_until, spam;

-- name: AssignedBy :one
SELECT by_user FROM activities WHERE tenant = $1 AND conversation = $2 AND kind = 'assigned' ORDER BY n DESC LIMIT 1;

-- name: SetAssignee :exec
UPDATE conversations SET assignee = sqlc.arg(assignee) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: SetSnoozed :exec
UPDATE conversations SET snoozed_until = sqlc.narg(snoozed_until) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: SetSpam :exec
UPDATE conversations SET spam = sqlc.arg(spam) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: SetBlocked :execrows
UPDATE visitors SET blocked = sqlc.arg(blocked) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND blocked <> sqlc.arg(blocked);

-- Whoever inserts holds the conversation.
-- name: InsertActivities :batchexec
INSERT INTO activities (conversation, n, tenant, id, seq, at, by_user, kind, target)
SELECT c.id, (SELECT COALESCE(MAX(a.n), 0) + 1 FROM activities a WHERE a.conversation = c.id), c.tenant,
    sqlc.arg(id), sqlc.arg(seq), sqlc.arg(at), sqlc.arg(by_user), sqlc.arg(kind), sqlc.arg(target)
FROM conversations c WHERE c.tenant = sqlc.arg(tenant) AND c.id = sqlc.arg(conversation);

-- name: LatestActivities :many
SELECT id, seq, at, by_user, kind, target FROM activities
WHERE tenant = $1 AND conversation = $2 ORDER BY n DESC LIMIT $3;

-- It never goes back, nor ahead of the log.
-- name: MarkRead :execrows
INSERT INTO reads (conversation, reader, tenant, seq)
SELECT c.id, sqlc.arg(reader), c.tenant, CASE WHEN c.head < sqlc.arg(seq) THEN c.head ELSE sqlc.arg(seq) END
FROM conversations c WHERE c.tenant = sqlc.arg(tenant) AND c.id = sqlc.arg(conversation)
ON CONFLICT (conversation, reader) DO UPDATE SET seq = CASE WHEN reads.seq < excluded.seq THEN excluded.seq ELSE reads.seq END;

-- name: ReadMarks :many
SELECT r.reader, r.seq FROM conversations c LEFT JOIN reads r ON r.conversation = c.id
WHERE c.tenant = $1 AND c.id = $2;
