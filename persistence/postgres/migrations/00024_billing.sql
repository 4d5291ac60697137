-- +goose Up

-- What tenants may use and pay. What follows from it at a time is computed.
CREATE TABLE billing_states (
    tenant   TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    version  BIGINT NOT NULL, -- grows with each write, which names the one that it read
    change   BIGINT NOT NULL, -- billing_changes' number of the last write
    provider TEXT   NOT NULL, -- who takes the money; empty: nobody yet
    customer TEXT   NOT NULL, -- id there
    contract TEXT   NOT NULL, -- id there
    body     BYTEA  NOT NULL  -- sealed by the tenant's key: all of it
);
CREATE INDEX billing_states_by_change ON billing_states (change);
CREATE INDEX billing_states_of_customer ON billing_states (customer) WHERE customer <> '';
CREATE INDEX billing_states_of_contract ON billing_states (contract) WHERE contract <> '';

-- How often states were written. One row, which whoever writes a state or settles an event has until the commit: so numbers become visible in
-- their order.
CREATE TABLE billing_changes (
    id     BIGINT PRIMARY KEY,
    number BIGINT NOT NULL
);
INSERT INTO billing_changes (id, number) VALUES (1, 0);

-- What processors of payments told, before and after anything was made of it.
CREATE TABLE billing_events (
    id          TEXT PRIMARY KEY, -- theirs
    provider    TEXT        NOT NULL,
    type        TEXT        NOT NULL, -- theirs
    at          TIMESTAMPTZ NOT NULL, -- when they made it
    received_at TIMESTAMPTZ NOT NULL,
    state       TEXT        NOT NULL, -- waiting, settled, failed
    tries       BIGINT      NOT NULL, -- to process it that failed
    due_at      TIMESTAMPTZ,          -- of the next one; NULL: it is settled
    tenant      TEXT REFERENCES tenants (id) ON DELETE CASCADE, -- whom it concerns; NULL: nobody that is known
    payload     BYTEA       NOT NULL, -- sealed by the key of accounts; empty: forgotten
    outcome     BYTEA                 -- sealed likewise: facts, error; NULL: none yet
);
CREATE INDEX billing_events_newest ON billing_events (received_at, id);
CREATE INDEX billing_events_due ON billing_events (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX billing_events_of_tenant ON billing_events (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX billing_events_of_nobody ON billing_events (received_at) WHERE tenant IS NULL;

-- Whose an event's facts are, as they say: customers and contracts, as customer:cus_1.
CREATE TABLE billing_subjects (
    event   TEXT NOT NULL REFERENCES billing_events (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    PRIMARY KEY (event, subject)
);
CREATE INDEX billing_subjects_found ON billing_subjects (subject);

-- Mails that owners are owed, or got.
CREATE TABLE billing_notices (
    tenant TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    key    TEXT        NOT NULL, -- of what it tells
    kind   TEXT        NOT NULL,
    at     TIMESTAMPTZ NOT NULL, -- when it was found due
    tries  BIGINT      NOT NULL,
    due_at TIMESTAMPTZ,          -- also the end of a lease; NULL: it was sent, or given up
    PRIMARY KEY (tenant, key)
);
CREATE INDEX billing_notices_due ON billing_notices (due_at) WHERE due_at IS NOT NULL;

-- How much overage the processor of payments was told of.
CREATE TABLE billing_reports (
    tenant TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    period TEXT        NOT NULL,
    total  BIGINT      NOT NULL,
    at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, period)
);

-- What the last comparison with the processor of payments found. One row at most.
CREATE TABLE billing_comparisons (
    id   BIGINT PRIMARY KEY,
    body BYTEA NOT NULL -- sealed by the key of accounts
);

-- Periods, by their first instant, are in the columns "month" of usage and answers: 2026-11-14T09:00:00Z, or 2026-11 as ever. Programs of
-- the version before use these columns beside, so that they keep their name.
ALTER TABLE answers ADD COLUMN cost_micros BIGINT;                    -- millionths of a US dollar; NULL: not known
ALTER TABLE answers ADD COLUMN cached BOOLEAN NOT NULL DEFAULT FALSE; -- it was given before
ALTER TABLE answers ADD COLUMN source TEXT NOT NULL DEFAULT '';       -- of the question: widget, api; empty: not known

-- What answers took whose conversations are gone.
CREATE TABLE spent (
    tenant        TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    period        TEXT        NOT NULL,
    day           TIMESTAMPTZ NOT NULL, -- of UTC
    answers       BIGINT      NOT NULL,
    cached        BIGINT      NOT NULL,
    input_tokens  BIGINT      NOT NULL,
    output_tokens BIGINT      NOT NULL,
    cost_micros   BIGINT      NOT NULL,
    unpriced      BIGINT      NOT NULL, -- answers whose cost is not known
    PRIMARY KEY (tenant, period, day)
);

-- +goose Down
DROP TABLE spent;
ALTER TABLE answers DROP COLUMN source;
ALTER TABLE answers DROP COLUMN cached;
ALTER TABLE answers DROP COLUMN cost_micros;
DROP TABLE billing_comparisons;
DROP TABLE billing_reports;
DROP TABLE billing_notices;
DROP TABLE billing_subjects;
DROP TABLE billing_events;
DROP TABLE billing_changes;
DROP TABLE billing_states;
