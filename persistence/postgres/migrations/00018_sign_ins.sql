-- +goose Up

ALTER TABLE users ADD COLUMN confirmed_at TIMESTAMPTZ; -- when the address was found to be theirs; NULL: it was not

ALTER TABLE sessions ADD COLUMN used_at TIMESTAMPTZ; -- last; NULL: by a program that did not know this
ALTER TABLE sessions ADD COLUMN client BYTEA;        -- sealed by the tenant's key: address, browser
-- locks: there are a few sign-ins for each member
CREATE INDEX sessions_of_user ON sessions (user_id);

-- Mails about accounts, and the secrets that they bring.
CREATE TABLE letters (
    id         TEXT PRIMARY KEY,
    kind       TEXT        NOT NULL,
    subject    TEXT        NOT NULL, -- the user; or, where nobody knows whether there is one, the HMAC of the address
    body       BYTEA       NOT NULL, -- sealed by the key of accounts: address, hashes of secrets
    tries      BIGINT      NOT NULL,
    due_at     TIMESTAMPTZ,          -- NULL: it was sent, or is not needed
    expires_at TIMESTAMPTZ NOT NULL, -- nothing in it is good later
    UNIQUE (kind, subject)
);
CREATE INDEX letters_due ON letters (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX letters_by_expiry ON letters (expires_at);

-- What access tokens are signed with. The one with the highest number that has started signs.
CREATE TABLE signing_keys (
    number    BIGINT PRIMARY KEY, -- from 1
    secret    BYTEA       NOT NULL, -- sealed by the key of accounts
    starts_at TIMESTAMPTZ NOT NULL
);

-- +goose Down
DROP TABLE signing_keys;
DROP TABLE letters;
DROP INDEX sessions_of_user;
ALTER TABLE sessions DROP COLUMN client;
ALTER TABLE sessions DROP COLUMN used_at;
ALTER TABLE users DROP COLUMN confirmed_at;
