-- name: PlatformKey :one
SELECT wrapped FROM platform_keys WHERE name = $1;

-- name: InsertPlatformKey :exec
INSERT INTO platform_keys (name, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: TenantKey :one
SELECT wrapped_key FROM tenants WHERE id = $1;

-- name: InsertTenant :exec
INSERT INTO tenants (id, wrapped_key, name, suspended, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: Tenant :one
SELECT id, name, suspended, created_at FROM tenants WHERE id = $1;

-- name: InsertUser :exec
INSERT INTO users (id, email_hash, profile, created_at) VALUES ($1, $2, $3, $4);

-- name: UserIDByEmail :one
SELECT id FROM users WHERE email_hash = $1;

-- name: User :one
SELECT id, profile, created_at FROM users WHERE id = $1;

-- name: InsertMember :exec
INSERT INTO members (tenant, user_id, role, created_at) VALUES ($1, $2, $3, $4);

-- name: MembershipsOfUser :many
SELECT tenant, user_id, role FROM members WHERE user_id = $1 ORDER BY created_at, tenant;
