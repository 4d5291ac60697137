-- name: ConversationHead :one
SELECT visitor, head FROM conversations WHERE tenant = $1 AND id = $2;

-- No row: the conversation has a note of this client id.
-- name: InsertNote :execrows
INSERT INTO notes (id, tenant, conversation, seq, client_id, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (conversation, client_id) DO NOTHING;

-- name: NoteByClientID :one
SELECT id, seq, client_id, body, created_at FROM notes WHERE tenant = $1 AND conversation = $2 AND client_id = $3;

-- name: LatestNotes :many
SELECT id, seq, client_id, body, created_at FROM notes
WHERE tenant = $1 AND conversation = $2 ORDER BY created_at DESC, id DESC LIMIT $3;

-- name: InsertMentions :batchexec
INSERT INTO mentions (tenant, user_id, conversation, note) VALUES ($1, $2, $3, $4);

-- name: IsMentioned :one
SELECT EXISTS (SELECT 1 FROM mentions WHERE tenant = $1 AND user_id = $2 AND conversation = $3) AS mentioned;

-- name: DeleteMentions :exec
DELETE FROM mentions WHERE tenant = $1 AND user_id = $2 AND conversation = $3;
