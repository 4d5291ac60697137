package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"parley/chat"
)

// Config is what a Service works with. Fields are required unless they say otherwise.
type Config struct {
	Store       Store
	Sessions    Sessions
	Members     Members
	Invitations Invitations
	// Revocations keeps which access tokens are not good any more; nil: they are good until they expire.
	Revocations Revocations
	// Announcer tells other nodes of revocations; nil: they find out within a second.
	Announcer chat.Announcer
	Logger    *slog.Logger // nil: slog.Default()

	// Key signs access tokens and is used for nothing else; it has 32 bytes at least.
	Key []byte
	// PublicURL is where browsers reach the platform: the links of invitations begin with it.
	PublicURL string
	// Mailer sends invitations; nil: whoever invites passes the link on.
	Mailer Mailer
}

// Service signs people in and keeps who belongs to a business. It is safe for
// concurrent use; its errors for people are chat.Errors.
type Service struct {
	store       Store
	sessions    Sessions
	members     Members
	invitations Invitations
	publicURL   string
	mailer      Mailer
	hasher      hasher
	signer      *signer
	revoked     *revoked
	now         func() time.Time
}

// NewService returns a service over what is stored.
func NewService(config Config) (*Service, error) { return newService(config, time.Now) }

func newService(config Config, now func() time.Time) (*Service, error) {
	signer, err := newSigner(config.Key, now)
	if err != nil {
		return nil, err
	}
	return &Service{
		store: config.Store, sessions: config.Sessions, members: config.Members, invitations: config.Invitations,
		publicURL: config.PublicURL, mailer: config.Mailer, hasher: newHasher(), signer: signer,
		revoked: newRevoked(config, now), now: now,
	}, nil
}

// Tokens is what a sign-in gives. The access token goes with each request; the
// refresh token gets the next pair, once.
type Tokens struct {
	Access         string
	AccessExpires  time.Time
	Refresh        string
	RefreshExpires time.Time
	Identity       Identity
}

// Registration is a business that signs up, and the first person of it.
type Registration struct {
	Email    string
	Password string
	Company  string
	Name     string // shown to visitors when this person takes over; empty: the company's
}

// Errors of signing in.
var (
	// ErrCredentials is the same whether the address or the password is wrong.
	ErrCredentials = chat.Fail(chat.Unauthorized, "credentials_wrong", "This e-mail address and password do not belong together.")
	// ErrSuspended refuses everybody of a business that the operator has suspended.
	ErrSuspended = chat.Fail(chat.Forbidden, "suspended", "This account is suspended. Please contact the operator of this service.")
	// ErrSignedOut refuses a refresh token that is not, or no longer, the one.
	ErrSignedOut = chat.Fail(chat.Unauthorized, "signed_out", "You have been signed out. Please sign in again.")
)

// maxName bounds names of companies and people, in characters.
const maxName = 120

// Register makes a business with its owner and signs them in. Codes:
// email_invalid, password_too_short, password_too_long, password_too_simple,
// company_invalid, name_invalid, email_taken.
func (s *Service) Register(ctx context.Context, r Registration) (Tokens, error) {
	email, err := NormaliseEmail(r.Email)
	if err != nil {
		return Tokens{}, err
	}
	company, err := cleanName(r.Company, "company_invalid", "Please enter the name of your company")
	if err != nil {
		return Tokens{}, err
	}
	name := r.Name
	if strings.TrimSpace(name) == "" {
		name = company
	}
	user, err := s.newUser(ctx, email, name, r.Password, company)
	if err != nil {
		return Tokens{}, err
	}
	tenant := Tenant{ID: chat.NewID(chat.TenantPrefix), Name: company, CreatedAt: user.CreatedAt}
	member := Member{Tenant: tenant.ID, User: user.ID, Role: Owner}
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("register: %w", err)
	}
	if err := s.store.Register(ctx, tenant, user, member); err != nil {
		return Tokens{}, fmt.Errorf("register: %w", err)
	}
	return s.begin(ctx, user, member, version)
}

// newUser returns a person who has no account yet, with their password hashed.
func (s *Service) newUser(ctx context.Context, email, name, password, company string) (User, error) {
	name, err := cleanName(name, "name_invalid", "Please enter your name")
	if err != nil {
		return User{}, err
	}
	if err := checkPassword(password, email, company); err != nil {
		return User{}, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return User{}, err
	}
	return User{ID: chat.NewID(chat.UserPrefix), Email: email, Name: name, PasswordHash: hash, CreatedAt: s.now().UTC()}, nil
}

// Login signs in with a password, into the business that the person joined
// first. Whether an account exists can be read neither from the answer nor from
// the time it takes.
func (s *Service) Login(ctx context.Context, email, password string) (Tokens, error) {
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("log in: %w", err)
	}
	user, members, err := s.userByEmail(ctx, email)
	if errors.Is(err, chat.ErrNotFound) {
		return Tokens{}, s.verify(ctx, nil, password)
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("log in: %w", err)
	}
	if err := s.verify(ctx, &user, password); err != nil {
		return Tokens{}, err
	}
	if len(members) == 0 {
		return Tokens{}, ErrCredentials
	}
	if err := s.checkTenant(ctx, members[0].Tenant); err != nil {
		return Tokens{}, err
	}
	return s.begin(ctx, user, members[0], version)
}

// verify returns ErrCredentials unless the password is the user's. nil is nobody,
// who has no password, and for whom it takes as long.
func (s *Service) verify(ctx context.Context, user *User, password string) error {
	if user == nil || len(password) > maxPassword {
		if err := s.hasher.waste(ctx, password[:min(len(password), maxPassword)]); err != nil {
			return err
		}
		return ErrCredentials
	}
	ok, err := s.hasher.matches(ctx, password, user.PasswordHash)
	if err != nil {
		return fmt.Errorf("check password: %w", err)
	}
	if !ok {
		return ErrCredentials
	}
	return nil
}

func (s *Service) userByEmail(ctx context.Context, typed string) (User, []Member, error) {
	email, err := NormaliseEmail(typed)
	if err != nil {
		return User{}, nil, chat.ErrNotFound
	}
	return s.store.UserByEmail(ctx, email)
}

// Refresh exchanges a refresh token for the next pair, with the role of this
// moment. A token is good once: the use of an earlier one means that somebody
// has a copy, and ends the whole sign-in.
func (s *Service) Refresh(ctx context.Context, token string) (Tokens, error) {
	session, err := s.session(ctx, token)
	if err != nil {
		return Tokens{}, err
	}
	now := s.now().UTC()
	if now.After(session.ExpiresAt) {
		return Tokens{}, s.end(ctx, session)
	}
	if !equal(session.Hash, hashSecret(token)) {
		return Tokens{}, s.end(ctx, session)
	}
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("refresh: %w", err)
	}
	user, members, err := s.store.User(ctx, session.User)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return Tokens{}, fmt.Errorf("refresh: %w", err)
	}
	member, ok := memberOf(members, session.Tenant)
	if err != nil || !ok {
		return Tokens{}, s.end(ctx, session)
	}
	if err := s.checkTenant(ctx, member.Tenant); err != nil {
		return Tokens{}, err
	}
	next, hash, err := newSecret(session.ID)
	if err != nil {
		return Tokens{}, err
	}
	expires := now.Add(RefreshLife)
	// Two that come at the same instant: one wins, and the other is told to sign
	// in, but does not end the session that it lost the race for.
	if err := s.sessions.RotateSession(ctx, session.ID, session.Hash, hash, expires); errors.Is(err, chat.ErrNotFound) {
		return Tokens{}, ErrSignedOut
	} else if err != nil {
		return Tokens{}, fmt.Errorf("refresh: %w", err)
	}
	return s.tokens(user, member, Proof{session.ID, version}, next, expires)
}

// Logout ends the sign-in that a refresh token belongs to. A token that is not
// good ends nothing, which is not an error.
func (s *Service) Logout(ctx context.Context, token string) error {
	session, err := s.session(ctx, token)
	if errors.Is(err, ErrSignedOut) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.sessions.DeleteSession(ctx, session.ID); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	s.revoked.spread(ctx, session.Tenant, session.User)
	return nil
}

// Authenticate tells who carries an access token, or ErrUnauthorized, or ErrRevoked.
func (s *Service) Authenticate(token string) (Identity, error) {
	who, err := s.signer.check(token)
	if err != nil {
		return Identity{}, err
	}
	if !s.revoked.good(who) {
		return Identity{}, ErrRevoked
	}
	return who, nil
}

// Profile is who somebody is, for themselves.
type Profile struct {
	User   User
	Tenant Tenant
	Role   Role
}

// Profile returns the person of a request with their business.
func (s *Service) Profile(ctx context.Context, who Identity) (Profile, error) {
	user, members, err := s.store.User(ctx, who.User)
	if err != nil {
		return Profile{}, fmt.Errorf("read profile: %w", err)
	}
	member, ok := memberOf(members, who.Tenant)
	if !ok {
		return Profile{}, ErrUnauthorized
	}
	tenant, err := s.store.Tenant(ctx, who.Tenant)
	if err != nil {
		return Profile{}, fmt.Errorf("read profile: %w", err)
	}
	return Profile{User: user, Tenant: tenant, Role: member.Role}, nil
}

// session returns the session of a token that was once good for it; otherwise ErrSignedOut.
func (s *Service) session(ctx context.Context, token string) (Session, error) {
	id, ok := sessionOf(token)
	if !ok {
		return Session{}, ErrSignedOut
	}
	session, err := s.sessions.Session(ctx, id)
	if errors.Is(err, chat.ErrNotFound) {
		return Session{}, ErrSignedOut
	}
	if err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	// A guess at a session's id must not end it.
	if hash := hashSecret(token); !equal(session.Hash, hash) && !equal(session.Previous, hash) {
		return Session{}, ErrSignedOut
	}
	return session, nil
}

// end deletes a session and returns ErrSignedOut.
func (s *Service) end(ctx context.Context, session Session) error {
	if err := s.sessions.DeleteSession(ctx, session.ID); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.revoked.spread(ctx, session.Tenant, session.User)
	return ErrSignedOut
}

// begin opens a session for a person in a business, of whom was read after the version of revocations.
func (s *Service) begin(ctx context.Context, user User, member Member, version int64) (Tokens, error) {
	session := chat.NewID(sessionPrefix)
	refresh, hash, err := newSecret(session)
	if err != nil {
		return Tokens{}, err
	}
	now := s.now().UTC()
	expires := now.Add(RefreshLife)
	if err := s.sessions.CreateSession(ctx, Session{
		ID: session, User: user.ID, Tenant: member.Tenant, Hash: hash, CreatedAt: now, ExpiresAt: expires,
	}); err != nil {
		return Tokens{}, fmt.Errorf("begin session: %w", err)
	}
	return s.tokens(user, member, Proof{session, version}, refresh, expires)
}

func (s *Service) tokens(user User, member Member, proof Proof, refresh string, refreshExpires time.Time) (Tokens, error) {
	who := Identity{Tenant: member.Tenant, User: user.ID, Role: member.Role, Name: user.Name, Proof: proof}
	access, expires, err := s.signer.sign(who)
	if err != nil {
		return Tokens{}, err
	}
	return Tokens{Access: access, AccessExpires: expires, Refresh: refresh, RefreshExpires: refreshExpires, Identity: who}, nil
}

func (s *Service) checkTenant(ctx context.Context, id string) error {
	tenant, err := s.store.Tenant(ctx, id)
	if err != nil {
		return fmt.Errorf("read tenant: %w", err)
	}
	if tenant.Suspended {
		return ErrSuspended
	}
	return nil
}

func memberOf(members []Member, tenant string) (Member, bool) {
	for _, m := range members {
		if m.Tenant == tenant {
			return m, true
		}
	}
	return Member{}, false
}

func equal(a, b []byte) bool { return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1 }

// cleanName trims a name and refuses one that is empty, too long or has control characters.
func cleanName(typed, code, please string) (string, error) {
	name := strings.TrimSpace(typed)
	n := utf8.RuneCountInString(name)
	if n == 0 || n > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) || !utf8.ValidString(name) {
		return "", chat.Fail(chat.Invalid, code, fmt.Sprintf("%s, in %d characters at most.", please, maxName))
	}
	return name, nil
}
