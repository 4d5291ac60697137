-- One that waits tells of this event too. For one whose attempt has begun, and may have read the log already,
-- the event is kept: DoneMail plans it then.
-- name: PlanMails :batchexec
INSERT INTO mails (id, tenant, conversation, kind, seq, user_id, address, address_hash, tries, due_at, next_seq, next_due_at, created_at)
VALUES (sqlc.arg(id), sqlc.arg(tenant), sqlc.arg(conversation), sqlc.arg(kind), sqlc.arg(seq), sqlc.arg(user_id), sqlc.narg(address),
    sqlc.arg(address_hash), 0, sqlc.arg(due_at), 0, sqlc.arg(due_at), sqlc.arg(created_at))
ON CONFLICT (conversation, kind, user_id, address_hash) DO UPDATE SET next_seq = excluded.seq, next_due_at = excluded.due_at
WHERE mails.tenant = excluded.tenant AND mails.tries > 0 AND mails.next_seq = 0;
