-- +goose Up

-- What belongs to the whole platform and must outlive the master key.
CREATE TABLE platform_secrets (
    name TEXT PRIMARY KEY,
    body BYTEA NOT NULL -- sealed by the key of accounts
);

-- What conversations are found by when people look for a text, written behind them. See word_index.go.
CREATE TABLE conversation_words (
    conversation TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    tenant       TEXT   NOT NULL,
    through      BIGINT NOT NULL, -- seq of the last event whose words are in it
    words        BYTEA  NOT NULL  -- three bytes for each word: of its HMAC under the tenant's key of words and the conversation
);

CREATE TABLE word_keys (
    tenant  TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    body    BYTEA       NOT NULL, -- sealed by the tenant's key
    through TIMESTAMPTZ NOT NULL  -- what happened before is in conversation_words
);

-- +goose Down
DROP TABLE word_keys;
DROP TABLE conversation_words;
DROP TABLE platform_secrets;
