package postgres

import (
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableReplies is what a saved reply is bound to. It never changes.
const tableReplies = "replies"

// replyRecord is a saved reply, sealed by the tenant's key.
type replyRecord struct {
	recordHead
	Shortcut string `json:"shortcut"`
	Title    string `json:"title"`
	Text     string `json:"text"`
}

func sealReply(key *seal.Key, reply chat.Reply) ([]byte, error) {
	return sealRecord(key, reply.Tenant, tableReplies, reply.ID, replyRecord{head(), reply.Shortcut, reply.Title, reply.Text})
}

func openReply(key *seal.Key, tenant string, row db.RepliesOfTenantRow) (chat.Reply, error) {
	var r replyRecord
	if err := openRecord(key, tenant, tableReplies, row.ID, row.Body, &r); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{ID: row.ID, Tenant: tenant, Shortcut: r.Shortcut, Title: r.Title, Text: r.Text}, nil
}
