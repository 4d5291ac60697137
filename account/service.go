package account

import (
	"cmp"
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
	Tenants     Tenants
	Credentials Credentials
	// Letters keeps mails about accounts; nil: none are sent.
	Letters Letters
	// SigningKeys keeps what access tokens are signed with; nil: it is Key always.
	SigningKeys SigningKeys
	// Attempts counts wrong passwords; nil: nobody is held back.
	Attempts Attempts
	// Keys keeps keys of the API; nil: there are none.
	Keys APIKeys
	// KeysAllowed refuses the keys of a business whose plan has none; nil: those of all are good.
	KeysAllowed func(ctx context.Context, tenant string) error
	// Access keeps from where members reach their business; nil: from everywhere.
	Access Access
	// Tickets keeps tickets for sockets; nil: there are none.
	Tickets Tickets
	// SecondFactors keeps them; nil: nobody has any.
	SecondFactors SecondFactors
	// Issuers keeps whom OIDC knows, and OIDC is the issuer at which people may sign in; nil: they have passwords alone.
	Issuers Issuers
	OIDC    *OIDC
	// Activity counts wrong passwords of a business's people; nil: nobody does.
	Activity *ActivityCounter
	// Operators keeps who runs the installation, and Supports whose business they may look at; nil: nobody does, and none.
	Operators Operators
	Supports  Supports
	// Revocations keeps which access tokens are not good any more; nil: they are good until they expire.
	Revocations Revocations
	// Announcer tells other nodes of revocations; nil: they find out within a second.
	Announcer chat.Announcer
	Logger    *slog.Logger // nil: slog.Default()

	// Key signs access tokens until one of SigningKeys does, and is used for nothing else; it has 32 bytes at least.
	Key []byte
	// DeviceKey tells browsers that signed in before from others, and is used for nothing else. Nil: one of this process.
	DeviceKey []byte
	// ConfirmEmail refuses whoever has not confirmed their address everything but what concerns themselves.
	ConfirmEmail bool
	// PublicURL is where browsers reach the platform: the links of invitations begin with it.
	PublicURL string
	// Mailer sends invitations; nil: whoever invites passes the link on.
	Mailer Mailer
	// Postman sends the mails about accounts that are planned; nil: this node sends none.
	Postman Postman
}

// Service signs people in and keeps who belongs to a business. It is safe for
// concurrent use; its errors for people are chat.Errors.
type Service struct {
	store       Store
	sessions    Sessions
	members     Members
	invitations Invitations
	tenants     Tenants
	credentials Credentials
	letters     Letters
	postman     Postman
	posted      chan struct{} // wakes whoever sends letters
	lockout     lockout
	devices     devices
	confirm     bool
	logger      *slog.Logger
	keys        APIKeys
	keysAllowed func(ctx context.Context, tenant string) error // nil: those of all
	activity    *ActivityCounter
	access      *accessLists
	tickets     Tickets
	factors     SecondFactors
	issuers     Issuers
	issuer      *oidcClient
	operators   Operators
	supports    Supports
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
	signer, err := newSigner(config.Key, config.SigningKeys, now)
	if err != nil {
		return nil, err
	}
	devices := newDevices(config.DeviceKey)
	return &Service{
		tenants: config.Tenants, credentials: config.Credentials, letters: config.Letters, postman: config.Postman, posted: make(chan struct{}, 1),
		lockout: lockout{config.Attempts, devices, now}, devices: devices, confirm: config.ConfirmEmail, logger: cmp.Or(config.Logger, slog.Default()),
		store: config.Store, sessions: config.Sessions, members: config.Members, invitations: config.Invitations, keys: orKeyless(config.Keys), keysAllowed: config.KeysAllowed, access: newAccessLists(config.Access), tickets: config.Tickets,
		factors: config.SecondFactors, issuers: config.Issuers, issuer: newIssuer(config.OIDC, config.PublicURL, now), publicURL: config.PublicURL, mailer: config.Mailer, hasher: newHasher(), signer: signer,
		revoked: newRevoked(config, now), now: now, activity: config.Activity, operators: config.Operators, supports: config.Supports,
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
	Device         string // what DeviceCookie is to hold; empty: as it is
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
	s.note(s.post(ctx, LetterConfirm, user.ID, user.Email), user.ID)
	return s.admit(ctx, user, []Member{member}, version, tenant.ID)
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
	var user User
	var members []Member
	err = s.guarded(ctx, asKept(email), func() error {
		user, members, err = s.userByEmail(ctx, email)
		if errors.Is(err, chat.ErrNotFound) {
			return s.verify(ctx, nil, password)
		}
		if err != nil {
			return fmt.Errorf("log in: %w", err)
		}
		return s.verify(ctx, &user, password)
	})
	if err != nil {
		s.countFailure(err, members)
		return Tokens{}, err
	}
	return s.admit(ctx, user, members, version, "")
}

// verify returns ErrCredentials unless the password is the user's. nil is nobody. Whoever has no password
// gives a wrong one, and it takes as long.
func (s *Service) verify(ctx context.Context, user *User, password string) error {
	if user == nil || user.PasswordHash == "" || len(password) > maxPassword {
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
	session.ExpiresAt, session.UsedAt, session.Client = now.Add(RefreshLife), now, clientOf(ctx)
	was := session.Hash
	session.Hash = hash
	// Two that come at the same instant: one wins, and the other is told to sign
	// in, but does not end the session that it lost the race for.
	if err := s.sessions.RotateSession(ctx, was, session); errors.Is(err, chat.ErrNotFound) {
		return Tokens{}, ErrSignedOut
	} else if err != nil {
		return Tokens{}, fmt.Errorf("refresh: %w", err)
	}
	return s.tokens(ctx, user, member, Proof{session.ID, version}, next, session.ExpiresAt)
}

// Logout ends the sign-in that a refresh token belongs to, and returns whose it was and where. A token that is not
// good ends nothing, which is not an error: it was nobody's.
func (s *Service) Logout(ctx context.Context, token string) (Identity, error) {
	session, err := s.session(ctx, token)
	if errors.Is(err, ErrSignedOut) {
		return Identity{}, nil
	}
	if err != nil {
		return Identity{}, err
	}
	if err := s.sessions.DeleteSession(ctx, session.ID); err != nil {
		return Identity{}, fmt.Errorf("log out: %w", err)
	}
	s.revoked.spread(ctx, session.Tenant, session.User)
	return Identity{Tenant: session.Tenant, User: session.User}, nil
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

// Tenant returns the business of whoever asks.
func (s *Service) Tenant(ctx context.Context, who Identity) (Tenant, error) {
	tenant, err := s.store.Tenant(ctx, who.Tenant)
	if err != nil {
		return Tenant{}, fmt.Errorf("read tenant: %w", err)
	}
	return tenant, nil
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

// tokens signs what a session gives. Whether a second factor is missing is read here: of whom that changes, the tokens are revoked.
func (s *Service) tokens(ctx context.Context, user User, member Member, proof Proof, refresh string, refreshExpires time.Time) (Tokens, error) {
	missing, err := s.factorMissing(ctx, member)
	if err != nil {
		return Tokens{}, err
	}
	who := Identity{Tenant: member.Tenant, User: user.ID, Role: member.Role, Name: user.Name, Proof: proof, FactorMissing: missing, Unconfirmed: s.confirm && !user.Confirmed}
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
