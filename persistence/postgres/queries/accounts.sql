-- name: TenantKey :one
SELECT wrapped_key FROM tenants WHERE id = $1;

-- name: InsertTenant :exec
INSERT INTO tenants (id, wrapped_key, name, suspended, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: Tenant :one
SELECT id, name, suspended, second_factor, created_at FROM tenants WHERE id = $1;

-- name: InsertUser :exec
INSERT INTO users (id, email_hash, profile, created_at) VALUES ($1, $2, $3, $4);

-- name: UserIDByEmail :one
SELECT id FROM users WHERE email_hash = $1;

-- name: User :one
SELECT id, profile, created_at, confirmed_at FROM users WHERE id = $1;

-- name: InsertMember :exec
INSERT INTO members (tenant, user_id, role, created_at) VALUES ($1, $2, $3, $4);

-- name: MembershipsOfUser :many
SELECT tenant, user_id, role FROM members WHERE user_id = $1 ORDER BY created_at, tenant;

-- name: SetUserConfirmed :exec
UPDATE users SET confirmed_at = COALESCE(confirmed_at, sqlc.arg(confirmed_at)) WHERE id = sqlc.arg(id);

-- name: SetUserEmail :execrows
UPDATE users SET email_hash = sqlc.arg(email_hash), profile = sqlc.arg(profile), confirmed_at = sqlc.arg(confirmed_at)
WHERE id = sqlc.arg(id) AND profile = sqlc.arg(was_profile);

-- name: SetTenantName :execrows
UPDATE tenants SET name = sqlc.arg(name) WHERE id = sqlc.arg(id);
