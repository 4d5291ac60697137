-- What conversations took that are there, and those that are gone, in one statement: one that goes meanwhile counts once.
-- name: SpentInPeriod :one
SELECT CAST(COALESCE(SUM(t.answers), 0) AS BIGINT) AS answers, CAST(COALESCE(SUM(t.cached), 0) AS BIGINT) AS cached,
    CAST(COALESCE(SUM(t.input_tokens), 0) AS BIGINT) AS input_tokens, CAST(COALESCE(SUM(t.output_tokens), 0) AS BIGINT) AS output_tokens,
    CAST(COALESCE(SUM(t.cost_micros), 0) AS BIGINT) AS cost_micros, CAST(COALESCE(SUM(t.unpriced), 0) AS BIGINT) AS unpriced
FROM (
    SELECT 1 AS answers, CASE WHEN a.cached THEN 1 ELSE 0 END AS cached, a.input_tokens, a.output_tokens, COALESCE(a.cost_micros, 0) AS cost_micros,
        CASE WHEN a.cost_micros IS NULL THEN 1 ELSE 0 END AS unpriced
    FROM answers a WHERE a.tenant = sqlc.arg(tenant) AND a.month = sqlc.arg(period) AND a.state <> 'open'
    UNION ALL
    SELECT s.answers, s.cached, s.input_tokens, s.output_tokens, s.cost_micros, s.unpriced
    FROM spent s WHERE s.tenant = sqlc.arg(tenant) AND s.period = sqlc.arg(period)
) t;

-- name: SpentOnDays :batchone
SELECT CAST(COALESCE(SUM(t.answers), 0) AS BIGINT) AS answers, CAST(COALESCE(SUM(t.cached), 0) AS BIGINT) AS cached,
    CAST(COALESCE(SUM(t.input_tokens), 0) AS BIGINT) AS input_tokens, CAST(COALESCE(SUM(t.output_tokens), 0) AS BIGINT) AS output_tokens,
    CAST(COALESCE(SUM(t.cost_micros), 0) AS BIGINT) AS cost_micros, CAST(COALESCE(SUM(t.unpriced), 0) AS BIGINT) AS unpriced
FROM (
    SELECT 1 AS answers, CASE WHEN a.cached THEN 1 ELSE 0 END AS cached, a.input_tokens, a.output_tokens, COALESCE(a.cost_micros, 0) AS cost_micros,
        CASE WHEN a.cost_micros IS NULL THEN 1 ELSE 0 END AS unpriced
    FROM answers a WHERE a.tenant = sqlc.arg(tenant) AND a.month = sqlc.arg(period) AND a.started_at >= sqlc.arg(begins) AND a.started_at < sqlc.arg(ends) AND a.state <> 'open'
    UNION ALL
    SELECT s.answers, s.cached, s.input_tokens, s.output_tokens, s.cost_micros, s.unpriced
    FROM spent s WHERE s.tenant = sqlc.arg(tenant) AND s.period = sqlc.arg(period) AND s.day = sqlc.arg(begins)
) t;

-- name: SpentOnConversation :one
SELECT COUNT(*) AS answers, CAST(COUNT(CASE WHEN cached THEN 1 END) AS BIGINT) AS cached,
    CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens, CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens,
    CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT) AS cost_micros, CAST(COUNT(CASE WHEN cost_micros IS NULL THEN 1 END) AS BIGINT) AS unpriced
FROM answers WHERE tenant = $1 AND conversation = $2 AND state <> 'open';

-- The first answer of a period and the last, each from one end of an index.
-- name: FirstOfPeriod :many
SELECT started_at FROM answers WHERE tenant = $1 AND month = $2 ORDER BY started_at LIMIT 1;

-- name: LastOfPeriod :many
SELECT started_at FROM answers WHERE tenant = $1 AND month = $2 ORDER BY started_at DESC LIMIT 1;

-- name: DaysSpent :many
SELECT day FROM spent WHERE tenant = $1 AND period = $2 ORDER BY day;

-- name: PeriodsOfTenant :many
SELECT month FROM usage WHERE usage.tenant = sqlc.arg(tenant)
UNION SELECT period FROM spent WHERE spent.tenant = sqlc.arg(tenant)
ORDER BY month DESC LIMIT 120;

-- name: AnswersToKeep :many
SELECT month, started_at, cached, input_tokens, output_tokens, cost_micros FROM answers
WHERE tenant = $1 AND conversation = $2 AND state <> 'open';

-- name: AddSpent :batchexec
INSERT INTO spent (tenant, period, day, answers, cached, input_tokens, output_tokens, cost_micros, unpriced)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, period, day) DO UPDATE SET answers = spent.answers + excluded.answers, cached = spent.cached + excluded.cached,
    input_tokens = spent.input_tokens + excluded.input_tokens, output_tokens = spent.output_tokens + excluded.output_tokens,
    cost_micros = spent.cost_micros + excluded.cost_micros, unpriced = spent.unpriced + excluded.unpriced;

-- What is no answer adds none, priced or not.
-- name: AddExpense :exec
INSERT INTO spent (tenant, period, day, answers, cached, input_tokens, output_tokens, cost_micros, unpriced)
VALUES ($1, $2, $3, 0, 0, $4, $5, $6, 0)
ON CONFLICT (tenant, period, day) DO UPDATE SET input_tokens = spent.input_tokens + excluded.input_tokens,
    output_tokens = spent.output_tokens + excluded.output_tokens, cost_micros = spent.cost_micros + excluded.cost_micros;
