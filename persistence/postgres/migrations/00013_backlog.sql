-- +goose Up

-- Conversations from before 00009 with what its columns tell in sealed rows, which SQL cannot read:
-- who has them, and what their visitor said of themselves. Store.Migrate catches up with them, and empties the table.
CREATE TABLE backlog (
    conversation TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    tenant       TEXT NOT NULL
);
INSERT INTO backlog (conversation, tenant)
SELECT c.id, c.tenant FROM conversations c JOIN visitors v ON v.tenant = c.tenant AND v.id = c.visitor
WHERE c.status = 'agent' AND c.assignee = ''
    OR v.contact_version = 0 AND EXISTS (SELECT 1 FROM events e WHERE e.conversation = c.id AND e.type = 'contact.changed');

-- +goose Down
DROP TABLE backlog;
