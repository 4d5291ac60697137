-- What the limits of plans are about.
-- name: CountUsed :one
SELECT
    CAST(COALESCE((SELECT u.answers FROM usage u WHERE u.tenant = sqlc.arg(tenant) AND u.month = sqlc.arg(period)), 0) AS BIGINT) AS answers,
    CAST((SELECT COUNT(*) FROM bots b WHERE b.tenant = sqlc.arg(tenant)) AS BIGINT) AS bots,
    CAST(COALESCE((SELECT SUM(s.passages) FROM sources s WHERE s.tenant = sqlc.arg(tenant) AND s.kind <> 'site'), 0) AS BIGINT) AS passages,
    CAST((SELECT COUNT(*) FROM sources s WHERE s.tenant = sqlc.arg(tenant) AND (s.kind = 'url' OR s.parent IS NOT NULL)) AS BIGINT) AS pages,
    CAST((SELECT COUNT(*) FROM members m WHERE m.tenant = sqlc.arg(tenant)) AS BIGINT) AS members,
    CAST((SELECT COUNT(*) FROM invitations i WHERE i.tenant = sqlc.arg(tenant) AND i.expires_at > sqlc.arg(now)) AS BIGINT) AS invitations;

-- name: CountKnown :one
SELECT
    CAST(COALESCE(SUM(CASE WHEN kind <> 'site' THEN passages ELSE 0 END), 0) AS BIGINT) AS passages,
    CAST(COALESCE(SUM(CASE WHEN kind = 'url' OR parent IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS pages
FROM sources WHERE tenant = $1;

-- name: CountBots :one
SELECT COUNT(*) FROM bots WHERE tenant = $1;

-- Without the one that an invitation to the same address takes the place of.
-- name: CountSeats :one
SELECT CAST((SELECT COUNT(*) FROM members m WHERE m.tenant = sqlc.arg(tenant)) +
    (SELECT COUNT(*) FROM invitations i WHERE i.tenant = sqlc.arg(tenant) AND i.expires_at > sqlc.arg(now) AND i.email_hash <> sqlc.arg(email_hash)) AS BIGINT) AS seats;
