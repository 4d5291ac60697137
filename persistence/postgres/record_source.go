package postgres

import (
	"strconv"

	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// sourceRecord is what a source says of itself.
type sourceRecord struct {
	recordHead
	Title     string `json:"title,omitempty"`
	URL       string `json:"url,omitempty"`
	MediaType string `json:"media_type,omitempty"`
	Error     string `json:"error,omitempty"`
}

// passageRecord is a piece of a source.
type passageRecord struct {
	recordHead
	Headings []string `json:"headings,omitempty"`
	Text     string   `json:"text"`
	Page     int      `json:"page,omitempty"`
}

func sealSource(key *seal.Key, s knowledge.Source) ([]byte, error) {
	return sealRecord(key, s.Tenant, tableSources, s.ID, sourceRecord{head(), s.Title, s.URL, s.MediaType, s.Error})
}

func openSource(key *seal.Key, row db.Source) (knowledge.Source, error) {
	var r sourceRecord
	if err := openRecord(key, row.Tenant, tableSources, row.ID, row.Label, &r); err != nil {
		return knowledge.Source{}, err
	}
	return knowledge.Source{
		ID: row.ID, Tenant: row.Tenant, Bot: row.Bot, Kind: knowledge.Kind(row.Kind),
		Title: r.Title, URL: r.URL, MediaType: r.MediaType, Error: r.Error,
		Size: row.Size, State: knowledge.State(row.State),
		Pages: int(row.Pages), PagesRead: int(row.PagesRead), Passages: int(row.Passages),
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}, nil
}

func sealPassage(key *seal.Key, tenant, source string, p knowledge.Passage) (db.InsertPassagesParams, error) {
	body, err := sealRecord(key, tenant, tablePassages, passageRow(source, p.ID, int64(p.Order)), passageRecord{head(), p.Headings, p.Text, p.Page})
	return db.InsertPassagesParams{Source: source, Ordinal: int64(p.Order), ID: p.ID, Tenant: tenant, Body: body}, err
}

func openPassage(key *seal.Key, tenant, source string, row db.PassagesOfSourceRow) (knowledge.Passage, error) {
	var r passageRecord
	if err := openRecord(key, tenant, tablePassages, passageRow(source, row.ID, row.Ordinal), row.Body, &r); err != nil {
		return knowledge.Passage{}, err
	}
	return knowledge.Passage{
		ID: row.ID, Source: source, Order: int(row.Ordinal), Headings: r.Headings, Text: r.Text, Page: r.Page,
	}, nil
}

// passageRow names the row of a passage; an index may not hand out one
// passage's text under the id of another.
func passageRow(source, id string, ordinal int64) string {
	return source + "/" + strconv.FormatInt(ordinal, 10) + "/" + id
}

// originalRow names the row of a chunk of an original.
func originalRow(source string, n int64) string { return source + "/" + strconv.FormatInt(n, 10) }
