-- What waits, over all tenants: for the operator's measurements. Each count stops at a bound, for who measures must not be a burden.

-- name: WaitingConversations :one
SELECT COUNT(*) AS waiting, CAST(COUNT(CASE WHEN w.assignee = '' THEN 1 END) AS BIGINT) AS unassigned FROM (
    SELECT c.assignee FROM conversations c WHERE c.status = 'waiting' AND NOT c.spam LIMIT 100000) AS w;

-- name: LongestWaiting :many
SELECT waits_since FROM conversations WHERE status = 'waiting' AND NOT spam AND waits_since IS NOT NULL ORDER BY waits_since LIMIT 1;

-- name: WaitingSources :one
SELECT COUNT(*) FROM (SELECT 1 FROM sources WHERE state IN ('queued', 'reading') LIMIT 100000) AS waiting;

-- name: LongestWaitingSource :many
SELECT updated_at FROM sources WHERE state IN ('queued', 'reading') ORDER BY updated_at LIMIT 1;

-- One that failed is due later, and as old as it was.
-- name: WaitingMails :one
SELECT COUNT(*) FROM (SELECT 1 FROM mails WHERE due_at <= sqlc.arg(now) OR tries > 0 LIMIT 100000) AS waiting;

-- name: LongestWaitingMail :many
SELECT created_at FROM mails WHERE due_at <= sqlc.arg(now) OR tries > 0 ORDER BY created_at LIMIT 1;

-- Identifiers sort as they were made.
-- name: LongestWaitingDelivery :many
SELECT created_at FROM outbox ORDER BY id LIMIT 1;
