-- +goose Up

-- Keys that belong to no tenant, wrapped by the master key.
CREATE TABLE platform_keys (
    name    TEXT PRIMARY KEY,
    wrapped BYTEA NOT NULL
);

CREATE TABLE tenants (
    id          TEXT PRIMARY KEY,
    wrapped_key BYTEA       NOT NULL, -- by the master key; it wraps all else of the tenant
    name        BYTEA       NOT NULL, -- sealed
    suspended   BOOLEAN     NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

CREATE TABLE users (
    id         TEXT PRIMARY KEY,
    email_hash BYTEA       NOT NULL UNIQUE, -- HMAC of the address in lower case
    profile    BYTEA       NOT NULL,        -- sealed: address, name, hash of the password
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE members (
    tenant     TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    user_id    TEXT        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, user_id)
);
CREATE INDEX members_of_user ON members (user_id, created_at);

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL,
    user_id    TEXT        NOT NULL,
    hash       BYTEA       NOT NULL, -- SHA-256 of the refresh token that is good now
    previous   BYTEA,                -- of the one before
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, user_id) REFERENCES members (tenant, user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
DROP TABLE members;
DROP TABLE users;
DROP TABLE tenants;
DROP TABLE platform_keys;
