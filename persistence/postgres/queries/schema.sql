-- name: SchemaFloor :one
SELECT version FROM schema_floor WHERE id = 1;
