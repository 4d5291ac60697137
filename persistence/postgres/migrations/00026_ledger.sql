-- +goose NO TRANSACTION
-- +goose Up

-- What a period's answers took, and each of its days'.
DROP INDEX CONCURRENTLY IF EXISTS answers_of_period;
CREATE INDEX CONCURRENTLY answers_of_period ON answers (tenant, month, started_at);

-- +goose Down
DROP INDEX answers_of_period;
