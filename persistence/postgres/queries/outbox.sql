-- What tenants want to be told, and where.
-- name: Listeners :batchmany
SELECT t.listeners, w.id, w.types FROM tenants t
LEFT JOIN webhooks w ON w.tenant = t.id AND w.enabled
WHERE t.id = $1 ORDER BY w.id;

-- A tenant whose webhooks were changed since they were read puts NULL where it must not be: the whole batch fails.
-- name: CheckListeners :batchexec
INSERT INTO outbox (id, tenant, webhook, type, conversation, seq, tries, created_at, due_at)
SELECT t.id, NULL, '', '', '', 0, 0, t.created_at, t.created_at
FROM tenants t WHERE t.id = sqlc.arg(tenant) AND t.listeners <> sqlc.arg(listeners);

-- name: InsertOutbox :batchexec
INSERT INTO outbox (id, tenant, webhook, type, conversation, seq, tries, created_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $7);

-- Serves the delivery over all tenants.
-- name: DueQueues :many
SELECT w.tenant, w.id FROM webhooks w
WHERE EXISTS (
    SELECT 1 FROM outbox o WHERE o.webhook = w.id AND o.due_at <= sqlc.arg(now)
      AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.webhook = o.webhook AND e.conversation = o.conversation AND e.seq < o.seq))
ORDER BY (SELECT MIN(o.due_at) FROM outbox o WHERE o.webhook = w.id), w.id LIMIT sqlc.arg(count);

-- The last condition decides between nodes that found the same rows: the second sees the first one's lease.
-- name: TakeOutbox :batchmany
UPDATE outbox SET tries = tries + 1, due_at = sqlc.arg(leased_until)
WHERE outbox.id IN (
    SELECT o.id FROM outbox o
    WHERE o.tenant = sqlc.arg(tenant) AND o.webhook = sqlc.arg(webhook) AND o.due_at <= sqlc.arg(now)
      AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.webhook = o.webhook AND e.conversation = o.conversation AND e.seq < o.seq)
    ORDER BY o.due_at, o.id LIMIT sqlc.arg(count))
  AND outbox.due_at <= sqlc.arg(now)
RETURNING id, tenant, webhook, type, conversation, seq, tries, created_at;

-- A delivery that arrived is done, whoever has it now.
-- name: DeleteDelivery :exec
DELETE FROM outbox WHERE tenant = $1 AND id = $2;

-- name: GiveUpDelivery :execrows
DELETE FROM outbox WHERE tenant = $1 AND id = $2 AND tries = $3;

-- name: PostponeDelivery :execrows
UPDATE outbox SET due_at = sqlc.arg(until) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND tries = sqlc.arg(tries);

-- Those behind it cannot be taken before it: they need not be looked at either.
-- name: PostponeFollowers :exec
UPDATE outbox SET due_at = sqlc.arg(until)
WHERE tenant = sqlc.arg(tenant) AND webhook = sqlc.arg(webhook) AND conversation = sqlc.arg(conversation) AND seq > sqlc.arg(seq);

-- name: DeleteDeliveriesOfWebhook :exec
DELETE FROM outbox WHERE tenant = $1 AND webhook = $2;

-- Serves the operator's measurements.
-- name: CountOutbox :one
SELECT COUNT(*) FROM (SELECT 1 FROM outbox LIMIT 100000) AS waiting;
