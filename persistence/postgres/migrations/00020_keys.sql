-- +goose Up

-- Keys of the API.
CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    bot        TEXT,                 -- the only one that it sees; NULL: all
    line       TEXT        NOT NULL, -- the first of those that replaced each other
    hash       BYTEA       NOT NULL UNIQUE, -- SHA-256 of the key
    body       BYTEA       NOT NULL, -- sealed by the tenant's key: name, beginning, scopes, addresses, who made it
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,          -- NULL: never
    used_at    TIMESTAMPTZ,          -- to the minute
    FOREIGN KEY (tenant, bot) REFERENCES bots (tenant, id) ON DELETE CASCADE
);
CREATE INDEX api_keys_of_tenant ON api_keys (tenant, created_at, id);
CREATE INDEX api_keys_of_bot ON api_keys (bot) WHERE bot IS NOT NULL;

-- From where members may reach their business. No row: from everywhere.
CREATE TABLE tenant_access (
    tenant TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    body   BYTEA NOT NULL -- sealed by the tenant's key: addresses
);

-- What a business's server signs with who its customers are.
CREATE TABLE identity_secrets (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL,
    bot        TEXT        NOT NULL,
    body       BYTEA       NOT NULL, -- sealed by the tenant's key: the secret
    created_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, bot) REFERENCES bots (tenant, id) ON DELETE CASCADE
);
CREATE INDEX identity_secrets_of_bot ON identity_secrets (tenant, bot, created_at, id);

-- +goose Down
DROP TABLE identity_secrets;
DROP TABLE tenant_access;
DROP TABLE api_keys;
