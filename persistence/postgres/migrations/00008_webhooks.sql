-- +goose Up

ALTER TABLE tenants ADD COLUMN listeners BIGINT NOT NULL DEFAULT 0; -- grows with each change of the webhooks

CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    tenant        TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    target        BYTEA       NOT NULL, -- sealed by the tenant's key: address, secret, note
    types         TEXT        NOT NULL, -- of what it is told, with commas between
    enabled       BOOLEAN     NOT NULL,
    disabled      TEXT        NOT NULL, -- why it is not enabled, unless its owner wants that
    failures      BIGINT      NOT NULL, -- attempts since the last that did not fail
    failing_since TIMESTAMPTZ NOT NULL, -- of the first of them; says nothing when there are none
    failure       TEXT        NOT NULL, -- why the last of them failed
    created_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX webhooks_oldest ON webhooks (tenant, created_at, id);

-- What each webhook has yet to be told. Rows are written with their event, and deleted when they arrived.
CREATE TABLE outbox (
    id           TEXT PRIMARY KEY,
    tenant       TEXT        NOT NULL,
    webhook      TEXT        NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    type         TEXT        NOT NULL,
    conversation TEXT        NOT NULL,
    seq          BIGINT      NOT NULL,
    tries        BIGINT      NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    due_at       TIMESTAMPTZ NOT NULL -- also the end of a lease
);
CREATE UNIQUE INDEX outbox_in_order ON outbox (webhook, conversation, seq);
CREATE INDEX outbox_due ON outbox (webhook, due_at, id);

-- +goose Down
DROP TABLE outbox;
DROP TABLE webhooks;
ALTER TABLE tenants DROP COLUMN listeners;
