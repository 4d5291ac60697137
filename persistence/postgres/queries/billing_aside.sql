-- name: PlanBillingNotice :execrows
INSERT INTO billing_notices (tenant, key, kind, at, tries, due_at)
VALUES (sqlc.arg(tenant), sqlc.arg(key), sqlc.arg(kind), sqlc.arg(at), 0, sqlc.narg(due_at))
ON CONFLICT (tenant, key) DO NOTHING;

-- name: BillingNoticesOf :many
SELECT key, at FROM billing_notices WHERE tenant = $1;

-- Serves the node that mails, over all tenants.
-- name: DueBillingNotices :many
SELECT tenant, key FROM billing_notices WHERE due_at IS NOT NULL AND due_at <= sqlc.arg(now) ORDER BY due_at, tenant, key LIMIT sqlc.arg(count);

-- None: another node has it.
-- name: TakeBillingNotice :one
UPDATE billing_notices SET due_at = sqlc.arg(leased_until), tries = tries + 1
WHERE tenant = sqlc.arg(tenant) AND key = sqlc.arg(key) AND due_at IS NOT NULL AND due_at <= sqlc.arg(now)
RETURNING tenant, key, kind, at, tries;

-- name: BillingNoticeSent :execrows
UPDATE billing_notices SET due_at = sqlc.narg(due_at) WHERE tenant = sqlc.arg(tenant) AND key = sqlc.arg(key);

-- name: BillingReport :one
SELECT total FROM billing_reports WHERE tenant = $1 AND period = $2;

-- name: PutBillingReport :exec
INSERT INTO billing_reports (tenant, period, total, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, period) DO UPDATE SET total = excluded.total, at = excluded.at;

-- name: PutBillingComparison :exec
INSERT INTO billing_comparisons (id, body) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET body = excluded.body;

-- name: BillingComparison :one
SELECT body FROM billing_comparisons WHERE id = 1;
