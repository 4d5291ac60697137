package postgres

import (
	"context"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Consents = (*Store)(nil)

// tableConsents is what a consent is bound to. It never changes.
const tableConsents = "consents"

// consentRecord is what a visitor agreed to, and from where.
type consentRecord struct {
	recordHead
	Text    string `json:"text"`
	Page    string `json:"page,omitempty"`
	Address string `json:"address,omitempty"`
}

// consentRow names the row of a consent.
func consentRow(visitor, hash string) string { return visitor + "/" + hash }

// GiveConsent keeps that a visitor agreed, unless they had.
func (s *Store) GiveConsent(ctx context.Context, consent account.Consent) error {
	key, err := s.keys.tenant(ctx, s.reads, consent.Tenant)
	if err != nil {
		return s.explain(err, "keep a consent")
	}
	hash := account.ConsentHash(consent.Text)
	body, err := sealRecord(key, consent.Tenant, tableConsents, consentRow(consent.Visitor, hash),
		consentRecord{head(), consent.Text, consent.Page, consent.Address})
	if err != nil {
		return s.explain(err, "keep a consent")
	}
	err = s.writes.PutConsent(ctx, db.PutConsentParams{
		Tenant: consent.Tenant, Visitor: consent.Visitor, TextHash: hash, At: orNow(consent.At), Body: body,
	})
	return s.explain(err, "keep a consent")
}

// Consented tells whether a visitor agreed to a text.
func (s *Store) Consented(ctx context.Context, tenant, visitor, hash string) (bool, error) {
	given, err := s.reads.HasConsent(ctx, db.HasConsentParams{Tenant: tenant, Visitor: visitor, TextHash: hash})
	return given, s.explain(err, "look for a consent")
}

// ConsentsOf returns what a visitor agreed to, oldest first.
func (s *Store) ConsentsOf(ctx context.Context, tenant, visitor string) ([]account.Consent, error) {
	consents, err := s.consentsOf(ctx, tenant, visitor)
	return consents, s.explain(err, "list consents of visitor "+visitor)
}

func (s *Store) consentsOf(ctx context.Context, tenant, visitor string) ([]account.Consent, error) {
	rows, err := s.reads.ConsentsOf(ctx, db.ConsentsOfParams{Tenant: tenant, Visitor: visitor})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	consents := make([]account.Consent, len(rows))
	for i, row := range rows {
		var r consentRecord
		if err := openRecord(key, tenant, tableConsents, consentRow(visitor, row.TextHash), row.Body, &r); err != nil {
			return nil, err
		}
		consents[i] = account.Consent{Tenant: tenant, Visitor: visitor, Text: r.Text, At: row.At, Page: r.Page, Address: r.Address}
	}
	return consents, nil
}
