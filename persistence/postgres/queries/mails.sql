-- One that waits tells of this event too. For one whose attempt has begun, and may have read the log already,
-- the event is kept: DoneMail plans it then.
-- name: PlanMails :batchexec
INSERT INTO mails (id, tenant, conversation, kind, seq, user_id, address, address_hash, tries, due_at, next_seq, next_due_at, created_at)
VALUES (sqlc.arg(id), sqlc.arg(tenant), sqlc.arg(conversation), sqlc.arg(kind), sqlc.arg(seq), sqlc.arg(user_id), sqlc.narg(address),
    sqlc.arg(address_hash), 0, sqlc.arg(due_at), 0, sqlc.arg(due_at), sqlc.arg(created_at))
ON CONFLICT (conversation, kind, user_id, address_hash) DO UPDATE SET next_seq = excluded.seq, next_due_at = excluded.due_at
WHERE mails.tenant = excluded.tenant AND mails.tries > 0 AND mails.next_seq = 0;

-- Serves the delivery over all tenants, each of which gets its first before any gets its second.
-- name: DueMails :many
SELECT d.tenant, d.id FROM (
    SELECT m.tenant, m.id, m.due_at, ROW_NUMBER() OVER (PARTITION BY m.tenant ORDER BY m.due_at, m.id) AS turn
    FROM mails m WHERE m.due_at <= sqlc.arg(now)) d
ORDER BY d.turn, d.due_at, d.id LIMIT sqlc.arg(count);

-- The last condition decides between nodes that found the same mail: the second sees the first one's lease. An attempt
-- that begins now tells of all that was planned before.
-- name: TakeMails :batchone
UPDATE mails SET tries = tries + 1, due_at = sqlc.arg(leased_until), next_seq = 0
WHERE mails.tenant = sqlc.arg(tenant) AND mails.id = sqlc.arg(id) AND mails.due_at <= sqlc.arg(now)
RETURNING id, tenant, conversation, kind, seq, user_id, address, tries, due_at,
    (SELECT c.visitor FROM conversations c WHERE c.tenant = mails.tenant AND c.id = mails.conversation) AS visitor;

-- The seq tells a mail from the next one of its row.
-- name: DeleteMail :execrows
DELETE FROM mails WHERE tenant = $1 AND id = $2 AND seq = $3 AND next_seq = 0;

-- Plans the mail whose event was kept while this attempt was under way.
-- name: PlanNextMail :exec
UPDATE mails SET seq = next_seq, due_at = next_due_at, next_seq = 0, tries = 0
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND seq = sqlc.arg(seq) AND tries = sqlc.arg(tries) AND next_seq > 0;

-- name: PostponeMail :exec
UPDATE mails SET due_at = sqlc.arg(until)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND seq = sqlc.arg(seq) AND tries = sqlc.arg(tries);

-- name: DeleteMailsOfKind :exec
DELETE FROM mails WHERE conversation = sqlc.arg(conversation) AND kind = sqlc.arg(kind) AND user_id = sqlc.arg(user_id)
  AND tenant = sqlc.arg(tenant);

-- name: DeleteMailsOfUser :exec
DELETE FROM mails WHERE tenant = $1 AND user_id = $2;
