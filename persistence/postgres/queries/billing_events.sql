-- None: it is there already.
-- name: InsertBillingEvent :execrows
INSERT INTO billing_events (id, provider, type, at, received_at, state, tries, due_at, payload)
VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $5, $6)
ON CONFLICT (id) DO NOTHING;

-- Whoever else settles it waits until the transaction ends.
-- name: HoldBillingEvent :one
UPDATE billing_events SET state = state WHERE id = $1 RETURNING tries, tenant, outcome;

-- name: SettleBillingEvent :exec
UPDATE billing_events SET state = sqlc.arg(state), tries = sqlc.arg(tries), due_at = sqlc.narg(due_at), tenant = sqlc.narg(tenant),
    outcome = sqlc.arg(outcome)
WHERE id = sqlc.arg(id);

-- name: DeleteBillingSubjects :exec
DELETE FROM billing_subjects WHERE event = $1;

-- name: InsertBillingSubject :exec
INSERT INTO billing_subjects (event, subject) VALUES ($1, $2) ON CONFLICT (event, subject) DO NOTHING;

-- What came before it was known whose it is.
-- name: AdoptBillingEvents :exec
UPDATE billing_events SET tenant = sqlc.narg(tenant)
WHERE tenant IS NULL AND id IN (SELECT s.event FROM billing_subjects s WHERE s.subject = sqlc.arg(subject));

-- name: OutcomesOfTenant :many
SELECT id, outcome FROM billing_events WHERE tenant = sqlc.arg(tenant) AND outcome IS NOT NULL;

-- Those of nobody else.
-- name: OutcomesOfSubject :many
SELECT e.id, e.outcome FROM billing_subjects s JOIN billing_events e ON e.id = s.event
WHERE s.subject = sqlc.arg(subject) AND e.outcome IS NOT NULL AND (e.tenant IS NULL OR e.tenant = sqlc.arg(tenant));

-- name: TenantOfSubject :many
SELECT CAST(e.tenant AS TEXT) AS tenant FROM billing_subjects s JOIN billing_events e ON e.id = s.event
WHERE s.subject = sqlc.arg(subject) AND e.tenant IS NOT NULL
ORDER BY e.at DESC, e.id DESC LIMIT 1;

-- name: UnsettledBillingEvents :many
SELECT id, provider, type, at, received_at, payload FROM billing_events
WHERE due_at IS NOT NULL AND due_at <= sqlc.arg(now) AND (state <> 'waiting' OR received_at <= sqlc.arg(before))
ORDER BY due_at, id LIMIT sqlc.arg(count);

-- name: BillingEvent :one
SELECT id, provider, type, at, received_at, payload FROM billing_events WHERE id = $1;

-- name: BillingEvents :many
SELECT id, provider, type, at, received_at, state, tenant, outcome FROM billing_events
WHERE (CAST(sqlc.arg(state) AS TEXT) = '' OR state = CAST(sqlc.arg(state) AS TEXT))
    AND received_at <= sqlc.arg(before) AND (received_at < sqlc.arg(before) OR id < sqlc.arg(before_id))
ORDER BY received_at DESC, id DESC LIMIT sqlc.arg(count);

-- Serves the sweep over all tenants. It looks no further back than it must, for most of what is old was blanked.
-- name: BlankBillingEvents :exec
UPDATE billing_events SET payload = sqlc.arg(nothing)
WHERE state = 'settled' AND received_at < sqlc.arg(before) AND received_at >= sqlc.arg(since) AND LENGTH(payload) > 0;

-- Serves the sweep: what turned out to concern nobody here.
-- name: DeleteBillingEventsOfNobody :exec
DELETE FROM billing_events WHERE tenant IS NULL AND state = 'settled' AND received_at < sqlc.arg(before);
