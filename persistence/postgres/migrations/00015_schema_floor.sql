-- +goose Up

-- The migration that a program must know at least to use this database: see doc.go. One row.
CREATE TABLE schema_floor (
    id      BIGINT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO schema_floor (id, version) VALUES (1, 0);

-- +goose Down
DROP TABLE schema_floor;
