-- name: ConversationsOfVisitor :many
SELECT id FROM conversations WHERE tenant = $1 AND visitor = $2 ORDER BY id;

-- name: VisitorRow :one
SELECT wrapped_key, blocked FROM visitors WHERE tenant = $1 AND id = $2;

-- name: InsertNobody :exec
INSERT INTO visitors (tenant, id, wrapped_key, created_at, blocked) VALUES ($1, $2, $3, $4, $5);

-- name: EventsToBlank :many
SELECT seq, type, message, body FROM events WHERE tenant = $1 AND conversation = $2 AND LENGTH(body) > 0 ORDER BY seq;

-- What says that others were blanked stays.
-- name: BlankEvents :exec
UPDATE events SET body = sqlc.arg(nothing), client_id = NULL
WHERE tenant = sqlc.arg(tenant) AND conversation = sqlc.arg(conversation) AND type <> 'event.erased';

-- name: ReplaceEvents :batchexec
UPDATE events SET body = sqlc.arg(body)
WHERE tenant = sqlc.arg(tenant) AND conversation = sqlc.arg(conversation) AND seq = sqlc.arg(seq);

-- Fences all activations.
-- name: MoveErased :one
UPDATE conversations SET visitor = sqlc.arg(visitor), epoch = epoch + 1, head = sqlc.arg(head), status = 'closed', unfinished = FALSE,
    origin = sqlc.arg(origin), agent = NULL, preview = NULL, updated_at = sqlc.arg(updated_at), assignee = '', waits_since = NULL, snoozed_until = NULL
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id)
RETURNING epoch;

-- name: DeleteTraces :exec
DELETE FROM traces WHERE tenant = $1 AND conversation = $2;

-- name: DeleteSummary :exec
DELETE FROM summaries WHERE tenant = $1 AND conversation = $2;

-- name: DeleteNotes :exec
DELETE FROM notes WHERE tenant = $1 AND conversation = $2;

-- name: DeleteMailsOf :exec
DELETE FROM mails WHERE tenant = $1 AND conversation = $2;

-- name: DeleteGaps :exec
DELETE FROM gaps WHERE tenant = $1 AND conversation = $2;

-- name: DeleteCited :exec
DELETE FROM cited WHERE tenant = $1 AND conversation = $2;

-- name: DeleteDeliveriesOf :exec
DELETE FROM outbox WHERE tenant = $1 AND conversation = $2;

-- name: DeleteBacklogOf :exec
DELETE FROM backlog WHERE tenant = $1 AND conversation = $2;

-- name: TracesOf :many
SELECT seq, body FROM traces WHERE tenant = $1 AND conversation = $2 ORDER BY seq;

-- name: DeleteTermsOf :exec
DELETE FROM contact_terms WHERE tenant = $1 AND visitor = $2;

-- A reference to the visitor is an error: a conversation was begun meanwhile. Nobody can begin one until the transaction ends.
-- name: RenameVisitor :execrows
UPDATE visitors SET id = sqlc.arg(other) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: DeleteVisitor :exec
DELETE FROM visitors WHERE tenant = $1 AND id = $2;

-- name: Retention :one
SELECT conversation_days, audit_days, mask_addresses FROM retention WHERE tenant = $1;

-- name: PutRetention :exec
INSERT INTO retention (tenant, conversation_days, audit_days, mask_addresses) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant) DO UPDATE SET conversation_days = excluded.conversation_days, audit_days = excluded.audit_days,
    mask_addresses = excluded.mask_addresses;

-- Serves the job that removes what is too old, over all tenants.
-- name: Retentions :many
SELECT tenant, conversation_days, audit_days FROM retention WHERE conversation_days > 0 OR audit_days > 0 ORDER BY tenant;

-- name: OldConversations :many
SELECT id, visitor FROM conversations WHERE tenant = sqlc.arg(tenant) AND updated_at < sqlc.arg(before) ORDER BY id LIMIT sqlc.arg(count);

-- name: DeleteOldConversation :execrows
DELETE FROM conversations WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND updated_at < sqlc.arg(before);

-- name: ForsakenVisitors :many
SELECT v.id FROM visitors v WHERE v.tenant = sqlc.arg(tenant) AND v.created_at < sqlc.arg(before)
    AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.tenant = v.tenant AND c.visitor = v.id)
ORDER BY v.id LIMIT sqlc.arg(count);

-- name: PutConsent :exec
INSERT INTO consents (tenant, visitor, text_hash, at, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, visitor, text_hash) DO NOTHING;

-- name: HasConsent :one
SELECT EXISTS (SELECT 1 FROM consents WHERE tenant = $1 AND visitor = $2 AND text_hash = $3) AS given;

-- name: ConsentsOf :many
SELECT text_hash, at, body FROM consents WHERE tenant = $1 AND visitor = $2 ORDER BY at, text_hash;

-- name: DeleteConsents :exec
DELETE FROM consents WHERE tenant = $1 AND visitor = $2;

-- Of those who agreed and then said nothing. It serves all tenants.
-- name: DeleteIdleConsents :exec
DELETE FROM consents WHERE at < sqlc.arg(before)
    AND NOT EXISTS (SELECT 1 FROM visitors v WHERE v.tenant = consents.tenant AND v.id = consents.visitor);

-- name: InsertExport :exec
INSERT INTO exports (id, tenant, requested_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: Export :one
SELECT id, tenant, requested_by, created_at, expires_at FROM exports WHERE tenant = $1 AND id = $2;

-- name: DeleteExpiredExports :exec
DELETE FROM exports WHERE expires_at < sqlc.arg(before);

-- name: SetErasure :execrows
UPDATE tenants SET erase_at = sqlc.narg(erase_at) WHERE id = sqlc.arg(tenant);

-- name: TenantErasure :one
SELECT erase_at FROM tenants WHERE id = sqlc.arg(tenant);

-- Serves the job that erases, over all tenants.
-- name: TenantsToErase :many
SELECT id AS tenant FROM tenants WHERE erase_at IS NOT NULL AND erase_at <= sqlc.arg(now) ORDER BY id;

-- name: SomeConversations :many
SELECT id FROM conversations WHERE tenant = sqlc.arg(tenant) ORDER BY id LIMIT sqlc.arg(count);

-- name: DeleteConversation :exec
DELETE FROM conversations WHERE tenant = $1 AND id = $2;

-- name: SomeSources :many
SELECT id FROM sources WHERE tenant = sqlc.arg(tenant) ORDER BY id LIMIT sqlc.arg(count);

-- name: DropSource :exec
DELETE FROM sources WHERE tenant = $1 AND id = $2;

-- name: BotsToErase :many
SELECT id FROM bots WHERE tenant = $1 ORDER BY id;

-- name: MembersToErase :many
SELECT user_id FROM members WHERE tenant = $1 ORDER BY user_id;

-- What refers to the tenant goes with it. None: its owner has taken it back.
-- name: DeleteTenant :execrows
DELETE FROM tenants WHERE id = sqlc.arg(tenant) AND erase_at IS NOT NULL AND erase_at <= sqlc.arg(now);

-- Of a tenant that is gone, of whom nobody else knows.
-- name: DeleteUserOfNobody :exec
DELETE FROM users WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = users.id);
