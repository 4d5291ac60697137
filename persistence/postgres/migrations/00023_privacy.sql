-- +goose Up

-- Who did what. Rows are added, and the oldest removed when their time is over; nothing else changes but body, which
-- goes when the person it names is erased.
CREATE TABLE audit (
    tenant     TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    n          BIGINT      NOT NULL, -- counts from 1 in the tenant, without gaps
    id         TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    actor_kind TEXT        NOT NULL,
    actor      TEXT        NOT NULL, -- id of the user or key; empty: the system or the operator
    action     TEXT        NOT NULL, -- id of an operation, or type of a frame
    target     TEXT        NOT NULL, -- an id
    outcome    TEXT        NOT NULL, -- ok, or a code
    body       BYTEA,                -- sealed by the tenant's key: the actor's name, the address; NULL: erased
    body_hash  BYTEA       NOT NULL, -- HMAC of what body says
    hash       BYTEA       NOT NULL, -- HMAC of the row, without body, and of the hash of the one before
    PRIMARY KEY (tenant, n)
);
CREATE INDEX audit_of_actor ON audit (tenant, actor, n);
CREATE INDEX audit_of_action ON audit (tenant, action, n);

-- Where a tenant's audit log is. Whoever adds to it has the row until they commit.
CREATE TABLE audit_heads (
    tenant    TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    n         BIGINT NOT NULL, -- of the last row; 0: there is none
    hash      BYTEA  NOT NULL, -- of that
    base_n    BIGINT NOT NULL, -- of the last row that was removed since its time was over; 0: none
    base_hash BYTEA  NOT NULL  -- of that
);

-- How long tenants keep what; none: for ever.
CREATE TABLE retention (
    tenant            TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    conversation_days BIGINT  NOT NULL, -- 0: for ever
    audit_days        BIGINT  NOT NULL, -- 0: for ever
    mask_addresses    BOOLEAN NOT NULL
);

-- What visitors agreed to. Not a reference to visitors: they agree before they have a row.
CREATE TABLE consents (
    tenant    TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    visitor   TEXT        NOT NULL,
    text_hash TEXT        NOT NULL, -- SHA-256 of the text
    at        TIMESTAMPTZ NOT NULL,
    body      BYTEA       NOT NULL, -- sealed by the tenant's key: text, page, address
    PRIMARY KEY (tenant, visitor, text_hash)
);
CREATE INDEX consents_by_age ON consents (at);

-- Permits to take everything along.
CREATE TABLE exports (
    id           TEXT PRIMARY KEY,
    tenant       TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    requested_by TEXT        NOT NULL, -- user
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL
);

ALTER TABLE tenants ADD COLUMN erase_at TIMESTAMPTZ; -- when all of it goes, unless its owner takes that back; NULL: never

-- +goose Down
ALTER TABLE tenants DROP COLUMN erase_at;
DROP TABLE exports;
DROP TABLE consents;
DROP TABLE retention;
DROP TABLE audit_heads;
DROP TABLE audit;
