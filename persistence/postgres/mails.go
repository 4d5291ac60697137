package postgres

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ chat.Mails = (*Store)(nil)

// PlanMail adds a mail, unless the same is planned.
func (s *Store) PlanMail(ctx context.Context, mail chat.Mail) error {
	return s.explain(s.planMail(ctx, mail), "plan mail "+mail.ID)
}

func (s *Store) planMail(ctx context.Context, mail chat.Mail) error {
	row := mailRow(mail)
	visitor, err := s.reads.ConversationVisitor(ctx, db.ConversationVisitorParams{Tenant: mail.Tenant, ID: mail.Conversation})
	if err != nil {
		return err
	}
	if mail.To != "" {
		key, err := s.keys.visitor(ctx, s.reads, mail.Tenant, visitor)
		if err != nil {
			return err
		}
		if row.Address, err = sealAddress(key, mail); err != nil {
			return err
		}
		row.AddressHash = hex.EncodeToString(s.keys.emailHash(mail.To))
	}
	return executed(ctx, []db.PlanMailsParams{row}, s.writes.PlanMails)
}

// mailRow is the row of a mail that goes to a known address.
func mailRow(mail chat.Mail) db.PlanMailsParams {
	return db.PlanMailsParams{
		ID: mail.ID, Tenant: mail.Tenant, Conversation: mail.Conversation, Kind: string(mail.Kind), Seq: mail.Seq, UserID: mail.User,
		DueAt: orNow(mail.Due), CreatedAt: now(),
	}
}

// TakeMails leases mails. A lease is the time at which its row is due again, and
// the attempt's number: both move in the statement that finds the row due. One
// whose address does not open harms no other: it is logged, and comes again after the lease.
func (s *Store) TakeMails(ctx context.Context, limit int, lease time.Duration) ([]chat.Mail, error) {
	mails, err := s.takeMails(ctx, limit, lease)
	return mails, s.explain(err, "take due mails")
}

func (s *Store) takeMails(ctx context.Context, limit int, lease time.Duration) ([]chat.Mail, error) {
	at := now()
	due, err := s.reads.DueMails(ctx, db.DueMailsParams{Now: at, Count: rowCount(limit)}) // nothing is locked to find out
	if err != nil || len(due) == 0 {
		return nil, err
	}
	slices.SortFunc(due, func(a, b db.DueMailsRow) int { return cmp.Compare(a.ID, b.ID) }) // one order of locking
	wanted := make([]db.TakeMailsParams, len(due))
	for i, mail := range due {
		wanted[i] = db.TakeMailsParams{Tenant: mail.Tenant, ID: mail.ID, Now: at, LeasedUntil: storable(at.Add(lease))}
	}
	var rows []*db.TakeMailsRow
	err = s.inTx(ctx, func(_ Tx, q *db.Queries) (err error) {
		rows, err = optional(ctx, wanted, q.TakeMails)
		return err
	})
	if err != nil {
		return nil, err
	}
	mails := make([]chat.Mail, 0, len(rows))
	for _, row := range rows {
		if row == nil { // another node was first
			continue
		}
		mail, err := s.openMail(ctx, *row)
		if err != nil {
			s.logger.Error("the address of a mail does not open", "tenant", row.Tenant, "mail", row.ID, "error", err)
			continue
		}
		mails = append(mails, mail)
	}
	return mails, nil
}

func (s *Store) openMail(ctx context.Context, row db.TakeMailsRow) (chat.Mail, error) {
	mail := chat.Mail{
		ID: row.ID, Ref: chat.Ref{Tenant: row.Tenant, Conversation: row.Conversation}, Kind: chat.MailKind(row.Kind),
		Seq: row.Seq, User: row.UserID, Tries: int(row.Tries), Due: row.DueAt,
	}
	if row.Address == nil {
		return mail, nil
	}
	key, err := s.keys.visitor(ctx, s.reads, row.Tenant, row.Visitor)
	if err != nil {
		return mail, err
	}
	mail.To, err = openAddress(key, mail, row.Address)
	return mail, err
}

// MailDone removes a mail that was sent. If another was planned since this
// attempt began, that one is due now: what it tells of may not have been in this.
func (s *Store) MailDone(ctx context.Context, mail chat.Mail) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		deleted, err := q.DeleteMail(ctx, db.DeleteMailParams{Tenant: mail.Tenant, ID: mail.ID, Seq: mail.Seq})
		if err != nil || deleted > 0 {
			return err
		}
		err = q.PlanNextMail(ctx, db.PlanNextMailParams{Tenant: mail.Tenant, ID: mail.ID, Seq: mail.Seq, Tries: int64(mail.Tries)})
		if err != nil {
			return fmt.Errorf("plan the one that follows: %w", err)
		}
		return nil
	})
	return s.explain(err, "end mail "+mail.ID)
}

// PostponeMail makes a mail due later, unless another attempt has begun since.
func (s *Store) PostponeMail(ctx context.Context, mail chat.Mail, until time.Time) error {
	err := s.writes.PostponeMail(ctx, db.PostponeMailParams{
		Tenant: mail.Tenant, ID: mail.ID, Seq: mail.Seq, Tries: int64(mail.Tries), Until: storable(until),
	})
	return s.explain(err, "postpone mail "+mail.ID)
}
