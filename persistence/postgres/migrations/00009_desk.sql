-- +goose Up

ALTER TABLE conversations ADD COLUMN assignee TEXT NOT NULL DEFAULT ''; -- who has it, or is asked to take it while it waits; empty: nobody
ALTER TABLE conversations ADD COLUMN waits_since TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN snoozed_until TIMESTAMPTZ;
ALTER TABLE conversations ADD COLUMN spam BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE conversations SET waits_since = updated_at WHERE status = 'waiting';

-- A list of everything merges the few statuses: each index costs every append.
DROP INDEX conversations_latest;
CREATE INDEX conversations_listed ON conversations (tenant, spam, status, updated_at, id);
CREATE INDEX conversations_waiting ON conversations (tenant, waits_since, id) WHERE status = 'waiting';
CREATE INDEX conversations_assigned ON conversations (tenant, assignee, updated_at, id) WHERE assignee <> '';
CREATE INDEX conversations_snoozed ON conversations (tenant, snoozed_until) WHERE snoozed_until IS NOT NULL;

ALTER TABLE visitors ADD COLUMN contact BYTEA; -- sealed by the visitor's key: name, e-mail, telephone
ALTER TABLE visitors ADD COLUMN contact_version BIGINT NOT NULL DEFAULT 0; -- grows with each change of it
ALTER TABLE visitors ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;

-- What a visitor is found by.
CREATE TABLE contact_terms (
    tenant  TEXT  NOT NULL,
    term    BYTEA NOT NULL, -- HMAC of a word of their name, of their address or of their telephone number
    visitor TEXT  NOT NULL,
    PRIMARY KEY (tenant, term, visitor),
    FOREIGN KEY (tenant, visitor) REFERENCES visitors (tenant, id) ON DELETE CASCADE
);
CREATE INDEX contact_terms_of_visitor ON contact_terms (visitor, tenant);

CREATE TABLE reads (
    conversation TEXT   NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    reader       TEXT   NOT NULL, -- a user; empty: the visitor
    tenant       TEXT   NOT NULL,
    seq          BIGINT NOT NULL, -- of the last event that they have seen
    PRIMARY KEY (conversation, reader)
);

CREATE TABLE labels (
    id        TEXT PRIMARY KEY,
    tenant    TEXT  NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name      BYTEA NOT NULL, -- sealed by the tenant's key
    name_hash BYTEA NOT NULL, -- HMAC of it without case
    color     TEXT  NOT NULL,
    UNIQUE (tenant, name_hash)
);

CREATE TABLE conversation_labels (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    label        TEXT NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
    tenant       TEXT NOT NULL,
    PRIMARY KEY (conversation, label)
);
CREATE INDEX conversation_labels_of_label ON conversation_labels (label, conversation);

-- What people, or the desk, did with conversations beside speaking in them.
CREATE TABLE activities (
    conversation TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    n            BIGINT      NOT NULL, -- counts from 1 in the conversation
    tenant       TEXT        NOT NULL,
    id           TEXT        NOT NULL,
    seq          BIGINT      NOT NULL, -- of the log's last event then
    at           TIMESTAMPTZ NOT NULL,
    by_user      TEXT        NOT NULL, -- empty: the desk
    kind         TEXT        NOT NULL,
    target       TEXT        NOT NULL,
    PRIMARY KEY (conversation, n)
);

-- +goose Down
DROP TABLE activities;
DROP TABLE conversation_labels;
DROP TABLE labels;
DROP TABLE reads;
DROP TABLE contact_terms;
ALTER TABLE visitors DROP COLUMN blocked;
ALTER TABLE visitors DROP COLUMN contact_version;
ALTER TABLE visitors DROP COLUMN contact;
DROP INDEX conversations_snoozed;
DROP INDEX conversations_assigned;
DROP INDEX conversations_waiting;
DROP INDEX conversations_listed;
CREATE INDEX conversations_latest ON conversations (tenant, updated_at, id);
ALTER TABLE conversations DROP COLUMN spam;
ALTER TABLE conversations DROP COLUMN snoozed_until;
ALTER TABLE conversations DROP COLUMN waits_since;
ALTER TABLE conversations DROP COLUMN assignee;
