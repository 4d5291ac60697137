-- +goose Up

CREATE TABLE visitors (
    tenant      TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id          TEXT        NOT NULL,
    wrapped_key BYTEA       NOT NULL, -- by the tenant's key; seals all of the visitor's conversations
    created_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE conversations (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL,
    bot        TEXT        NOT NULL, -- not a reference: conversations outlive their bot
    visitor    TEXT        NOT NULL,
    epoch      BIGINT      NOT NULL, -- of the activation that may write
    head       BIGINT      NOT NULL, -- seq of the last event
    status     TEXT        NOT NULL,
    unfinished BOOLEAN     NOT NULL, -- a question has no ended answer
    origin     BYTEA       NOT NULL, -- sealed: page, locale
    agent      BYTEA,                -- sealed: who has it
    preview    BYTEA,                -- sealed: beginning of the last message
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, visitor) REFERENCES visitors (tenant, id) ON DELETE CASCADE
);
CREATE INDEX conversations_latest ON conversations (tenant, updated_at, id);
CREATE INDEX conversations_of_visitor ON conversations (tenant, visitor);
CREATE INDEX conversations_unfinished ON conversations (updated_at, id) WHERE unfinished;

CREATE TABLE events (
    conversation TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          BIGINT      NOT NULL,
    tenant       TEXT        NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    type         TEXT        NOT NULL,
    message      TEXT,
    client_id    TEXT,
    body         BYTEA       NOT NULL, -- sealed by the visitor's key
    PRIMARY KEY (conversation, seq)
);
CREATE UNIQUE INDEX events_once ON events (conversation, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE answers (
    conversation  TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message       TEXT        NOT NULL,
    tenant        TEXT        NOT NULL,
    seq           BIGINT      NOT NULL, -- of its message.started
    question      TEXT        NOT NULL,
    attempt       BIGINT      NOT NULL,
    month         TEXT        NOT NULL, -- of its start, as in usage
    charged       BOOLEAN     NOT NULL, -- whether it took one of the month's answers, and did not give it back
    state         TEXT        NOT NULL, -- open, completed, interrupted
    reason        TEXT,
    provider      TEXT,
    model         TEXT,
    input_tokens  BIGINT      NOT NULL,
    output_tokens BIGINT      NOT NULL,
    started_at    TIMESTAMPTZ NOT NULL,
    ended_at      TIMESTAMPTZ,
    PRIMARY KEY (conversation, message)
);
CREATE INDEX answers_of_question ON answers (conversation, question);

CREATE TABLE usage (
    tenant  TEXT   NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    month   TEXT   NOT NULL, -- 2026-11, UTC
    answers BIGINT NOT NULL,
    PRIMARY KEY (tenant, month)
);

-- +goose Down
DROP TABLE usage;
DROP TABLE answers;
DROP TABLE events;
DROP TABLE conversations;
DROP TABLE visitors;
