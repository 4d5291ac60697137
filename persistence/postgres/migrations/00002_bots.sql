-- +goose Up

CREATE TABLE bots (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    profile    BYTEA       NOT NULL, -- sealed by the tenant's key: name, settings, appearance, domains
    version    BIGINT      NOT NULL, -- grows with each change of the bot or of its knowledge
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant, id)
);

-- +goose Down
DROP TABLE bots;
