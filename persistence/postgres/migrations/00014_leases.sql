-- +goose Up

-- Which node does the work that only one is to do. A row says nothing when its time is over.
CREATE TABLE leases (
    duty       TEXT   PRIMARY KEY,
    node       TEXT   NOT NULL,
    expires_ms BIGINT NOT NULL -- Unix time in milliseconds, by the clock of the database
);

-- +goose Down
DROP TABLE leases;
