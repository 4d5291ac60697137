-- Tells appends that what they know of the webhooks is old; others who change them wait.
-- name: RaiseListeners :execrows
UPDATE tenants SET listeners = listeners + 1 WHERE id = sqlc.arg(tenant);

-- name: InsertWebhook :exec
INSERT INTO webhooks (id, tenant, target, types, enabled, disabled, failures, failing_since, failure, created_at)
VALUES ($1, $2, $3, $4, $5, '', 0, $6, '', $6);

-- name: CountWebhooks :one
SELECT COUNT(*) FROM webhooks WHERE tenant = $1;

-- name: Webhook :one
SELECT id, tenant, target, types, enabled, disabled, failures, failing_since, failure, created_at
FROM webhooks WHERE tenant = $1 AND id = $2;

-- name: WebhooksOfTenant :many
SELECT id, tenant, target, types, enabled, disabled, failures, failing_since, failure, created_at
FROM webhooks WHERE tenant = $1 ORDER BY created_at, id;

-- No row: somebody changed it meanwhile.
-- name: UpdateWebhook :one
UPDATE webhooks SET target = sqlc.arg(target), types = sqlc.arg(types), enabled = sqlc.arg(enabled), disabled = sqlc.arg(disabled)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id)
  AND target = sqlc.arg(was_target) AND types = sqlc.arg(was_types) AND enabled = sqlc.arg(was_enabled)
RETURNING id;

-- name: DeleteWebhook :execrows
DELETE FROM webhooks WHERE tenant = $1 AND id = $2;

-- name: CountWebhookFailure :exec
UPDATE webhooks SET failures = failures + 1, failure = sqlc.arg(failure),
    failing_since = CASE WHEN failures = 0 THEN sqlc.arg(at) ELSE failing_since END
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: ForgetWebhookFailures :exec
UPDATE webhooks SET failures = 0, failure = '' WHERE tenant = $1 AND id = $2 AND failures > 0;
