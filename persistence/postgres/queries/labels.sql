-- name: LabelsOfTenant :many
SELECT id, name, color FROM labels WHERE tenant = $1;

-- name: LabelByName :one
SELECT id FROM labels WHERE tenant = $1 AND name_hash = $2;

-- name: CountLabels :one
SELECT COUNT(*) FROM labels WHERE tenant = $1;

-- name: InsertLabel :exec
INSERT INTO labels (id, tenant, name, name_hash, color) VALUES ($1, $2, $3, $4, $5);

-- name: UpdateLabel :execrows
UPDATE labels SET name = sqlc.arg(name), name_hash = sqlc.arg(name_hash), color = sqlc.arg(color)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: DeleteLabel :execrows
DELETE FROM labels WHERE tenant = $1 AND id = $2;

-- name: LabelsOfConversation :many
SELECT label FROM conversation_labels WHERE tenant = $1 AND conversation = $2;

-- name: AddLabel :execrows
INSERT INTO conversation_labels (conversation, label, tenant)
SELECT sqlc.arg(conversation), l.id, l.tenant FROM labels l WHERE l.tenant = sqlc.arg(tenant) AND l.id = sqlc.arg(label);

-- name: RemoveLabel :exec
DELETE FROM conversation_labels WHERE tenant = $1 AND conversation = $2 AND label = $3;
