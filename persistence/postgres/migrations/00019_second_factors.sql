-- +goose Up

ALTER TABLE tenants ADD COLUMN second_factor BOOLEAN NOT NULL DEFAULT FALSE; -- its members need one

-- What people prove themselves with beside a password.
CREATE TABLE second_factors (
    user_id    TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret     BYTEA,                -- sealed by the key of accounts; NULL: none is set up
    pending    BYTEA,                -- sealed likewise: the one that is being set up
    pending_at TIMESTAMPTZ NOT NULL,
    step       BIGINT      NOT NULL, -- the 30 seconds, counted from 1970, whose code was used last
    failures   BIGINT      NOT NULL, -- wrong codes since the last right one
    failed_at  TIMESTAMPTZ NOT NULL  -- of the last of them; says nothing when there are none
);

CREATE TABLE recovery_codes (
    user_id TEXT  NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    hash    BYTEA NOT NULL, -- SHA-256; a code has 80 random bits
    PRIMARY KEY (user_id, hash)
);

-- Sign-ins that wait for a second factor.
CREATE TABLE challenges (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL,
    user_id    TEXT        NOT NULL,
    hash       BYTEA       NOT NULL, -- SHA-256 of its secret
    tries      BIGINT      NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, user_id) REFERENCES members (tenant, user_id) ON DELETE CASCADE
);
CREATE INDEX challenges_by_expiry ON challenges (expires_at);

-- Whom an issuer of OpenID Connect knows as whom.
CREATE TABLE external_identities (
    user_id    TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash       BYTEA       NOT NULL UNIQUE, -- HMAC of issuer and subject
    body       BYTEA       NOT NULL,        -- sealed by the key of accounts: issuer, subject, address
    created_at TIMESTAMPTZ NOT NULL
);

-- Who has been sent to the issuer, and is not back yet.
CREATE TABLE issuer_trips (
    id         TEXT PRIMARY KEY,
    user_id    TEXT REFERENCES users (id) ON DELETE CASCADE, -- who links their account; NULL: somebody who signs in
    hash       BYTEA       NOT NULL,                         -- SHA-256 of what the browser has of it
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX issuer_trips_by_expiry ON issuer_trips (expires_at);

-- +goose Down
DROP TABLE issuer_trips;
DROP TABLE external_identities;
DROP TABLE challenges;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
ALTER TABLE tenants DROP COLUMN second_factor;
