-- None, or one.
-- name: SecondFactor :many
SELECT secret, pending, pending_at, step, failures, failed_at,
    (SELECT COUNT(*) FROM recovery_codes WHERE recovery_codes.user_id = second_factors.user_id) AS codes
FROM second_factors WHERE second_factors.user_id = $1;

-- name: PutPendingFactor :exec
INSERT INTO second_factors (user_id, secret, pending, pending_at, step, failures, failed_at) VALUES ($1, NULL, $2, $3, 0, 0, $3)
ON CONFLICT (user_id) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at;

-- What is pending is compared as it is sealed: no two sealings are alike.
-- name: ConfirmFactor :execrows
UPDATE second_factors SET secret = sqlc.arg(secret), pending = NULL, step = sqlc.arg(step), failures = 0
WHERE user_id = sqlc.arg(user_id) AND pending = sqlc.arg(pending);

-- name: DeleteFactor :execrows
DELETE FROM second_factors WHERE user_id = $1;

-- name: UseFactorStep :execrows
UPDATE second_factors SET step = sqlc.arg(step), failures = 0 WHERE user_id = sqlc.arg(user_id) AND step < sqlc.arg(step);

-- name: ForgetFactorFailures :exec
UPDATE second_factors SET failures = 0 WHERE user_id = $1;

-- name: CountFactorFailure :execrows
UPDATE second_factors SET failures = failures + 1, failed_at = sqlc.arg(failed_at)
WHERE user_id = sqlc.arg(user_id) AND failures = sqlc.arg(seen);

-- name: InsertRecoveryCode :exec
INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2);

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_codes WHERE user_id = $1;

-- name: UseRecoveryCode :execrows
DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2;

-- name: InsertChallenge :exec
INSERT INTO challenges (id, tenant, user_id, hash, tries, expires_at) VALUES ($1, $2, $3, $4, 0, $5);

-- Its secret is what makes it found: no tenant is known yet.
-- name: TryChallenge :one
UPDATE challenges SET tries = tries + 1
WHERE id = sqlc.arg(id) AND hash = sqlc.arg(hash) AND tries < sqlc.arg(most) AND expires_at > sqlc.arg(at)
RETURNING tenant, user_id, expires_at;

-- Of many who end one at once, one does.
-- name: DeleteChallenge :execrows
DELETE FROM challenges WHERE id = $1;

-- name: DeleteExpiredChallenges :exec
DELETE FROM challenges WHERE expires_at < sqlc.arg(before);

-- name: RequireSecondFactor :execrows
UPDATE tenants SET second_factor = $2 WHERE id = $1;

-- name: MembersWithoutFactor :many
SELECT members.user_id FROM members LEFT JOIN second_factors ON second_factors.user_id = members.user_id
WHERE members.tenant = $1 AND second_factors.secret IS NULL ORDER BY members.user_id;
