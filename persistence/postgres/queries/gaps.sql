-- A dislike comes after the answer: it opens again what was settled.
-- name: InsertGaps :batchexec
INSERT INTO gaps (conversation, seq, tenant, bot, reason, state, at)
SELECT c.id, sqlc.arg(seq), c.tenant, c.bot, sqlc.arg(reason), 'open', sqlc.arg(at)
FROM conversations c WHERE c.tenant = sqlc.arg(tenant) AND c.id = sqlc.arg(conversation)
ON CONFLICT (conversation, seq) DO UPDATE SET reason = excluded.reason, state = excluded.state, at = excluded.at;

-- With the event that ended the answer, and the message that it answers.
-- name: GapsOfBot :many
SELECT g.conversation, g.seq, g.reason, g.state, g.at, c.visitor,
    e.at AS answered_at, e.type AS answer_type, e.body AS answer,
    q.seq AS question_seq, q.at AS asked_at, q.type AS question_type, q.body AS question
FROM gaps g
JOIN conversations c ON c.tenant = g.tenant AND c.id = g.conversation
JOIN events e ON e.conversation = g.conversation AND e.seq = g.seq
JOIN answers a ON a.conversation = g.conversation AND a.message = e.message
JOIN events q ON q.conversation = g.conversation AND q.message = a.question AND q.type = 'message.created'
WHERE g.tenant = sqlc.arg(tenant) AND g.bot = sqlc.arg(bot) AND g.state = sqlc.arg(state)
ORDER BY g.at DESC, g.conversation, g.seq LIMIT sqlc.arg(count);

-- name: SettleGaps :batchexec
UPDATE gaps SET state = sqlc.arg(state)
WHERE tenant = sqlc.arg(tenant) AND bot = sqlc.arg(bot) AND conversation = sqlc.arg(conversation) AND seq = sqlc.arg(seq);

-- name: InsertCited :batchexec
INSERT INTO cited (conversation, seq, item, source, tenant, bot, at)
SELECT c.id, sqlc.arg(seq), sqlc.arg(item), sqlc.arg(source), c.tenant, c.bot, sqlc.arg(at)
FROM conversations c WHERE c.tenant = sqlc.arg(tenant) AND c.id = sqlc.arg(conversation)
ON CONFLICT DO NOTHING;

-- name: OldCited :many
SELECT c.conversation, c.seq, c.item, c.source, c.at, v.visitor, e.at AS answered_at, e.type, e.body, s.changed_at, g.at AS gone_at
FROM cited c
JOIN conversations v ON v.tenant = c.tenant AND v.id = c.conversation
JOIN events e ON e.conversation = c.conversation AND e.seq = c.seq
LEFT JOIN sources s ON s.tenant = c.tenant AND s.id = c.item
LEFT JOIN gone g ON g.tenant = c.tenant AND g.source = c.item
WHERE c.tenant = sqlc.arg(tenant) AND c.bot = sqlc.arg(bot) AND c.at >= sqlc.arg(since) AND (s.id IS NULL OR s.changed_at > c.at)
ORDER BY c.at DESC, c.conversation, c.seq, c.item LIMIT sqlc.arg(count);
