-- A tenant that is gone has no row, and nothing is added.
-- name: AddActivity :batchexec
INSERT INTO activity (tenant, line, at, requests, errors, refused, messages, answers, tokens, cost_micros, sign_in_failures)
SELECT t.id, CAST(sqlc.arg(line) AS TEXT), sqlc.arg(at), CAST(sqlc.arg(requests) AS BIGINT), CAST(sqlc.arg(errors) AS BIGINT),
    CAST(sqlc.arg(refused) AS BIGINT), CAST(sqlc.arg(messages) AS BIGINT), CAST(sqlc.arg(answers) AS BIGINT), CAST(sqlc.arg(tokens) AS BIGINT),
    CAST(sqlc.arg(cost_micros) AS BIGINT), CAST(sqlc.arg(sign_in_failures) AS BIGINT)
FROM tenants t WHERE t.id = sqlc.arg(tenant)
ON CONFLICT (tenant, line, at) DO UPDATE SET
    requests = activity.requests + excluded.requests, errors = activity.errors + excluded.errors, refused = activity.refused + excluded.refused,
    messages = activity.messages + excluded.messages, answers = activity.answers + excluded.answers, tokens = activity.tokens + excluded.tokens,
    cost_micros = activity.cost_micros + excluded.cost_micros, sign_in_failures = activity.sign_in_failures + excluded.sign_in_failures;

-- name: Activity :many
SELECT at, requests, errors, refused, messages, answers, tokens, cost_micros, sign_in_failures FROM activity
WHERE tenant = sqlc.arg(tenant) AND line = sqlc.arg(line) AND at >= sqlc.arg(since) AND at < sqlc.arg(until) ORDER BY at;

-- Serves the watch over all tenants.
-- name: ActivityOver :many
SELECT tenant, line, requests, errors, refused, messages, answers, tokens, cost_micros, sign_in_failures FROM activity
WHERE at = sqlc.arg(at) AND (requests + messages >= CAST(sqlc.arg(requests) AS BIGINT) OR errors >= CAST(sqlc.arg(errors) AS BIGINT)
    OR refused >= CAST(sqlc.arg(refused) AS BIGINT) OR tokens >= CAST(sqlc.arg(tokens) AS BIGINT)
    OR cost_micros >= CAST(sqlc.arg(cost_micros) AS BIGINT) OR sign_in_failures >= CAST(sqlc.arg(sign_in_failures) AS BIGINT))
ORDER BY tenant, line LIMIT sqlc.arg(count);

-- name: ForgetActivity :exec
DELETE FROM activity WHERE at < sqlc.arg(before);

-- name: PutAnomaly :execrows
INSERT INTO anomalies (id, tenant, line, kind, day, at, unit, value_micros, usual_micros, seen_by, tries, due_at)
VALUES (sqlc.arg(id), sqlc.arg(tenant), sqlc.arg(line), sqlc.arg(kind), sqlc.arg(day), sqlc.arg(at), sqlc.arg(unit), sqlc.arg(value_micros),
    sqlc.arg(usual_micros), '', 0, sqlc.arg(due_at))
ON CONFLICT (tenant, line, kind, day) DO NOTHING;

-- name: Anomalies :many
SELECT id, line, kind, at, unit, value_micros, usual_micros, seen_at, seen_by, tries FROM anomalies
WHERE tenant = sqlc.arg(tenant) AND (at < sqlc.arg(before) OR at = sqlc.arg(before) AND id < sqlc.arg(before_id))
ORDER BY at DESC, id DESC LIMIT sqlc.arg(count);

-- name: SeeAnomaly :execrows
UPDATE anomalies SET seen_at = COALESCE(seen_at, sqlc.arg(seen_at)), seen_by = CASE WHEN seen_by = '' THEN CAST(sqlc.arg(seen_by) AS TEXT) ELSE seen_by END
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- Serves the watch over all tenants.
-- name: AnomaliesToMail :many
SELECT tenant, id, line, kind, at, unit, value_micros, usual_micros, tries FROM anomalies
WHERE due_at <= sqlc.arg(now) ORDER BY due_at, id LIMIT sqlc.arg(count);

-- name: AnomalyMailed :exec
UPDATE anomalies SET tries = tries + 1, due_at = sqlc.narg(due_at) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: ForgetAnomalies :exec
DELETE FROM anomalies WHERE at < sqlc.arg(before);
