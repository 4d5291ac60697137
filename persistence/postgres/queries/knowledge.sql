-- name: SourceKey :one
SELECT wrapped_key FROM sources WHERE tenant = $1 AND id = $2;

-- name: InsertSource :exec
INSERT INTO sources (id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9, $9);

-- name: PutOriginal :execrows
INSERT INTO originals (source, n, tenant, chunk)
SELECT s.id, sqlc.arg(n), s.tenant, sqlc.arg(chunk)
FROM sources s WHERE s.tenant = sqlc.arg(tenant) AND s.id = sqlc.arg(source) AND s.state = 'receiving'
ON CONFLICT (source, n) DO UPDATE SET chunk = excluded.chunk;

-- name: OriginalChunk :one
SELECT chunk FROM originals WHERE tenant = $1 AND source = $2 AND n = $3;

-- name: SubmitSource :execrows
UPDATE sources SET state = 'queued', label = sqlc.arg(label), size = sqlc.arg(size), updated_at = sqlc.arg(updated_at)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND state = 'receiving';

-- name: Source :one
SELECT id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at
FROM sources WHERE tenant = $1 AND id = $2;

-- name: SourcesOfBot :many
SELECT id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at
FROM sources
WHERE tenant = sqlc.arg(tenant) AND bot = sqlc.arg(bot) AND state <> 'receiving'
  AND created_at <= sqlc.arg(before) AND (created_at < sqlc.arg(before) OR id < sqlc.arg(before_id))
ORDER BY created_at DESC, id DESC LIMIT sqlc.arg(count);

-- name: DeleteSource :execrows
DELETE FROM sources WHERE tenant = $1 AND bot = $2 AND id = $3;

-- name: MoveSource :one
UPDATE sources SET label = sqlc.arg(label), state = sqlc.arg(state), pages = sqlc.arg(pages), pages_read = sqlc.arg(pages_read),
    passages = sqlc.arg(passages), updated_at = sqlc.arg(updated_at)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND pages_read = sqlc.arg(was_read) AND state IN ('queued', 'reading')
RETURNING bot;

-- name: InsertPassages :batchexec
INSERT INTO passages (source, ordinal, id, tenant, body) VALUES ($1, $2, $3, $4, $5);

-- name: PassagesOfSource :many
SELECT ordinal, id, body FROM passages WHERE tenant = $1 AND source = $2 ORDER BY ordinal;

-- name: ReadySources :many
SELECT id, updated_at FROM sources WHERE tenant = $1 AND bot = $2 AND state = 'ready';

-- Serves the sweep over all tenants.
-- name: DeleteAbandonedSources :execrows
DELETE FROM sources WHERE state = 'receiving' AND created_at < sqlc.arg(before);

-- Serves the sweep over all tenants.
-- name: StalledSources :many
SELECT tenant, id FROM sources WHERE state IN ('queued', 'reading') AND updated_at < sqlc.arg(before)
ORDER BY updated_at LIMIT sqlc.arg(count);
