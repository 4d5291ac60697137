package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"parley/account"
	"parley/chat"
)

// Letter is a notice as a mail tells it.
type Letter struct {
	ID      string // the same when it is sent again
	Kind    NoticeKind
	Company string
	State   State
	Standing
	Used Used
	Sold bool   // whether whoever reads it can buy a plan themselves
	Link string // where the dashboard shows the plan, or what of it is used
}

// Postman mails notices.
type Postman interface {
	// Tell mails one to all of these addresses. account.ErrUndeliverable: trying again is of no use.
	Tell(ctx context.Context, to []string, letter Letter) error
}

const (
	noticesAtOnce = 20
	noticeTime    = 30 * time.Second
	// noticeLease is how long a notice that was taken by a process that died waits.
	noticeLease = 10 * time.Minute
	// noticeTries is how often a mail is tried, with pauses that grow from a minute to an hour: for some ten hours.
	noticeTries = 15
)

// tell mails what is due.
func (r *Rounds) tell(ctx context.Context) error {
	due, err := r.Notices.TakeNotices(ctx, r.now(), noticesAtOnce, noticeLease)
	if err != nil {
		return fmt.Errorf("look for notices: %w", err)
	}
	for _, notice := range due {
		again := time.Time{}
		if err := r.send(ctx, notice); err != nil && !errors.Is(err, account.ErrUndeliverable) && notice.Tries < noticeTries {
			again = r.now().Add(min(time.Hour, time.Minute<<(notice.Tries-1)))
			r.Logger.WarnContext(ctx, "a notice was not mailed and is tried again", slog.String("tenant", notice.Tenant), slog.String("kind", notice.Kind),
				slog.Time("at", again), slog.Any("error", err))
		} else if err != nil {
			r.Logger.WarnContext(ctx, "a notice is given up", slog.String("tenant", notice.Tenant), slog.String("kind", notice.Kind), slog.Any("error", err))
		}
		if err := r.Notices.NoticeSent(ctx, notice.Tenant, notice.Key, again); err != nil && !errors.Is(err, chat.ErrNotFound) {
			return fmt.Errorf("keep that a notice was mailed: %w", err)
		}
	}
	return nil
}

// send mails a notice to those who may buy, if it is still so.
func (r *Rounds) send(ctx context.Context, notice PlannedNotice) error {
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	s := r.Service
	kept, err := s.read(ctx, notice.Tenant)
	if err != nil {
		return ofNobody(err)
	}
	state := s.seen(kept)
	letter := Letter{
		ID: "bil." + notice.Tenant + "." + strings.ReplaceAll(notice.Key, "/", "."), Kind: NoticeKind(notice.Kind),
		State: state, Standing: s.stand(state), Sold: s.Sold(), Link: s.page(planPage),
	}
	if letter.Kind == Usage80 || letter.Kind == Usage100 {
		letter.Link = s.page(usagePage)
	}
	if letter.Used, err = s.counts.Used(ctx, notice.Tenant, letter.Period.Key()); err != nil {
		return fmt.Errorf("count what is used: %w", err)
	}
	planned, err := r.Notices.Noticed(ctx, notice.Tenant)
	if err != nil {
		return fmt.Errorf("read what a tenant was told: %w", err)
	}
	if !isDue(DueNotices(state, s.policy(), letter.Used, keysOf(planned, notice.Key), r.now()), notice.Key) {
		return nil
	}
	tenant, err := r.People.Tenant(ctx, notice.Tenant)
	if err != nil {
		return ofNobody(err)
	}
	members, err := r.People.Members(ctx, notice.Tenant)
	if err != nil {
		return fmt.Errorf("read who is told: %w", err)
	}
	var to []string
	for _, member := range members {
		if member.Role.May(account.ManageBilling) && member.Email != "" {
			to = append(to, member.Email)
		}
	}
	if len(to) == 0 {
		return nil
	}
	letter.Company = tenant.Name
	return r.Postman.Tell(ctx, to, letter)
}

// ofNobody forgives a tenant that is gone.
func ofNobody(err error) error {
	if errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	return err
}

func isDue(due []Notice, key string) bool {
	return slices.ContainsFunc(due, func(notice Notice) bool { return notice.Key == key })
}

// keysOf are those of notices that were planned, but for some.
func keysOf(planned map[string]time.Time, without ...string) map[string]bool {
	keys := make(map[string]bool, len(planned))
	for key := range planned {
		if !slices.Contains(without, key) {
			keys[key] = true
		}
	}
	return keys
}
