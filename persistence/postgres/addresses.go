package postgres

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableAddresses is what an address of a site is bound to. It never changes.
const tableAddresses = "addresses"

// addressRecord is an address with what tells whether its page has changed, sealed by the site's key.
type addressRecord struct {
	recordHead
	URL   string      `json:"url"`
	Why   string      `json:"why,omitempty"`
	Check checkRecord `json:"check,omitzero"`
}

// addressRow names the row of an address.
func addressRow(site string, hash []byte) string { return site + "/" + hex.EncodeToString(hash) }

// addressHash is what an address of a site is found by.
func (k *keyring) addressHash(tenant, site, url string) []byte {
	return k.hash("address", tenant, site, url)
}

// textHash is what a page of a site is found by that has this text.
func (k *keyring) textHash(tenant, site string, text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	return k.hash("text", tenant, site, string(text))
}

func sealPlace(key *seal.Key, tenant, site string, hash []byte, a knowledge.Address) ([]byte, error) {
	return sealRecord(key, tenant, tableAddresses, addressRow(site, hash), addressRecord{head(), a.URL, a.Why, checkRecord(a.Check)})
}

func openPlace(key *seal.Key, tenant, site string, row db.AddressesOfSiteRow) (knowledge.Address, error) {
	var r addressRecord
	if err := openRecord(key, tenant, tableAddresses, addressRow(site, row.Hash), row.Label, &r); err != nil {
		return knowledge.Address{}, err
	}
	a := knowledge.Address{
		URL: r.URL, State: knowledge.AddressState(row.State), Depth: int(row.Depth), Page: row.Page, Round: row.Round, Check: knowledge.Check(r.Check),
	}
	if a.State == knowledge.Left || a.State == knowledge.Failed {
		a.Why = r.Why // else it is of an earlier round
	}
	return a, nil
}

// openPlaces opens rows of whichever query of addresses.
func openPlaces[Row db.AddressesOfSiteRow | db.WaitingAddressesRow | db.StaleAddressesRow | db.KnownAddressesRow](
	key *seal.Key, tenant, site string, rows []Row,
) ([]knowledge.Address, error) {
	addresses := make([]knowledge.Address, len(rows))
	for i, row := range rows {
		var err error
		if addresses[i], err = openPlace(key, tenant, site, db.AddressesOfSiteRow(row)); err != nil {
			return nil, err
		}
	}
	return addresses, nil
}

// saveAddresses stores what a step found of addresses.
func (s *Store) saveAddresses(ctx context.Context, q *db.Queries, key *seal.Key, site locked, round knowledge.Round) error {
	if len(round.Found)+len(round.Done) == 0 {
		return nil
	}
	last, err := q.LastOrdinal(ctx, db.LastOrdinalParams{Tenant: site.Tenant, Site: site.ID})
	if err != nil {
		return fmt.Errorf("count addresses: %w", err)
	}
	found := make([]db.FindAddressesParams, len(round.Found))
	for i, a := range round.Found {
		hash := s.keys.addressHash(site.Tenant, site.ID, a.URL)
		label, err := sealPlace(key, site.Tenant, site.ID, hash, a)
		if err != nil {
			return err
		}
		last++
		found[i] = db.FindAddressesParams{
			Site: site.ID, Hash: hash, Tenant: site.Tenant, Label: label, Depth: int64(a.Depth), Ordinal: last, Round: site.Crawl.Round,
		}
	}
	done := make([]db.SettleAddressesParams, len(round.Done))
	for i, a := range round.Done {
		hash := s.keys.addressHash(site.Tenant, site.ID, a.URL)
		label, err := sealPlace(key, site.Tenant, site.ID, hash, a)
		if err != nil {
			return err
		}
		last++
		done[i] = db.SettleAddressesParams{
			Site: site.ID, Hash: hash, Tenant: site.Tenant, Label: label, State: string(a.State), Depth: int64(a.Depth), Ordinal: last,
			Round: site.Crawl.Round, Page: a.Page, TextHash: s.keys.textHash(site.Tenant, site.ID, a.Check.Text),
		}
	}
	if err := executed(ctx, found, q.FindAddresses); err != nil {
		return fmt.Errorf("keep found addresses: %w", err)
	}
	if err := executed(ctx, done, q.SettleAddresses); err != nil {
		return fmt.Errorf("keep what became of addresses: %w", err)
	}
	return nil
}

// Waiting returns addresses that are to be looked at in this round.
func (s Sites) Waiting(ctx context.Context, tenant, site string, limit int) ([]knowledge.Address, error) {
	rows, err := s.reads.WaitingAddresses(ctx, db.WaitingAddressesParams{Tenant: tenant, Site: site, Count: int32(limit)})
	return openedPlaces(ctx, s.Store, tenant, site, rows, err, "list waiting addresses of "+site)
}

// Stale returns addresses with a page that were not found in this round.
func (s *Store) Stale(ctx context.Context, tenant, site string, round int64, limit int) ([]knowledge.Address, error) {
	rows, err := s.reads.StaleAddresses(ctx, db.StaleAddressesParams{Tenant: tenant, Site: site, Round: round, Count: int32(limit)})
	return openedPlaces(ctx, s, tenant, site, rows, err, "list stale addresses of "+site)
}

// Known returns those of some addresses that the site has.
func (s *Store) Known(ctx context.Context, tenant, site string, urls []string) ([]knowledge.Address, error) {
	asked := make([]db.KnownAddressesParams, len(urls))
	for i, url := range urls {
		asked[i] = db.KnownAddressesParams{Tenant: tenant, Site: site, Hash: s.keys.addressHash(tenant, site, url)}
	}
	found, err := optional(ctx, asked, s.reads.KnownAddresses)
	var rows []db.KnownAddressesRow
	for _, row := range found {
		if row != nil {
			rows = append(rows, *row)
		}
	}
	return openedPlaces(ctx, s, tenant, site, rows, err, "look up addresses of "+site)
}

// openedPlaces opens what a query returned.
func openedPlaces[Row db.AddressesOfSiteRow | db.WaitingAddressesRow | db.StaleAddressesRow | db.KnownAddressesRow](
	ctx context.Context, s *Store, tenant, site string, rows []Row, err error, attempt string,
) ([]knowledge.Address, error) {
	if err != nil || len(rows) == 0 {
		return nil, s.explain(err, attempt)
	}
	key, err := s.keys.source(ctx, s.reads, tenant, site)
	if err != nil {
		return nil, s.explain(err, attempt)
	}
	addresses, err := openPlaces(key, tenant, site, rows)
	return addresses, s.explain(err, attempt)
}

// Addresses lists a site's, in the order in which they were found.
func (s *Store) Addresses(
	ctx context.Context, tenant, bot, site string, state knowledge.AddressState, cursor string, limit int,
) ([]knowledge.Address, string, error) {
	list := []string{"addresses", tenant, site, string(state)}
	from, err := s.cursors.decode(cursor, list...)
	if err != nil {
		return nil, "", err
	}
	after := int64(0)
	if cursor != "" {
		if after, err = strconv.ParseInt(from.id, 10, 64); err != nil {
			return nil, "", errCursor.Because(err)
		}
	}
	if _, err := s.Source(ctx, tenant, bot, site); err != nil {
		return nil, "", err
	}
	size := pageSize(limit)
	rows, err := s.reads.AddressesOfSite(ctx, db.AddressesOfSiteParams{
		Tenant: tenant, Site: site, After: after, State: string(state), Count: int32(size + 1),
	})
	next := ""
	if len(rows) > size {
		rows = rows[:size]
		next = s.cursors.encode(position{id: strconv.FormatInt(rows[size-1].Ordinal, 10)}, list...)
	}
	addresses, err := openedPlaces(ctx, s, tenant, site, rows, err, "list addresses of "+site)
	return addresses, next, err
}

// SameText returns another page of the site from which the same text was read.
func (s *Store) SameText(ctx context.Context, tenant, site, page string, text []byte) (string, error) {
	pages, err := s.reads.PageWithText(ctx, db.PageWithTextParams{
		Tenant: tenant, Site: site, Other: page, TextHash: s.keys.textHash(tenant, site, text),
	})
	if err != nil || len(pages) == 0 {
		return "", s.explain(err, "look for the same text on "+site)
	}
	return pages[0], nil
}
