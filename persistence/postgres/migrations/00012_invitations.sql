-- +goose Up

ALTER TABLE members ADD COLUMN available BOOLEAN NOT NULL DEFAULT TRUE; -- takes conversations while they have the dashboard open

CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    email_hash BYTEA       NOT NULL, -- HMAC of the address in lower case
    email      BYTEA       NOT NULL, -- sealed by the tenant's key
    role       TEXT        NOT NULL,
    hash       BYTEA       NOT NULL, -- SHA-256 of its secret
    invited_by TEXT        NOT NULL, -- user
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant, email_hash)
);

-- +goose Down
DROP TABLE invitations;
ALTER TABLE members DROP COLUMN available;
