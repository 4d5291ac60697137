-- Others who lock the tenant wait until the transaction ends, and then see what it did. Appends do not.
-- name: LockTenant :execrows
UPDATE tenants SET suspended = suspended WHERE id = sqlc.arg(tenant);

-- name: MembersOfTenant :many
SELECT m.user_id, m.role, m.available, m.created_at, u.profile
FROM members m JOIN users u ON u.id = m.user_id
WHERE m.tenant = $1 ORDER BY m.created_at, m.user_id;

-- name: RoleOfMember :one
SELECT role FROM members WHERE tenant = $1 AND user_id = $2;

-- name: CountMembers :one
SELECT COUNT(*) FROM members WHERE tenant = $1 AND role = $2;

-- name: SetRoleOfMember :exec
UPDATE members SET role = sqlc.arg(role) WHERE tenant = sqlc.arg(tenant) AND user_id = sqlc.arg(user_id);

-- What refers to the membership goes with it: sign-ins and mentions.
-- name: DeleteMember :exec
DELETE FROM members WHERE tenant = $1 AND user_id = $2;

-- name: SetAvailable :execrows
UPDATE members SET available = sqlc.arg(available) WHERE tenant = sqlc.arg(tenant) AND user_id = sqlc.arg(user_id);

-- name: Available :one
SELECT available FROM members WHERE tenant = $1 AND user_id = $2;

-- Whoever is a member already stays what they are.
-- name: AddMember :exec
INSERT INTO members (tenant, user_id, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, user_id) DO NOTHING;

-- None: somebody changed it meanwhile. A user is in several tenants.
-- name: SetProfile :execrows
UPDATE users SET profile = sqlc.arg(profile) WHERE id = sqlc.arg(id) AND profile = sqlc.arg(was_profile);
