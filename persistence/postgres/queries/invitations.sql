-- name: PutInvitation :exec
INSERT INTO invitations (id, tenant, email_hash, email, role, hash, invited_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, email_hash) DO UPDATE SET id = excluded.id, email = excluded.email, role = excluded.role, hash = excluded.hash,
    invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at;

-- Its secret is what makes it found: no tenant is known yet.
-- name: Invitation :one
SELECT id, tenant, email, role, hash, invited_by, created_at, expires_at FROM invitations WHERE id = $1;

-- name: InvitationsOfTenant :many
SELECT id, tenant, email, role, hash, invited_by, created_at, expires_at FROM invitations
WHERE tenant = $1 ORDER BY created_at, id;

-- Of many who accept one at once, one gets the row.
-- name: AcceptInvitation :one
DELETE FROM invitations WHERE id = $1 RETURNING tenant, role;

-- name: DeleteInvitation :execrows
DELETE FROM invitations WHERE tenant = $1 AND id = $2;
