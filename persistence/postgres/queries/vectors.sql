-- Over all tenants: what has no vectors of a model, and nobody is giving them.
-- name: UnembeddedSources :many
SELECT s.tenant, s.id FROM sources s WHERE s.state = 'ready' AND s.passages > 0 AND s.kind <> 'site'
  AND (s.embedded < s.passages OR NOT EXISTS (SELECT 1 FROM vectors v WHERE v.source = s.id AND v.model = sqlc.arg(model)))
  AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.tenant = s.tenant AND t.kind = 'embed' AND t.subject = s.id)
ORDER BY COALESCE(s.changed_at, s.updated_at), s.id LIMIT sqlc.arg(count);

-- name: UndigestedPassages :many
SELECT ordinal, id, body FROM passages WHERE tenant = $1 AND source = $2 AND digest_hash IS NULL ORDER BY ordinal;

-- name: KeepDigests :batchexec
UPDATE passages SET digest_hash = sqlc.arg(digest_hash)
WHERE tenant = sqlc.arg(tenant) AND source = sqlc.arg(source) AND ordinal = sqlc.arg(ordinal) AND id = sqlc.arg(id);

-- name: MissingPassages :many
SELECT p.ordinal, p.id, p.body FROM passages p WHERE p.tenant = sqlc.arg(tenant) AND p.source = sqlc.arg(source)
  AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.source = p.source AND v.model = sqlc.arg(model) AND v.digest_hash = p.digest_hash)
ORDER BY p.ordinal LIMIT sqlc.arg(count);

-- name: VectorsWithWords :batchone
SELECT v.source, v.digest_hash, v.body, s.wrapped_key FROM vectors v JOIN sources s ON s.tenant = v.tenant AND s.id = v.source
WHERE v.tenant = $1 AND v.model = $2 AND v.digest_hash = $3 LIMIT 1;

-- name: SourceKeys :batchone
SELECT wrapped_key FROM sources WHERE tenant = $1 AND id = $2;

-- name: VectorsOfSources :batchmany
SELECT digest_hash, body FROM vectors WHERE tenant = $1 AND source = $2 AND model = $3;

-- name: InsertVectors :batchexec
INSERT INTO vectors (source, model, digest_hash, tenant, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- Those of other models, and of what the source does not say any more.
-- name: DeleteOldVectors :exec
DELETE FROM vectors WHERE vectors.tenant = sqlc.arg(tenant) AND vectors.source = sqlc.arg(source)
  AND (vectors.model <> sqlc.arg(model)
    OR NOT EXISTS (SELECT 1 FROM passages p WHERE p.source = vectors.source AND p.digest_hash = vectors.digest_hash));

-- What a source has of vectors of a model; empty: of any.
-- name: CountEmbedded :exec
UPDATE sources SET embedded = (SELECT COUNT(*) FROM passages p WHERE p.source = sources.id
    AND EXISTS (SELECT 1 FROM vectors v WHERE v.source = p.source AND v.digest_hash = p.digest_hash
        AND (CAST(sqlc.arg(model) AS TEXT) = '' OR v.model = CAST(sqlc.arg(model) AS TEXT))))
WHERE sources.tenant = sqlc.arg(tenant) AND sources.id = sqlc.arg(id);

-- name: NoteSource :exec
UPDATE sources SET label = sqlc.arg(label) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);
