-- +goose Up

CREATE TABLE traces (
    conversation TEXT   NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          BIGINT NOT NULL, -- of the event that ended the answer
    tenant       TEXT   NOT NULL,
    body         BYTEA  NOT NULL, -- sealed by the visitor's key
    PRIMARY KEY (conversation, seq)
);

-- +goose Down
DROP TABLE traces;
