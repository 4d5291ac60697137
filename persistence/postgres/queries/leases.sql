-- The clock is the database's: nodes need not agree on the time.
-- name: Lead :execrows
INSERT INTO leases (duty, node, expires_ms)
VALUES (sqlc.arg(duty), sqlc.arg(node), CAST(date_part('epoch', clock_timestamp()) * 1000 AS BIGINT) + CAST(sqlc.arg(ttl_ms) AS BIGINT))
ON CONFLICT (duty) DO UPDATE SET node = excluded.node, expires_ms = excluded.expires_ms
WHERE leases.node = excluded.node OR leases.expires_ms <= CAST(date_part('epoch', clock_timestamp()) * 1000 AS BIGINT);

-- name: Resign :exec
DELETE FROM leases WHERE duty = $1 AND node = $2;
