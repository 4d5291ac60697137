-- +goose Up

-- locks: there are some thousand sources at most, so that a look at all of them, or an index, takes milliseconds

ALTER TABLE sources ADD COLUMN parent TEXT REFERENCES sources (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED; -- the site that a page belongs to
ALTER TABLE sources ADD COLUMN round BIGINT NOT NULL DEFAULT 0; -- in which it is read, or was read last
ALTER TABLE sources ADD COLUMN embedded BIGINT NOT NULL DEFAULT 0; -- passages with a vector
ALTER TABLE sources ADD COLUMN read_at TIMESTAMPTZ;
ALTER TABLE sources ADD COLUMN next_read TIMESTAMPTZ;
ALTER TABLE sources ADD COLUMN changed_at TIMESTAMPTZ; -- NULL: it was written by a program that did not know this; then updated_at says it
CREATE INDEX sources_of_site ON sources (parent) WHERE parent IS NOT NULL;
CREATE INDEX sources_added ON sources (tenant, bot, created_at, id) WHERE parent IS NULL;
CREATE INDEX sources_due ON sources (next_read) WHERE next_read IS NOT NULL;

ALTER TABLE passages ADD COLUMN digest_hash BYTEA; -- HMAC of the digest of what it says; NULL: not calculated yet

-- The places on a site.
CREATE TABLE addresses (
    site      TEXT   NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    hash      BYTEA  NOT NULL, -- HMAC of the address
    tenant    TEXT   NOT NULL,
    label     BYTEA  NOT NULL, -- sealed by the site's key: address, why, what tells that it has not changed
    state     TEXT   NOT NULL,
    depth     BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL, -- counts from 1 in the order in which they were found
    round     BIGINT NOT NULL, -- in which its state was found
    page      TEXT   NOT NULL, -- the source that its page is; empty: none
    text_hash BYTEA,           -- HMAC of the digest of its page's text
    PRIMARY KEY (site, hash)
);
CREATE INDEX addresses_waiting ON addresses (site, round, depth, ordinal) WHERE state = 'waiting';
CREATE INDEX addresses_listed ON addresses (site, ordinal);
CREATE INDEX addresses_by_text ON addresses (site, text_hash) WHERE text_hash IS NOT NULL;
CREATE INDEX addresses_of_page ON addresses (site, page) WHERE page <> '';

-- What passages mean, as an embedding model says.
CREATE TABLE vectors (
    source      TEXT  NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    model       TEXT  NOT NULL,
    digest_hash BYTEA NOT NULL, -- as in passages
    tenant      TEXT  NOT NULL,
    body        BYTEA NOT NULL, -- sealed by the source's key: digest, numbers
    PRIMARY KEY (source, model, digest_hash)
);
CREATE INDEX vectors_of_words ON vectors (tenant, model, digest_hash);

-- Steps of work that wait for their turn, or have a job. See turns.go.
CREATE TABLE turns (
    tenant  TEXT        NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind    TEXT        NOT NULL,
    subject TEXT        NOT NULL, -- the source, or the run
    stage   TEXT        NOT NULL, -- waiting, enqueued (there is a job), failing (its job is tried again later)
    ticket  BIGINT      NOT NULL, -- grows with each step
    since   TIMESTAMPTZ NOT NULL, -- of its stage
    PRIMARY KEY (tenant, kind, subject)
);
CREATE INDEX turns_in_order ON turns (tenant, kind, stage, since);
CREATE INDEX turns_by_age ON turns (stage, since);

-- Questions that were not answered well. Their words are in the log.
CREATE TABLE gaps (
    conversation TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          BIGINT      NOT NULL, -- of the event that ended the answer
    tenant       TEXT        NOT NULL,
    bot          TEXT        NOT NULL,
    reason       TEXT        NOT NULL,
    state        TEXT        NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (conversation, seq)
);
CREATE INDEX gaps_newest ON gaps (tenant, bot, state, at);

-- What answers cite.
CREATE TABLE cited (
    conversation TEXT        NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          BIGINT      NOT NULL, -- of the event that ended the answer
    item         TEXT        NOT NULL, -- the page or file
    source       TEXT        NOT NULL, -- what the owner added: the same, or the site
    tenant       TEXT        NOT NULL,
    bot          TEXT        NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (conversation, seq, item)
);
CREATE INDEX cited_newest ON cited (tenant, bot, at);
CREATE INDEX cited_by_item ON cited (item);

-- When sources went that answers cite.
CREATE TABLE gone (
    source TEXT PRIMARY KEY,
    tenant TEXT        NOT NULL,
    bot    TEXT        NOT NULL,
    at     TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, bot) REFERENCES bots (tenant, id) ON DELETE CASCADE
);

-- What bots are tested with.
CREATE TABLE questions (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL,
    bot        TEXT        NOT NULL,
    body       BYTEA       NOT NULL, -- sealed by the tenant's key: question, what the answer must have
    created_at TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, bot) REFERENCES bots (tenant, id) ON DELETE CASCADE
);
CREATE INDEX questions_of_bot ON questions (tenant, bot, created_at, id);

CREATE TABLE runs (
    id         TEXT PRIMARY KEY,
    tenant     TEXT        NOT NULL,
    bot        TEXT        NOT NULL,
    state      TEXT        NOT NULL,
    done       BIGINT      NOT NULL, -- questions
    body       BYTEA       NOT NULL, -- sealed by the tenant's key: settings, who, counts, error
    created_at TIMESTAMPTZ NOT NULL,
    moved_at   TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (tenant, bot) REFERENCES bots (tenant, id) ON DELETE CASCADE
);
CREATE INDEX runs_newest ON runs (tenant, bot, created_at, id);
CREATE INDEX runs_under_way ON runs (moved_at) WHERE state = 'running';

CREATE TABLE results (
    run    TEXT   NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    n      BIGINT NOT NULL, -- from 0
    tenant TEXT   NOT NULL,
    body   BYTEA  NOT NULL, -- sealed by the tenant's key: question, answer, verdict
    PRIMARY KEY (run, n)
);

-- +goose Down
DROP TABLE results;
DROP TABLE runs;
DROP TABLE questions;
DROP TABLE gone;
DROP TABLE cited;
DROP TABLE gaps;
DROP TABLE turns;
DROP TABLE vectors;
DROP TABLE addresses;
ALTER TABLE passages DROP COLUMN digest_hash;
DROP INDEX sources_due;
DROP INDEX sources_added;
DROP INDEX sources_of_site;
ALTER TABLE sources DROP COLUMN changed_at;
ALTER TABLE sources DROP COLUMN next_read;
ALTER TABLE sources DROP COLUMN read_at;
ALTER TABLE sources DROP COLUMN embedded;
ALTER TABLE sources DROP COLUMN round;
ALTER TABLE sources DROP COLUMN parent;
