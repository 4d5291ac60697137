-- +goose Up

-- Mails that are to be sent. Rows are written with what they tell of, and deleted when they were sent.
CREATE TABLE mails (
    id           TEXT PRIMARY KEY,
    tenant       TEXT        NOT NULL,
    conversation TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    kind         TEXT        NOT NULL,
    seq          BIGINT      NOT NULL, -- of the event that it was planned with
    user_id      TEXT        NOT NULL, -- whom it is for; empty: the visitor, or whoever may take the conversation
    address      BYTEA,                -- sealed by the visitor's key: one that was given for this mail alone
    address_hash TEXT        NOT NULL, -- HMAC of it; empty: there is none
    tries        BIGINT      NOT NULL, -- attempts begun
    due_at       TIMESTAMPTZ NOT NULL, -- also the end of a lease
    next_seq     BIGINT      NOT NULL, -- another was planned with this event, since the last attempt began; 0: none
    next_due_at  TIMESTAMPTZ NOT NULL, -- of that one; says nothing when there is none
    created_at   TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX mails_once ON mails (conversation, kind, user_id, address_hash);
CREATE INDEX mails_due ON mails (due_at, id);

-- +goose Down
DROP TABLE mails;
