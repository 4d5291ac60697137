-- name: QuestionsOfBot :many
SELECT id, body, created_at FROM questions WHERE tenant = $1 AND bot = $2 ORDER BY created_at, id;

-- name: CountQuestions :one
SELECT COUNT(*) FROM questions WHERE tenant = $1 AND bot = $2;

-- name: InsertQuestion :exec
INSERT INTO questions (id, tenant, bot, body, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: UpdateQuestion :execrows
UPDATE questions SET body = sqlc.arg(body) WHERE tenant = sqlc.arg(tenant) AND bot = sqlc.arg(bot) AND id = sqlc.arg(id);

-- name: DeleteQuestion :execrows
DELETE FROM questions WHERE tenant = $1 AND bot = $2 AND id = $3;

-- name: RunningRuns :one
SELECT COUNT(*) FROM runs WHERE tenant = $1 AND bot = $2 AND state = 'running';

-- name: InsertRun :exec
INSERT INTO runs (id, tenant, bot, state, done, body, created_at, moved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: MoveRun :execrows
UPDATE runs SET state = sqlc.arg(state), done = sqlc.arg(done), body = sqlc.arg(body), moved_at = sqlc.arg(moved_at)
WHERE tenant = sqlc.arg(tenant) AND bot = sqlc.arg(bot) AND id = sqlc.arg(id) AND done = sqlc.arg(was_done) AND state = 'running';

-- name: PruneRuns :exec
DELETE FROM runs WHERE runs.tenant = sqlc.arg(tenant) AND runs.bot = sqlc.arg(bot) AND runs.id NOT IN (
    SELECT r.id FROM runs r WHERE r.tenant = sqlc.arg(tenant) AND r.bot = sqlc.arg(bot) ORDER BY r.created_at DESC, r.id DESC LIMIT sqlc.arg(count));

-- name: RunOfBot :one
SELECT id, state, done, body, created_at, moved_at FROM runs WHERE tenant = $1 AND bot = $2 AND id = $3;

-- name: RunsOfBot :many
SELECT id, state, done, body, created_at, moved_at FROM runs WHERE tenant = $1 AND bot = $2 ORDER BY created_at DESC, id DESC LIMIT $3;

-- name: InsertResults :batchexec
INSERT INTO results (run, n, tenant, body) VALUES ($1, $2, $3, $4);

-- name: ResultsOfRun :many
SELECT n, body FROM results WHERE tenant = $1 AND run = $2 ORDER BY n;

-- name: BotOfRun :one
SELECT bot FROM runs WHERE tenant = $1 AND id = $2;

-- Over all tenants: runs that nobody goes on with.
-- name: StalledRuns :many
SELECT r.tenant, r.id FROM runs r WHERE r.state = 'running' AND r.moved_at < sqlc.arg(before)
  AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.tenant = r.tenant AND t.kind = 'test' AND t.subject = r.id)
ORDER BY r.moved_at LIMIT sqlc.arg(count);
