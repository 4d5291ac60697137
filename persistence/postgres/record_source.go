package postgres

import (
	"strconv"
	"time"

	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// sourceRecord is what a source says of itself.
type sourceRecord struct {
	recordHead
	Title     string      `json:"title,omitempty"`
	URL       string      `json:"url,omitempty"`
	MediaType string      `json:"media_type,omitempty"`
	Error     string      `json:"error,omitempty"`
	Note      string      `json:"note,omitempty"`
	Language  string      `json:"language,omitempty"`
	Plan      planRecord  `json:"plan,omitzero"`
	Crawl     crawlRecord `json:"crawl,omitzero"`
	Check     checkRecord `json:"check,omitzero"`
}

type planRecord struct {
	Pages   int           `json:"pages,omitempty"`
	Within  string        `json:"within,omitempty"`
	Exclude []string      `json:"exclude,omitempty"`
	Every   time.Duration `json:"every_ns,omitempty"`
}

func (r planRecord) IsZero() bool {
	return r.Pages == 0 && r.Within == "" && r.Exclude == nil && r.Every == 0
}

// crawlRecord has all but the round, which is a column.
type crawlRecord struct {
	Found     int    `json:"found,omitempty"`
	Kept      int    `json:"kept,omitempty"`
	Unchanged int    `json:"unchanged,omitempty"`
	Left      int    `json:"left,omitempty"`
	Failed    int    `json:"failed,omitempty"`
	Vanished  int    `json:"vanished,omitempty"`
	Trail     []byte `json:"trail,omitempty"`
}

func (r crawlRecord) IsZero() bool {
	return r.Found == 0 && r.Kept == 0 && r.Unchanged == 0 && r.Left == 0 && r.Failed == 0 && r.Vanished == 0 && r.Trail == nil
}

type checkRecord struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	Text         []byte `json:"text,omitempty"`
	Links        []byte `json:"links,omitempty"`
}

func (r checkRecord) IsZero() bool {
	return r.ETag == "" && r.LastModified == "" && r.Text == nil && r.Links == nil
}

// passageRecord is a piece of a source.
type passageRecord struct {
	recordHead
	Headings []string `json:"headings,omitempty"`
	Text     string   `json:"text"`
	Page     int      `json:"page,omitempty"`
}

func sealSource(key *seal.Key, s knowledge.Source) ([]byte, error) {
	return sealRecord(key, s.Tenant, tableSources, s.ID, sourceRecord{
		recordHead: head(), Title: s.Title, URL: s.URL, MediaType: s.MediaType, Error: s.Error, Note: s.Note, Language: s.Language,
		Plan: planRecord(s.Plan), Check: checkRecord(s.Check),
		Crawl: crawlRecord{s.Crawl.Found, s.Crawl.Kept, s.Crawl.Unchanged, s.Crawl.Left, s.Crawl.Failed, s.Crawl.Vanished, s.Crawl.Trail},
	})
}

func openSource(key *seal.Key, row db.Source) (knowledge.Source, error) {
	var r sourceRecord
	if err := openRecord(key, row.Tenant, tableSources, row.ID, row.Label, &r); err != nil {
		return knowledge.Source{}, err
	}
	s := knowledge.Source{
		ID: row.ID, Tenant: row.Tenant, Bot: row.Bot, Kind: knowledge.Kind(row.Kind), Parent: text(row.Parent),
		Title: r.Title, URL: r.URL, MediaType: r.MediaType, Error: r.Error, Note: r.Note, Language: r.Language,
		Plan: knowledge.Plan(r.Plan), Check: knowledge.Check(r.Check),
		Crawl: knowledge.Crawl{
			Round: row.Round, Found: r.Crawl.Found, Kept: r.Crawl.Kept, Unchanged: r.Crawl.Unchanged, Left: r.Crawl.Left,
			Failed: r.Crawl.Failed, Vanished: r.Crawl.Vanished, Trail: r.Crawl.Trail,
		},
		Size: row.Size, State: knowledge.State(row.State),
		Pages: int(row.Pages), PagesRead: int(row.PagesRead), Passages: int(row.Passages), Embedded: int(row.Embedded),
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, ReadAt: orZero(row.ReadAt), NextRead: orZero(row.NextRead), ChangedAt: orZero(row.ChangedAt),
	}
	if s.State == knowledge.Ready { // perhaps written by a program that did not know these
		s.ReadAt, s.ChangedAt = first(s.ReadAt, s.UpdatedAt), first(s.ChangedAt, s.UpdatedAt)
	}
	return s, nil
}

// first is a time, or another if there is none.
func first(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

// stored is a time that may be missing, as a column has it.
func stored(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = storable(t)
	return &t
}

func sealPassage(key *seal.Key, tenant, source string, p knowledge.Passage) (db.InsertPassagesParams, error) {
	body, err := sealRecord(key, tenant, tablePassages, passageRow(source, p.ID, int64(p.Order)), passageRecord{head(), p.Headings, p.Text, p.Page})
	return db.InsertPassagesParams{Source: source, Ordinal: int64(p.Order), ID: p.ID, Tenant: tenant, Body: body}, err
}

// digestHash is what a passage is found by that says the same.
func (k *keyring) digestHash(tenant string, digest knowledge.Digest) []byte {
	return k.hash("digest", tenant, string(digest[:]))
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
