-- name: ReceiptByClientID :one
SELECT seq, message FROM events
WHERE tenant = sqlc.arg(tenant) AND conversation = sqlc.arg(conversation) AND client_id = sqlc.arg(client_id);
