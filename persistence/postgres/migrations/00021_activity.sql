-- +goose Up

-- What businesses and their keys did, by the hour: numbers alone.
CREATE TABLE activity (
    tenant           TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    line             TEXT        NOT NULL, -- of an API key; empty: the whole business
    at               TIMESTAMPTZ NOT NULL, -- the beginning of the hour
    requests         BIGINT      NOT NULL,
    errors           BIGINT      NOT NULL,
    refused          BIGINT      NOT NULL,
    messages         BIGINT      NOT NULL,
    answers          BIGINT      NOT NULL,
    tokens           BIGINT      NOT NULL,
    cost_micros      BIGINT      NOT NULL, -- millionths of a US dollar
    sign_in_failures BIGINT      NOT NULL,
    PRIMARY KEY (tenant, line, at)
);
CREATE INDEX activity_by_hour ON activity (at);

-- What was unlike itself.
CREATE TABLE anomalies (
    id           TEXT PRIMARY KEY,
    tenant       TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    line         TEXT        NOT NULL, -- as in activity
    kind         TEXT        NOT NULL,
    day          TIMESTAMPTZ NOT NULL, -- of one kind there is one in a day
    at           TIMESTAMPTZ NOT NULL, -- the beginning of the hour
    unit         TEXT        NOT NULL,
    value_micros BIGINT      NOT NULL, -- millionths of the unit
    usual_micros BIGINT      NOT NULL,
    seen_at      TIMESTAMPTZ,          -- NULL: nobody has said so
    seen_by      TEXT        NOT NULL, -- user
    tries        BIGINT      NOT NULL, -- to mail it
    due_at       TIMESTAMPTZ,          -- of the mail; NULL: it was sent, or given up
    UNIQUE (tenant, line, kind, day)
);
CREATE INDEX anomalies_newest ON anomalies (tenant, at, id);
CREATE INDEX anomalies_due ON anomalies (due_at) WHERE due_at IS NOT NULL;

-- +goose Down
DROP TABLE anomalies;
DROP TABLE activity;
