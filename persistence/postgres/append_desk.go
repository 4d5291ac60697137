package postgres

import (
	"context"
	"slices"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// What an append changes beside its log, for the people at the desk.

// assigned is who has the conversation after an append; nil: who is asked to take it stays.
func assigned(a *chat.Append) *string {
	nobody := ""
	switch {
	case a.Status == chat.WithAgent && a.Agent != nil:
		return &a.Agent.ID
	case a.Status == chat.Waiting && !slices.ContainsFunc(a.Bodies, isStatus):
		return nil
	}
	return &nobody
}

// wakes tells whether an append ends a snooze.
func wakes(a *chat.Append) bool {
	return slices.ContainsFunc(a.Bodies, func(body chat.Body) bool {
		m, ok := body.(chat.MessageCreated)
		return ok && m.Author.Kind == chat.ByVisitor || isStatus(body)
	})
}

func isStatus(body chat.Body) bool {
	_, ok := body.(chat.StatusChanged)
	return ok
}

// writeMails plans the mails that follow if nobody looks.
func (s *Store) writeMails(ctx context.Context, q *db.Queries, p *plan) error {
	var mails []db.PlanMailsParams
	for _, a := range p.accepted {
		for i, body := range a.Bodies {
			mail := chat.Mail{Ref: a.Ref, Seq: a.Head + 1 + int64(i)}
			switch b := body.(type) {
			case chat.MessageCreated:
				if b.Author.Kind == chat.ByAgent {
					mail.Kind = chat.MailMissed
				}
			case chat.StatusChanged:
				if b.Status == chat.Waiting {
					mail.Kind = chat.MailWaiting
				}
			}
			if mail.Kind != "" {
				mail.ID, mail.Due = chat.NewID(chat.MailPrefix), at(a.Append).Add(mail.Kind.After(s.mailAfter))
				mails = append(mails, mailRow(mail))
			}
		}
	}
	if len(mails) > 0 {
		q.PlanMails(ctx, mails)
	}
	return nil
}

// changesContact tells whether an append says anything new of its visitor.
func changesContact(a *chat.Append) bool {
	return slices.ContainsFunc(a.Bodies, func(body chat.Body) bool {
		_, ok := body.(chat.ContactChanged)
		return ok
	})
}

// writeContacts keeps what visitors say of themselves, and what they are found by.
func (s *Store) writeContacts(ctx context.Context, q *db.Queries, p *plan) error {
	if len(p.contacts) == 0 {
		return nil
	}
	var contacts []db.ChangeContactsParams
	var outdated []db.DeleteTermsParams
	var terms []db.InsertTermsParams
	for _, v := range p.contacts {
		sealed, err := sealContact(v.key, v.visitorID, v.contact)
		if err != nil {
			return err
		}
		contacts = append(contacts, db.ChangeContactsParams{Tenant: v.tenant, ID: v.id, Contact: sealed, Version: v.version})
		outdated = append(outdated, db.DeleteTermsParams{Tenant: v.tenant, Visitor: v.id})
		for _, term := range s.keys.terms(v.tenant, v.contact) {
			terms = append(terms, db.InsertTermsParams{Tenant: v.tenant, Term: term, Visitor: v.id})
		}
	}
	q.ChangeContacts(ctx, contacts)
	q.DeleteTerms(ctx, outdated)
	q.InsertTerms(ctx, terms)
	return nil
}
