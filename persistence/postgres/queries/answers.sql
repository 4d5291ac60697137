-- name: InsertAnswers :batchexec
INSERT INTO answers (conversation, message, tenant, seq, question, attempt, month, charged, state, input_tokens, output_tokens, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, 0, $9);

-- name: EndAnswers :batchexec
UPDATE answers SET state = sqlc.arg(state), reason = sqlc.narg(reason), provider = sqlc.narg(provider), model = sqlc.narg(model),
    input_tokens = sqlc.arg(input_tokens), output_tokens = sqlc.arg(output_tokens), cost_micros = sqlc.narg(cost_micros),
    cached = sqlc.arg(cached), source = sqlc.arg(source), ended_at = sqlc.arg(ended_at)
WHERE tenant = sqlc.arg(tenant) AND conversation = sqlc.arg(conversation) AND message = sqlc.arg(message) AND state = 'open';

-- Gives back the unit that an answer's question took last, if it is charged still.
-- name: RefundUsage :batchexec
UPDATE usage SET answers = usage.answers - 1
WHERE usage.tenant = sqlc.arg(tenant) AND usage.month = (
    SELECT charged.month FROM (
        SELECT first.month, first.charged FROM answers failed
        JOIN answers first ON first.conversation = failed.conversation AND first.question = failed.question
        WHERE failed.tenant = sqlc.arg(tenant) AND failed.conversation = sqlc.arg(conversation)
          AND failed.message = sqlc.arg(message) AND first.attempt = 1
        ORDER BY first.seq DESC LIMIT 1) charged
    WHERE charged.charged);

-- And so it is no longer charged.
-- name: RefundAnswers :batchexec
UPDATE answers SET charged = FALSE
WHERE answers.tenant = sqlc.arg(tenant) AND answers.conversation = sqlc.arg(conversation) AND answers.charged
  AND answers.message = (
    SELECT first.message FROM answers failed
    JOIN answers first ON first.conversation = failed.conversation AND first.question = failed.question
    WHERE failed.tenant = sqlc.arg(tenant) AND failed.conversation = sqlc.arg(conversation)
      AND failed.message = sqlc.arg(message) AND first.attempt = 1
    ORDER BY first.seq DESC LIMIT 1);

-- name: UsageOfPeriods :batchone
SELECT answers FROM usage WHERE tenant = $1 AND month = $2;

-- More than the room was taken meanwhile: the count becomes NULL, which it must not be, and the whole batch fails.
-- name: ChangeUsage :batchexec
INSERT INTO usage (tenant, month, answers) VALUES (sqlc.arg(tenant), sqlc.arg(period), sqlc.arg(change))
ON CONFLICT (tenant, month) DO UPDATE SET answers = CASE WHEN usage.answers <= sqlc.arg(room) THEN usage.answers + excluded.answers END;
