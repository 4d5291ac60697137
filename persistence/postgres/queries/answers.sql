-- name: InsertAnswers :batchexec
INSERT INTO answers (conversation, message, tenant, seq, question, attempt, month, charged, state, input_tokens, output_tokens, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 0, 0, $9);

-- name: EndAnswers :batchexec
UPDATE answers SET state = sqlc.arg(state), reason = sqlc.narg(reason), provider = sqlc.narg(provider), model = sqlc.narg(model),
    input_tokens = sqlc.arg(input_tokens), output_tokens = sqlc.arg(output_tokens), ended_at = sqlc.arg(ended_at)
WHERE tenant = sqlc.arg(tenant) AND conversation = sqlc.arg(conversation) AND message = sqlc.arg(message) AND state = 'open';

-- The unit that an answer's question took last is no longer charged; no row: it is not.
-- name: RefundAnswers :batchone
UPDATE answers SET charged = FALSE
WHERE answers.tenant = sqlc.arg(tenant) AND answers.conversation = sqlc.arg(conversation) AND answers.charged
  AND answers.message = (
    SELECT first.message FROM answers failed
    JOIN answers first ON first.conversation = failed.conversation AND first.question = failed.question
    WHERE failed.tenant = sqlc.arg(tenant) AND failed.conversation = sqlc.arg(conversation)
      AND failed.message = sqlc.arg(message) AND first.attempt = 1
    ORDER BY first.seq DESC LIMIT 1)
RETURNING month;

-- name: UsageOfMonths :batchone
SELECT answers FROM usage WHERE tenant = $1 AND month = $2;

-- No row: more than the room was taken meanwhile.
-- name: ChangeUsage :batchone
INSERT INTO usage (tenant, month, answers) VALUES (sqlc.arg(tenant), sqlc.arg(month), sqlc.arg(change))
ON CONFLICT (tenant, month) DO UPDATE SET answers = usage.answers + excluded.answers
WHERE usage.answers <= sqlc.arg(room)
RETURNING answers;
