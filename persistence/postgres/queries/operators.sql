-- Of the whole installation.
-- name: IsOperator :one
SELECT count(*) FROM operators WHERE user_id = sqlc.arg(user_id);

-- name: ListOperators :many
SELECT user_id, since FROM operators ORDER BY since, user_id;

-- name: MakeOperator :exec
INSERT INTO operators (user_id, since) VALUES (sqlc.arg(user_id), sqlc.arg(since)) ON CONFLICT (user_id) DO NOTHING;

-- name: UnmakeOperator :execrows
DELETE FROM operators WHERE user_id = sqlc.arg(user_id);

-- name: SupportAccess :one
SELECT given_by, given_at, until FROM support_access WHERE tenant = sqlc.arg(tenant) AND until > sqlc.arg(now);

-- An access that goes on keeps the time at which it was given, and so the visits under it.
-- name: PutSupportAccess :exec
INSERT INTO support_access (tenant, given_by, given_at, until)
VALUES (sqlc.arg(tenant), sqlc.arg(given_by), sqlc.arg(given_at), sqlc.arg(until))
ON CONFLICT (tenant) DO UPDATE SET given_by = excluded.given_by, until = excluded.until,
    given_at = CASE WHEN support_access.until > excluded.given_at THEN support_access.given_at ELSE excluded.given_at END;

-- name: DeleteSupportAccess :exec
DELETE FROM support_access WHERE tenant = sqlc.arg(tenant);

-- name: InsertVisit :exec
INSERT INTO visits (id, tenant, user_id, token_hash, began_at, ends_at, given_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- Of whichever tenant. It goes on while its access does, and while who visits is an operator.
-- name: VisitByHash :one
SELECT v.id, v.tenant, v.user_id, v.began_at, v.ends_at FROM visits v
JOIN support_access a ON a.tenant = v.tenant AND a.given_at = v.given_at
JOIN operators o ON o.user_id = v.user_id
WHERE v.token_hash = sqlc.arg(token_hash) AND v.ends_at > sqlc.arg(now) AND a.until > sqlc.arg(now);

-- name: VisitsOf :many
SELECT id, user_id, began_at, ends_at, body FROM visits WHERE tenant = sqlc.arg(tenant)
ORDER BY began_at DESC, id DESC LIMIT sqlc.arg(count);

-- All of the installation, a page at a time.
-- name: TenantsBefore :many
SELECT t.id, t.name, t.suspended, t.created_at, t.erase_at,
    (SELECT count(*) FROM members m WHERE m.tenant = t.id) AS members,
    (SELECT count(*) FROM members m WHERE m.tenant = t.id AND m.role = 'owner') AS owners
FROM tenants t
WHERE t.created_at < sqlc.arg(at) OR t.created_at = sqlc.arg(at) AND t.id < sqlc.arg(id)
ORDER BY t.created_at DESC, t.id DESC LIMIT sqlc.arg(count);

-- name: TenantForOperator :one
SELECT t.id, t.name, t.suspended, t.created_at, t.erase_at,
    (SELECT count(*) FROM members m WHERE m.tenant = t.id) AS members,
    (SELECT count(*) FROM members m WHERE m.tenant = t.id AND m.role = 'owner') AS owners
FROM tenants t WHERE t.id = sqlc.arg(tenant);

-- name: ShutTenant :execrows
UPDATE tenants SET suspended = sqlc.arg(suspended) WHERE id = sqlc.arg(tenant) AND suspended <> sqlc.arg(suspended);
