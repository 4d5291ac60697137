-- +goose Up

CREATE TABLE sources (
    id          TEXT PRIMARY KEY,
    tenant      TEXT        NOT NULL,
    bot         TEXT        NOT NULL,
    wrapped_key BYTEA       NOT NULL, -- by the tenant's key; seals the original and the passages
    label       BYTEA       NOT NULL, -- sealed: title, address, media type, error
    kind        TEXT        NOT NULL,
    state       TEXT        NOT NULL,
    size        BIGINT      NOT NULL,
    pages       BIGINT      NOT NULL,
    pages_read  BIGINT      NOT NULL,
    passages    BIGINT      NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, bot) REFERENCES bots (tenant, id) ON DELETE CASCADE
);
CREATE INDEX sources_newest ON sources (tenant, bot, created_at, id);
CREATE INDEX sources_by_state ON sources (state, updated_at);

CREATE TABLE originals (
    source TEXT   NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    n      BIGINT NOT NULL, -- of the chunk, from 0
    tenant TEXT   NOT NULL,
    chunk  BYTEA  NOT NULL, -- sealed by the source's key
    PRIMARY KEY (source, n)
);

CREATE TABLE passages (
    source  TEXT   NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL, -- within the source, from 0
    id      TEXT   NOT NULL,
    tenant  TEXT   NOT NULL,
    body    BYTEA  NOT NULL, -- sealed by the source's key: headings, text, page
    PRIMARY KEY (source, ordinal)
);

-- +goose Down
DROP TABLE passages;
DROP TABLE originals;
DROP TABLE sources;
