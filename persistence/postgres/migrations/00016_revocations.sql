-- +goose Up

-- Access tokens that are not good any more although they have not expired: those that were made before a version.
CREATE TABLE revocations (
    tenant     TEXT        NOT NULL,
    user_id    TEXT        NOT NULL,
    session    TEXT        NOT NULL, -- empty: all of the membership's
    version    BIGINT      NOT NULL,
    revoked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, user_id, session)
);
CREATE INDEX revocations_by_version ON revocations (version);

-- The version of the last one. Whoever revokes has the row until they commit: versions are seen in their order, without gaps.
CREATE TABLE revocation_version (
    id      BIGINT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO revocation_version (id, version) VALUES (1, 0);

-- +goose Down
DROP TABLE revocation_version;
DROP TABLE revocations;
