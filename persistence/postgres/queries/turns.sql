-- name: PutTurn :exec
INSERT INTO turns (tenant, kind, subject, stage, ticket, since) VALUES ($1, $2, $3, 'waiting', 1, $4)
ON CONFLICT (tenant, kind, subject) DO UPDATE SET stage = excluded.stage, ticket = turns.ticket + 1, since = excluded.since;

-- name: CountEnqueued :one
SELECT COUNT(*) FROM turns WHERE tenant = $1 AND kind = $2 AND stage = 'enqueued';

-- name: NextTurns :many
SELECT subject, ticket FROM turns WHERE tenant = $1 AND kind = $2 AND stage = 'waiting' ORDER BY since, subject LIMIT $3;

-- name: EnqueueTurn :exec
UPDATE turns SET stage = 'enqueued', since = sqlc.arg(since) WHERE tenant = sqlc.arg(tenant) AND kind = sqlc.arg(kind) AND subject = sqlc.arg(subject);

-- name: TurnTicket :one
SELECT ticket FROM turns WHERE tenant = $1 AND kind = $2 AND subject = $3;

-- name: FailTurn :execrows
UPDATE turns SET stage = 'failing', since = sqlc.arg(since)
WHERE tenant = sqlc.arg(tenant) AND kind = sqlc.arg(kind) AND subject = sqlc.arg(subject) AND ticket = sqlc.arg(ticket) AND stage = 'enqueued';

-- name: KeepTurn :exec
UPDATE turns SET since = sqlc.arg(since)
WHERE tenant = sqlc.arg(tenant) AND kind = sqlc.arg(kind) AND subject = sqlc.arg(subject) AND ticket = sqlc.arg(ticket) AND stage <> 'waiting';

-- name: EndTurn :execrows
DELETE FROM turns WHERE tenant = $1 AND kind = $2 AND subject = $3 AND ticket = $4 AND stage <> 'waiting';

-- Over all tenants: steps whose job must have got lost.
-- name: LostTurns :many
SELECT tenant, kind, subject, ticket FROM turns WHERE stage IN ('enqueued', 'failing') AND since < sqlc.arg(before) ORDER BY since LIMIT sqlc.arg(count);

-- Over all tenants: who waits although nothing of theirs is enqueued.
-- name: ForgottenTurns :many
SELECT DISTINCT w.tenant, w.kind FROM turns w WHERE w.stage = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM turns e WHERE e.tenant = w.tenant AND e.kind = w.kind AND e.stage = 'enqueued')
LIMIT sqlc.arg(count);
