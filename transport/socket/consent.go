package socket

import (
	"context"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// Consents is what sockets ask of the store about what visitors agree to.
type Consents interface {
	GiveConsent(ctx context.Context, consent account.Consent) error
	Consented(ctx context.Context, tenant, visitor, hash string) (bool, error)
	Retention(ctx context.Context, tenant string) (account.Retention, error)
}

// errConsentText refuses an agreement to a text that the business has replaced since it was shown.
var errConsentText = chat.Fail(chat.Conflict, "consent_outdated", "These terms have changed. Please connect again and read the new ones.")

// asked is what a bot's visitors are asked to agree to, as the one of claims is told; nil: nothing.
func (c *conn) asked(ctx context.Context, bot *chat.Bot, claims account.VisitorClaims, fresh bool) (*wire.Consent, error) {
	terms := bot.Appearance.Consent
	if terms.Text == "" || c.h.config.Consents == nil {
		return nil, nil //nolint:nilnil // most ask nothing
	}
	asked := &wire.Consent{Text: terms.Text, Hash: account.ConsentHash(terms.Text), Required: terms.Required}
	if fresh { // they have just got their id
		return asked, nil
	}
	var err error
	asked.Given, err = c.h.config.Consents.Consented(ctx, claims.Tenant, claims.Visitor, asked.Hash)
	return asked, err
}

// giveConsent answers consent.give: it keeps the text word for word, with the time and the place.
func (c *conn) giveConsent(s *session, r wire.Request) error {
	var given wire.ConsentGiven
	if err := r.Into(&given); err != nil {
		return err
	}
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	visitor := s.visitor()
	terms, err := c.terms(ctx, visitor)
	if err != nil {
		return err
	}
	if terms.Text == "" || given.Hash != account.ConsentHash(terms.Text) {
		return errConsentText
	}
	kept, err := c.h.config.Consents.Retention(ctx, visitor.Tenant)
	if err != nil {
		return err
	}
	address := c.address
	if kept.MaskAddresses {
		address = account.Mask(address)
	}
	err = c.h.config.Consents.GiveConsent(ctx, account.Consent{
		Tenant: visitor.Tenant, Visitor: visitor.ID, Text: terms.Text, At: time.Now(), Page: visitor.Page, Address: address,
	})
	if err != nil {
		return err
	}
	s.agreed.Store(&given.Hash)
	return nil
}

// consented refuses what a visitor says before they have agreed to what they must.
func (c *conn) consented(ctx context.Context, s *session) error {
	visitor := s.visitor()
	terms, err := c.terms(ctx, visitor)
	if err != nil || !terms.Required || terms.Text == "" {
		return err
	}
	hash := account.ConsentHash(terms.Text)
	if agreed := s.agreed.Load(); agreed != nil && *agreed == hash {
		return nil
	}
	given, err := c.h.config.Consents.Consented(ctx, visitor.Tenant, visitor.ID, hash)
	if err != nil {
		return err
	}
	if !given {
		return account.ErrConsent
	}
	s.agreed.Store(&hash)
	return nil
}

// terms are what a bot's visitors are asked to agree to now.
func (c *conn) terms(ctx context.Context, visitor actors.Visitor) (chat.Consent, error) {
	if c.h.config.Consents == nil {
		return chat.Consent{}, nil
	}
	bot, err := c.h.config.Engine.Bot(ctx, visitor.Tenant, visitor.Bot)
	if err != nil {
		return chat.Consent{}, err
	}
	return bot.Appearance.Consent, nil
}

// needsConsent are the frames by which a visitor says something of themselves.
var needsConsent = map[string]bool{
	wire.MessageSend: true, wire.ContactSet: true, wire.HandoffRequest: true, wire.TranscriptRequest: true, wire.MessageFeedback: true,
}
