-- name: BillingState :one
SELECT tenant, version, body FROM billing_states WHERE tenant = $1;

-- None: there is one already.
-- name: InsertBillingState :execrows
INSERT INTO billing_states (tenant, version, change, provider, customer, contract, body) VALUES ($1, 1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant) DO NOTHING;

-- None: somebody has changed it.
-- name: UpdateBillingState :execrows
UPDATE billing_states SET version = version + 1, change = sqlc.arg(change), provider = sqlc.arg(provider), customer = sqlc.arg(customer),
    contract = sqlc.arg(contract), body = sqlc.arg(body)
WHERE tenant = sqlc.arg(tenant) AND version = sqlc.arg(version);

-- Others who change states, or settle events, wait until the transaction ends. It comes first in its transaction.
-- name: HoldBilling :exec
UPDATE billing_changes SET number = number WHERE id = 1;

-- Likewise.
-- name: NextBillingChange :one
UPDATE billing_changes SET number = number + 1 WHERE id = 1 RETURNING number;

-- name: LastBillingChange :one
SELECT number FROM billing_changes WHERE id = 1;

-- Serves what each node remembers, over all tenants.
-- name: BillingStatesChanged :many
SELECT tenant, change FROM billing_states WHERE change > sqlc.arg(after) ORDER BY change LIMIT sqlc.arg(count);

-- Serves the operator, over all tenants.
-- name: BillingStatesAfter :many
SELECT tenant, version, body FROM billing_states WHERE tenant > sqlc.arg(after) ORDER BY tenant LIMIT sqlc.arg(count);

-- name: TenantOfContract :many
SELECT tenant FROM billing_states WHERE contract = sqlc.arg(contract) AND contract <> '' ORDER BY change DESC LIMIT 1;

-- name: TenantOfCustomer :many
SELECT tenant FROM billing_states WHERE customer = sqlc.arg(customer) AND customer <> '' ORDER BY change DESC LIMIT 1;

-- name: ContractOfTenant :many
SELECT customer, contract FROM billing_states WHERE tenant = $1;

-- name: TenantExists :one
SELECT EXISTS (SELECT 1 FROM tenants WHERE id = sqlc.arg(tenant)) AS found;
