-- +goose Up

CREATE TABLE notes (
    id           TEXT PRIMARY KEY,
    tenant       TEXT        NOT NULL,
    conversation TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          BIGINT      NOT NULL, -- of the log's last event when it was written
    client_id    TEXT,
    body         BYTEA       NOT NULL, -- sealed by the visitor's key: author, text, who is mentioned
    created_at   TIMESTAMPTZ NOT NULL,
    UNIQUE (conversation, client_id)
);
CREATE INDEX notes_oldest ON notes (conversation, created_at, id);

-- Who has yet to read a note that names them.
CREATE TABLE mentions (
    tenant       TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    conversation TEXT NOT NULL,
    note         TEXT NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant, user_id, conversation, note),
    FOREIGN KEY (tenant, user_id) REFERENCES members (tenant, user_id) ON DELETE CASCADE
);
CREATE INDEX mentions_of_note ON mentions (note);

-- Saved replies.
CREATE TABLE replies (
    id            TEXT PRIMARY KEY,
    tenant        TEXT  NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    shortcut_hash BYTEA NOT NULL, -- HMAC
    body          BYTEA NOT NULL, -- sealed by the tenant's key: shortcut, title, text
    UNIQUE (tenant, shortcut_hash)
);

-- +goose Down
DROP TABLE replies;
DROP TABLE mentions;
DROP TABLE notes;
