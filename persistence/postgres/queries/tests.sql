-- name: BotOfRun :one
SELECT bot FROM runs WHERE tenant = $1 AND id = $2;

-- Over all tenants: runs that nobody goes on with.
-- name: StalledRuns :many
SELECT r.tenant, r.id FROM runs r WHERE r.state = 'running' AND r.moved_at < sqlc.arg(before)
  AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.tenant = r.tenant AND t.kind = 'test' AND t.subject = r.id)
ORDER BY r.moved_at LIMIT sqlc.arg(count);
