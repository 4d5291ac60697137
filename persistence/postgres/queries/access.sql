-- name: TenantAccess :one
SELECT body FROM tenant_access WHERE tenant = $1;

-- name: PutTenantAccess :exec
INSERT INTO tenant_access (tenant, body) VALUES ($1, $2)
ON CONFLICT (tenant) DO UPDATE SET body = excluded.body;

-- name: DeleteTenantAccess :exec
DELETE FROM tenant_access WHERE tenant = $1;
