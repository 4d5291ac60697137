-- name: LetterOfSubject :one
SELECT id, kind, subject, body, tries, due_at, expires_at FROM letters WHERE kind = $1 AND subject = $2;

-- Of two that come at once, one wins: both mean the same.
-- name: InsertLetter :exec
INSERT INTO letters (id, kind, subject, body, tries, due_at, expires_at) VALUES ($1, $2, $3, $4, 0, sqlc.arg(due_at), $5)
ON CONFLICT (kind, subject) DO NOTHING;

-- None: somebody changed it meanwhile.
-- name: RewriteLetter :execrows
UPDATE letters SET body = sqlc.arg(body), tries = sqlc.arg(tries), due_at = sqlc.arg(due_at), expires_at = sqlc.arg(expires_at)
WHERE id = sqlc.arg(id) AND body = sqlc.arg(was_body) AND tries = sqlc.arg(was_tries);

-- Serves the delivery over all accounts.
-- name: DueLetters :many
SELECT id FROM letters WHERE due_at <= sqlc.arg(now) ORDER BY due_at, id LIMIT sqlc.arg(count);

-- The last condition decides between nodes that found the same one: the second sees the first one's lease.
-- name: TakeLetter :one
UPDATE letters SET tries = tries + 1, due_at = sqlc.arg(leased_until)
WHERE id = sqlc.arg(id) AND due_at <= sqlc.arg(now)
RETURNING id, kind, subject, body, tries, due_at, expires_at;

-- Its secret is what makes it found: no user is known yet.
-- name: Letter :one
SELECT id, kind, subject, body, tries, due_at, expires_at FROM letters WHERE id = $1;

-- Of many who use a secret at once, one gets the row.
-- name: UseLetter :execrows
DELETE FROM letters WHERE id = $1;

-- name: DeleteLettersOfSubject :exec
DELETE FROM letters WHERE subject = $1;

-- name: DeleteExpiredLetters :exec
DELETE FROM letters WHERE expires_at < sqlc.arg(before);
