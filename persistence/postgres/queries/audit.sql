-- Others who add to the tenant's audit log wait until the transaction ends.
-- name: HoldAudit :one
INSERT INTO audit_heads (tenant, n, hash, base_n, base_hash) VALUES (sqlc.arg(tenant), 0, sqlc.arg(none), 0, sqlc.arg(none))
ON CONFLICT (tenant) DO UPDATE SET n = audit_heads.n
RETURNING n, hash, base_n, base_hash;

-- name: MoveAudit :exec
UPDATE audit_heads SET n = sqlc.arg(n), hash = sqlc.arg(hash) WHERE tenant = sqlc.arg(tenant);

-- name: InsertAudit :batchexec
INSERT INTO audit (tenant, n, id, at, actor_kind, actor, action, target, outcome, body, body_hash, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: AuditHead :one
SELECT n, hash, base_n, base_hash FROM audit_heads WHERE tenant = $1;

-- name: AuditBefore :many
SELECT n, id, at, actor_kind, actor, action, target, outcome, body, body_hash, hash FROM audit
WHERE tenant = sqlc.arg(tenant) AND n < sqlc.arg(before) AND at >= sqlc.arg(since) AND at < sqlc.arg(until)
    AND (CAST(sqlc.arg(actor) AS TEXT) = '' OR actor = CAST(sqlc.arg(actor) AS TEXT))
    AND (CAST(sqlc.arg(action) AS TEXT) = '' OR action = CAST(sqlc.arg(action) AS TEXT))
ORDER BY n DESC LIMIT sqlc.arg(count);

-- name: AuditAfter :many
SELECT n, id, at, actor_kind, actor, action, target, outcome, body, body_hash, hash FROM audit
WHERE tenant = sqlc.arg(tenant) AND n > sqlc.arg(after) ORDER BY n LIMIT sqlc.arg(count);

-- The last of the rows whose time is over. Those before it are as old, but for what clocks differ by.
-- name: AuditUntil :one
SELECT n, hash FROM audit WHERE tenant = sqlc.arg(tenant) AND at < sqlc.arg(before) ORDER BY n DESC LIMIT 1;

-- name: TrimAudit :execrows
DELETE FROM audit WHERE tenant = sqlc.arg(tenant) AND n <= sqlc.arg(n);

-- name: SetAuditBase :exec
UPDATE audit_heads SET base_n = sqlc.arg(n), base_hash = sqlc.arg(hash) WHERE tenant = sqlc.arg(tenant);

-- name: BlankAudit :exec
UPDATE audit SET body = NULL WHERE tenant = sqlc.arg(tenant) AND actor = sqlc.arg(actor);

-- Serves the operator, over all tenants.
-- name: AuditedTenants :many
SELECT tenant FROM audit_heads ORDER BY tenant;
