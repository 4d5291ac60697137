-- Over all tenants: what is to be read again.
-- name: DueSources :many
SELECT tenant, bot, id FROM sources WHERE next_read <= sqlc.arg(now) AND state IN ('ready', 'failed') ORDER BY next_read LIMIT sqlc.arg(count);

-- name: LastOrdinal :one
SELECT CAST(COALESCE(MAX(ordinal), 0) AS BIGINT) FROM addresses WHERE tenant = $1 AND site = $2;

-- name: FindAddresses :batchexec
INSERT INTO addresses (site, hash, tenant, label, state, depth, ordinal, round, page) VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, '')
ON CONFLICT (site, hash) DO UPDATE SET state = excluded.state, depth = excluded.depth, ordinal = excluded.ordinal, round = excluded.round
WHERE addresses.round < excluded.round AND addresses.tenant = excluded.tenant;

-- name: SettleAddresses :batchexec
INSERT INTO addresses (site, hash, tenant, label, state, depth, ordinal, round, page, text_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (site, hash) DO UPDATE SET label = excluded.label, state = excluded.state, depth = excluded.depth, round = excluded.round,
    page = excluded.page, text_hash = excluded.text_hash
WHERE addresses.tenant = excluded.tenant;

-- name: ForgetPage :exec
UPDATE addresses SET page = '' WHERE tenant = sqlc.arg(tenant) AND site = sqlc.arg(site) AND page = CAST(sqlc.arg(page) AS TEXT) AND page <> '';

-- name: WaitingAddresses :many
SELECT a.hash, a.label, a.state, a.depth, a.round, a.page, a.ordinal FROM addresses a
WHERE a.tenant = sqlc.arg(tenant) AND a.site = sqlc.arg(site) AND a.state = 'waiting'
  AND a.round = (SELECT s.round FROM sources s WHERE s.tenant = a.tenant AND s.id = sqlc.arg(site))
ORDER BY a.depth, a.ordinal LIMIT sqlc.arg(count);

-- name: KnownAddresses :batchone
SELECT hash, label, state, depth, round, page, ordinal FROM addresses WHERE tenant = $1 AND site = $2 AND hash = $3;

-- name: AddressesOfSite :many
SELECT hash, label, state, depth, round, page, ordinal FROM addresses
WHERE tenant = sqlc.arg(tenant) AND site = sqlc.arg(site) AND ordinal > sqlc.arg(after)
  AND (CAST(sqlc.arg(state) AS TEXT) = '' OR state = CAST(sqlc.arg(state) AS TEXT))
ORDER BY ordinal LIMIT sqlc.arg(count);

-- name: StaleAddresses :many
SELECT hash, label, state, depth, round, page, ordinal FROM addresses
WHERE tenant = sqlc.arg(tenant) AND site = sqlc.arg(site) AND page <> '' AND round < sqlc.arg(round)
ORDER BY ordinal LIMIT sqlc.arg(count);

-- name: PageWithText :many
SELECT page FROM addresses
WHERE tenant = sqlc.arg(tenant) AND site = sqlc.arg(site) AND text_hash = sqlc.arg(text_hash) AND page <> '' AND page <> sqlc.arg(other)
ORDER BY ordinal LIMIT 1;
