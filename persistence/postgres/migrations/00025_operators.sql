-- +goose Up

-- Who runs the installation. Rows are written by its command line alone.
CREATE TABLE operators (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    since   TIMESTAMPTZ NOT NULL
);

-- Owners who let operators look at their business; no row: they do not.
CREATE TABLE support_access (
    tenant   TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    given_by TEXT        NOT NULL, -- user
    given_at TIMESTAMPTZ NOT NULL,
    until    TIMESTAMPTZ NOT NULL
);

-- Operators who looked at a business. One goes on only while there is the access that it began under.
CREATE TABLE visits (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    user_id    TEXT        NOT NULL, -- the operator
    token_hash BYTEA       NOT NULL UNIQUE,
    began_at   TIMESTAMPTZ NOT NULL,
    ends_at    TIMESTAMPTZ NOT NULL,
    given_at   TIMESTAMPTZ NOT NULL, -- of the access
    body       BYTEA       NOT NULL  -- sealed by the tenant's key: why
);
CREATE INDEX visits_of_tenant ON visits (tenant, began_at, id);

-- +goose Down
DROP TABLE visits;
DROP TABLE support_access;
DROP TABLE operators;
