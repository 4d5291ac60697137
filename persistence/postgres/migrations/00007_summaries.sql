-- +goose Up

CREATE TABLE summaries (
    conversation TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    tenant       TEXT   NOT NULL,
    through      BIGINT NOT NULL, -- seq of the last event that it covers
    body         BYTEA  NOT NULL  -- sealed by the visitor's key
);

-- +goose Down
DROP TABLE summaries;
