package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"parley/chat"
)

// SupportAccess is an owner's consent that operators look at their business.
type SupportAccess struct {
	Tenant string
	By     string // user
	At     time.Time
	Until  time.Time
}

// Visit is an operator who looks at a business. It reads what a viewer does, and all that it reads is in the audit log of the business.
type Visit struct {
	ID     string
	Tenant string
	User   string // the operator
	Hash   []byte // SHA-256 of its token
	Reason string // in the operator's words
	At     time.Time
	Until  time.Time
}

// Supports keeps who lets operators look, and who looked.
type Supports interface {
	// SupportAccess returns the consent of a tenant that holds at a time, or chat.ErrNotFound.
	SupportAccess(ctx context.Context, tenant string, now time.Time) (SupportAccess, error)
	// PutSupportAccess keeps one in the place of the one before. Visits go on under it if that one still held.
	PutSupportAccess(ctx context.Context, access SupportAccess) error
	// DeleteSupportAccess withdraws it, which ends all visits; repeating is not an error.
	DeleteSupportAccess(ctx context.Context, tenant string) error
	// BeginVisit keeps a visit, shortened to the consent that it is made under: ErrNoConsent without one.
	BeginVisit(ctx context.Context, visit Visit) (Visit, error)
	// VisitByHash returns the one of a token, of whichever tenant, without its reason: chat.ErrNotFound when it is over, the consent is
	// withdrawn, or who visits is no operator any more.
	VisitByHash(ctx context.Context, hash []byte, now time.Time) (Visit, error)
	// Visits returns up to n of a tenant's, latest first.
	Visits(ctx context.Context, tenant string, n int) ([]Visit, error)
}

const (
	// VisitPrefix begins the ids of visits.
	VisitPrefix = "vst"
	// VisitLife is how long one lasts at most.
	VisitLife = 30 * time.Minute
	// MaxSupport is how long an owner can let operators look without being asked again.
	MaxSupport = 72 * time.Hour
	// maxReason bounds the reasons that operators give, in characters.
	maxReason = 500
	// visitsShown is how many of the last visits owners see.
	visitsShown = 50
)

// visitStart begins the tokens of visits, which neither members nor keys have.
const visitStart = "prl_visit_"

// Errors of visits.
var (
	ErrNoConsent = chat.Fail(chat.Conflict, "consent_missing", "The owner of this business has not allowed support to look at it. Ask them to do so in Settings, under Support access.")
	// ErrVisitOver refuses the token of a visit that has ended.
	ErrVisitOver = chat.Fail(chat.Unauthorized, "visit_over", "This visit is over: its time has passed, or the owner has withdrawn their consent.")
	// ErrVisitReads refuses a visit what changes something, and what is for members alone.
	ErrVisitReads = chat.Fail(chat.Forbidden, "visit_reads_only", "A visit only looks: it changes nothing, and sees nothing that is a member's own.")

	errReason  = chat.Fail(chat.Invalid, "reason_invalid", fmt.Sprintf("Please say why, in %d characters at most: the business reads it.", maxReason))
	errSupport = chat.Fail(chat.Invalid, "until_invalid", fmt.Sprintf("Support can look for %d hours at most, from now on.", int(MaxSupport.Hours())))
)

// CleanReason trims the reason that an operator gives, and refuses none.
func CleanReason(typed string) (string, error) {
	reason := strings.TrimSpace(typed)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason || !utf8.ValidString(reason) {
		return "", errReason
	}
	return reason, nil
}

// SupportAccess returns the consent that holds; a zero one: operators see nothing. Visits are the last ones, latest first.
func (s *Service) SupportAccess(ctx context.Context, who Identity) (SupportAccess, []Visit, error) {
	access, err := s.consentOf(ctx, who.Tenant)
	if err != nil || s.supports == nil {
		return SupportAccess{}, nil, err
	}
	visits, err := s.supports.Visits(ctx, who.Tenant, visitsShown)
	if err != nil {
		return SupportAccess{}, nil, fmt.Errorf("list visits: %w", err)
	}
	return access, visits, nil
}

// consentOf returns the consent of a tenant that holds now; a zero one: none does.
func (s *Service) consentOf(ctx context.Context, tenant string) (SupportAccess, error) {
	if s.supports == nil {
		return SupportAccess{}, nil
	}
	access, err := s.supports.SupportAccess(ctx, tenant, s.now())
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return SupportAccess{}, fmt.Errorf("read support access: %w", err)
	}
	return access, nil
}

// Consent returns until when operators may look at a business; zero: they may not.
func (s *Service) Consent(ctx context.Context, tenant string) (time.Time, error) {
	access, err := s.consentOf(ctx, tenant)
	return access.Until, err
}

// AllowSupport lets operators look at the business until a time. Code: until_invalid.
func (s *Service) AllowSupport(ctx context.Context, who Identity, until time.Time) (SupportAccess, error) {
	if s.supports == nil {
		return SupportAccess{}, chat.ErrUnavailable
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	if !until.After(now) || until.After(now.Add(MaxSupport+time.Minute)) { // clocks of browsers differ
		return SupportAccess{}, errSupport
	}
	access := SupportAccess{Tenant: who.Tenant, By: who.User, At: now, Until: until.UTC().Truncate(time.Millisecond)}
	if err := s.supports.PutSupportAccess(ctx, access); err != nil {
		return SupportAccess{}, fmt.Errorf("allow support: %w", err)
	}
	return access, nil
}

// EndSupport withdraws that, which ends all visits at once.
func (s *Service) EndSupport(ctx context.Context, who Identity) error {
	if s.supports == nil {
		return nil
	}
	if err := s.supports.DeleteSupportAccess(ctx, who.Tenant); err != nil {
		return fmt.Errorf("withdraw support access: %w", err)
	}
	return nil
}

// Visit lets an operator look at a business whose owner allows it, with a token that nothing renews. Codes: reason_invalid, consent_missing, not_found.
func (s *Service) Visit(ctx context.Context, operator Identity, tenant, reason string) (visit Visit, token string, err error) {
	if reason, err = CleanReason(reason); err != nil {
		return Visit{}, "", err
	}
	if _, err := s.Business(ctx, tenant); err != nil {
		return Visit{}, "", err
	}
	if s.supports == nil {
		return Visit{}, "", ErrNoConsent
	}
	if token, err = newMarkedSecret(visitStart); err != nil {
		return Visit{}, "", err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	visit, err = s.supports.BeginVisit(ctx, Visit{ID: chat.NewID(VisitPrefix), Tenant: tenant, User: operator.User, Hash: hashSecret(token), Reason: reason, At: now, Until: now.Add(VisitLife)})
	if err != nil {
		return Visit{}, "", fmt.Errorf("begin a visit: %w", err)
	}
	return visit, token, nil
}

// visiting returns who visits with a token. It is looked up at each use, so that what ends a visit ends it on all nodes at once.
func (s *Service) visiting(ctx context.Context, token string) (Identity, error) {
	if s.supports == nil {
		return Identity{}, ErrUnauthorized
	}
	visit, err := s.supports.VisitByHash(ctx, hashSecret(token), s.now())
	if errors.Is(err, chat.ErrNotFound) {
		return Identity{}, ErrVisitOver
	}
	if err != nil {
		return Identity{}, fmt.Errorf("look up a visit: %w", err)
	}
	user, _, err := s.store.User(ctx, visit.User)
	if err != nil {
		return Identity{}, fmt.Errorf("look up who visits: %w", err)
	}
	return Identity{Tenant: visit.Tenant, User: visit.User, Role: Viewer, Name: user.Name, Visit: visit.ID}, nil
}
