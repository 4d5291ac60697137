-- name: SourceKey :one
SELECT wrapped_key FROM sources WHERE tenant = $1 AND id = $2;

-- name: InsertSource :exec
INSERT INTO sources (id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at, parent, round)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9, $9, $10, $11);

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
SELECT id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at,
    parent, round, embedded, read_at, next_read, changed_at
FROM sources WHERE tenant = $1 AND id = $2;

-- name: SourcesOfBot :many
SELECT id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at,
    parent, round, embedded, read_at, next_read, changed_at
FROM sources
WHERE tenant = sqlc.arg(tenant) AND bot = sqlc.arg(bot) AND parent IS NULL AND state <> 'receiving'
  AND created_at <= sqlc.arg(before) AND (created_at < sqlc.arg(before) OR id < sqlc.arg(before_id))
ORDER BY created_at DESC, id DESC LIMIT sqlc.arg(count);

-- name: DeleteSource :execrows
DELETE FROM sources WHERE tenant = $1 AND bot = $2 AND id = $3;

-- Whoever else would change the source waits until the transaction ends.
-- name: LockSource :one
UPDATE sources SET state = state WHERE tenant = $1 AND id = $2
RETURNING id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at,
    parent, round, embedded, read_at, next_read, changed_at;

-- name: WriteSource :exec
UPDATE sources SET label = sqlc.arg(label), state = sqlc.arg(state), size = sqlc.arg(size), pages = sqlc.arg(pages), pages_read = sqlc.arg(pages_read),
    passages = sqlc.arg(passages), round = sqlc.arg(round), read_at = sqlc.narg(read_at), next_read = sqlc.narg(next_read),
    changed_at = sqlc.narg(changed_at), updated_at = sqlc.arg(updated_at)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: SumPages :one
SELECT CAST(COALESCE(SUM(passages), 0) AS BIGINT) AS passages, CAST(COALESCE(SUM(embedded), 0) AS BIGINT) AS embedded,
    CAST(COALESCE(SUM(size), 0) AS BIGINT) AS size
FROM sources WHERE tenant = $1 AND parent = sqlc.arg(site);

-- name: DeletePage :execrows
DELETE FROM sources WHERE tenant = $1 AND parent = sqlc.arg(site) AND id = sqlc.arg(id);

-- What is about to go and is cited leaves when it went: the source, and the pages of a site.
-- name: Mourn :exec
INSERT INTO gone (source, tenant, bot, at)
SELECT s.id, s.tenant, s.bot, sqlc.arg(at) FROM sources s
WHERE s.tenant = sqlc.arg(tenant) AND (s.id = sqlc.arg(source) OR s.parent = sqlc.arg(source))
  AND EXISTS (SELECT 1 FROM cited c WHERE c.item = s.id)
ON CONFLICT (source) DO NOTHING;

-- name: DeleteOriginal :exec
DELETE FROM originals WHERE tenant = $1 AND source = $2;

-- name: InsertOriginal :exec
INSERT INTO originals (source, n, tenant, chunk) VALUES ($1, $2, $3, $4);

-- name: DeletePassages :exec
DELETE FROM passages WHERE tenant = $1 AND source = $2;

-- What passages say begins with the title of their source.
-- name: ForgetDigests :exec
UPDATE passages SET digest_hash = NULL WHERE tenant = $1 AND source = $2;

-- name: InsertPassages :batchexec
INSERT INTO passages (source, ordinal, id, tenant, body, digest_hash) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ManySources :batchone
SELECT id, tenant, bot, wrapped_key, label, kind, state, size, pages, pages_read, passages, created_at, updated_at,
    parent, round, embedded, read_at, next_read, changed_at
FROM sources WHERE tenant = $1 AND bot = $2 AND id = $3;

-- name: ManyPassages :batchmany
SELECT ordinal, id, body FROM passages WHERE tenant = $1 AND source = $2 ORDER BY ordinal;

-- name: PassagesOfSource :many
SELECT ordinal, id, body FROM passages WHERE tenant = $1 AND source = $2 ORDER BY ordinal;

-- name: ReadySources :many
SELECT id, COALESCE(changed_at, updated_at) AS changed_at FROM sources
WHERE tenant = $1 AND bot = $2 AND kind <> 'site' AND (state = 'ready' OR kind = 'url' AND read_at IS NOT NULL AND passages > 0);

-- Serves the sweep over all tenants.
-- name: DeleteAbandonedSources :execrows
DELETE FROM sources WHERE state = 'receiving' AND created_at < sqlc.arg(before);

-- Serves the sweep over all tenants: sources that nobody is going to read.
-- name: StalledSources :many
SELECT s.tenant, s.id FROM sources s WHERE s.state IN ('queued', 'reading') AND s.updated_at < sqlc.arg(before)
  AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.tenant = s.tenant AND t.kind = 'read' AND t.subject = s.id)
ORDER BY s.updated_at LIMIT sqlc.arg(count);
