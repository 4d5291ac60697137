package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

func (o *office) invite(t *testing.T, who Identity, email string, role Role) Invited {
	t.Helper()
	invited, err := o.Invite(t.Context(), who, email, role, 0)
	if err != nil {
		t.Fatal(err)
	}
	return invited
}

// tokenOf returns what the page at an invitation's link reads.
func tokenOf(t *testing.T, invited Invited) string {
	t.Helper()
	token, found := strings.CutPrefix(invited.Link, "https://parley.example/join#")
	if !found {
		t.Fatalf("link %s", invited.Link)
	}
	return token
}

// postbox is a Mailer that keeps what it is given.
type postbox struct {
	sent    []string
	refuses error
}

func (p *postbox) Invitation(_ context.Context, company, inviter, email, link string) error {
	p.sent = append(p.sent, strings.Join([]string{company, inviter, email, link}, " "))
	return p.refuses
}

func TestAnInvitationIsMailedAndKeptAsAHash(t *testing.T) {
	t.Parallel()
	o := setup(t)
	post := &postbox{}
	o.mailer = post
	mia := o.register(t, "mia@acme.example").Identity
	invited := o.invite(t, mia, " Ben@ACME.example ", Agent)
	token := tokenOf(t, invited)
	if !invited.Mailed || invited.Failure != nil || len(post.sent) != 1 || post.sent[0] != "Acme Acme Ben@acme.example "+invited.Link {
		t.Errorf("invited %+v, mails %q", invited, post.sent)
	}
	kept := o.store.invitations[0]
	sum := sha256.Sum256([]byte(token))
	if !bytes.Equal(kept.Hash, sum[:]) || kept.ID != invited.ID || kept.Email != "Ben@acme.example" || kept.By != mia.User ||
		kept.ExpiresAt.Sub(o.clock) != 7*24*time.Hour || len(token) < len(invited.ID)+1+43 {
		t.Errorf("kept %+v of token %s", kept, token)
	}
}

func TestAnInvitationThatCannotBeMailedHasItsLinkNevertheless(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	if invited := o.invite(t, mia, "ben@acme.example", Agent); invited.Mailed || invited.Failure != nil {
		t.Errorf("without a mailer: %+v", invited)
	}
	away := errors.New("the mail server is away")
	o.mailer = &postbox{refuses: away}
	invited := o.invite(t, mia, "ben@acme.example", Agent)
	if invited.Mailed || !errors.Is(invited.Failure, away) {
		t.Errorf("invited %+v", invited)
	}
	if _, err := o.Lookup(t.Context(), tokenOf(t, invited)); err != nil {
		t.Errorf("its link: %v", err)
	}
}

func TestAnInvitationThatCannotBeMeantIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	for _, c := range []struct {
		email string
		role  Role
		want  string
	}{
		{"", Agent, "email_invalid"},
		{"ben", Agent, "email_invalid"},
		{"Ben <ben@acme.example>", Agent, "email_invalid"},
		{"ben@acme.example", "", "role_invalid"},
		{"ben@acme.example", "root", "role_invalid"},
		{"MIA@acme.example", Viewer, "already_member"},
	} {
		if _, err := o.Invite(t.Context(), mia, c.email, c.role, 0); code(err) != c.want {
			t.Errorf("%q as %q: %v, want %s", c.email, c.role, err, c.want)
		}
	}
	if len(o.store.invitations) != 0 {
		t.Errorf("kept %+v", o.store.invitations)
	}
}

func TestABusinessHasAHundredInvitationsAtMost(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	for i := range maxInvitations {
		o.invite(t, mia, fmt.Sprintf("ben%d@acme.example", i), Agent)
	}
	if _, err := o.Invite(t.Context(), mia, "late@acme.example", Agent, 0); code(err) != "too_many_invitations" {
		t.Fatalf("one too many: %v", err)
	}
	o.invite(t, mia, "BEN7@acme.example", Viewer) // replaces
	if open, err := o.Invitations(t.Context(), mia); err != nil || len(open) != maxInvitations {
		t.Fatalf("%d open, %v", len(open), err)
	}
	o.clock = o.clock.Add(InvitationLife)
	o.invite(t, mia, "late@acme.example", Agent)
	if len(o.store.invitations) != 1 {
		t.Errorf("%d are kept when all but one have expired", len(o.store.invitations))
	}
}

func TestWhoIsInvitedJoinsWithANewAccount(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	token := tokenOf(t, o.invite(t, mia, "ben@acme.example", Agent))
	welcome, err := o.Lookup(t.Context(), token)
	if err != nil || welcome != (Welcome{Company: "Acme", Email: "ben@acme.example", Role: Agent}) {
		t.Fatalf("welcome %+v, %v", welcome, err)
	}
	for _, c := range []struct{ name, password, want string }{
		{"", goodPassword, "name_invalid"},
		{"Ben\x00", goodPassword, "name_invalid"},
		{"Ben", "short", "password_too_short"},
		{"Ben", "ben@acme.example", "password_too_simple"},
		{"Ben", strings.Repeat("long", 300), "password_too_long"},
	} {
		if _, err := o.AcceptInvitation(t.Context(), token, c.name, c.password); code(err) != c.want {
			t.Errorf("%q, %.20q: %v, want %s", c.name, c.password, err, c.want)
		}
	}
	tokens, err := o.AcceptInvitation(t.Context(), token, " Ben ", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	who, err := o.Authenticate(tokens.Access)
	if err != nil || who.Tenant != mia.Tenant || who.Role != Agent || who.Name != "Ben" || who.User == mia.User {
		t.Errorf("joined as %+v, %v", who, err)
	}
	if again, err := o.Login(t.Context(), "BEN@acme.example", goodPassword); err != nil || person(again.Identity) != person(who) {
		t.Errorf("signed in as %+v, %v", again.Identity, err)
	}
	if _, err := o.AcceptInvitation(t.Context(), token, "Eve", goodPassword); !errors.Is(err, ErrInvitation) {
		t.Errorf("accepted twice: %v", err)
	}
}

func TestWhoHasAnAccountJoinsWithItsPassword(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	sam := o.register(t, "sam@rival.example").Identity
	token := tokenOf(t, o.invite(t, mia, "SAM@rival.example", Viewer))
	if welcome, err := o.Lookup(t.Context(), token); err != nil || !welcome.Account {
		t.Fatalf("welcome %+v, %v", welcome, err)
	}
	for _, wrong := range []string{"", "not the password", strings.Repeat("x", maxPassword+1)} {
		if _, err := o.AcceptInvitation(t.Context(), token, "Sam", wrong); !errors.Is(err, ErrCredentials) {
			t.Errorf("password %.20q: %v", wrong, err)
		}
	}
	tokens, err := o.AcceptInvitation(t.Context(), token, "", goodPassword)
	if err != nil || tokens.Identity.User != sam.User || tokens.Identity.Tenant != mia.Tenant || tokens.Identity.Role != Viewer {
		t.Fatalf("joined as %+v, %v", tokens.Identity, err)
	}
	if tokens, err = o.Refresh(t.Context(), tokens.Refresh); err != nil || tokens.Identity.Tenant != mia.Tenant {
		t.Errorf("refreshed as %+v, %v", tokens.Identity, err)
	}
	if first, err := o.Login(t.Context(), "sam@rival.example", goodPassword); err != nil || person(first.Identity) != person(sam) {
		t.Errorf("signed in as %+v, %v", first.Identity, err)
	}
}

// Guessing the password of an account costs a hash here too, of whatever length the guess is.
func TestJoiningWithAnAccountHashesEachGuess(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	o.register(t, "sam@rival.example")
	token := tokenOf(t, o.invite(t, mia, "sam@rival.example", Viewer))
	for range hashesAtOnce {
		o.hasher.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, guess := range []string{"not the password", strings.Repeat("x", maxPassword+1)} {
		if _, err := o.AcceptInvitation(ctx, token, "", guess); code(err) != "sign_in_busy" {
			t.Errorf("guess of %d bytes: %v", len(guess), err)
		}
	}
}

func TestAnInvitationThatIsNotGoodSaysNothing(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, o *office, invited Invited, ada Identity) string{
		"no token":    func(*testing.T, *office, Invited, Identity) string { return "" },
		"no secret":   func(_ *testing.T, _ *office, i Invited, _ Identity) string { return i.ID },
		"a guess":     func(_ *testing.T, _ *office, i Invited, _ Identity) string { return i.ID + ".guess" },
		"unknown":     func(*testing.T, *office, Invited, Identity) string { return chat.NewID(InvitationPrefix) + ".guess" },
		"another id":  func(*testing.T, *office, Invited, Identity) string { return chat.NewID(chat.UserPrefix) + ".guess" },
		"more behind": func(t *testing.T, _ *office, i Invited, _ Identity) string { return tokenOf(t, i) + "x" },
		"expired": func(t *testing.T, o *office, i Invited, _ Identity) string {
			o.clock = o.clock.Add(InvitationLife)
			return tokenOf(t, i)
		},
		"withdrawn": func(t *testing.T, o *office, i Invited, ada Identity) string {
			if err := o.Withdraw(t.Context(), ada, i.ID); err != nil {
				t.Fatal(err)
			}
			return tokenOf(t, i)
		},
		"replaced": func(t *testing.T, o *office, i Invited, ada Identity) string {
			o.invite(t, ada, "BEN@acme.example", Agent)
			return tokenOf(t, i)
		},
		"by one who was sent away": func(t *testing.T, o *office, i Invited, ada Identity) string {
			if err := o.store.RemoveMember(t.Context(), ada.Tenant, ada.User); err != nil {
				t.Fatal(err)
			}
			return tokenOf(t, i)
		},
		"by one who may not any more": func(t *testing.T, o *office, i Invited, ada Identity) string {
			o.as(t, ada, Agent)
			return tokenOf(t, i)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := setup(t)
			mia := o.register(t, "mia@acme.example").Identity
			ada := o.hire(t, mia, "ada@acme.example", Admin).Identity
			invited := o.invite(t, ada, "ben@acme.example", Agent)
			if _, err := o.Lookup(t.Context(), tokenOf(t, invited)); err != nil {
				t.Fatalf("before: %v", err)
			}
			token := spoil(t, o, invited, ada)
			_, lookup := o.Lookup(t.Context(), token)
			_, accept := o.AcceptInvitation(t.Context(), token, "Ben", goodPassword)
			for _, err := range []error{lookup, accept} {
				if failure := chat.AsError(err); failure.Code != "invitation_invalid" || failure.Kind != chat.NotFound || err.Error() != ErrInvitation.Error() {
					t.Errorf("%v", err)
				}
			}
			if _, _, err := o.store.UserByEmail(t.Context(), "ben@acme.example"); !errors.Is(err, chat.ErrNotFound) {
				t.Errorf("an account was made: %v", err)
			}
		})
	}
}

func TestASuspendedBusinessIsNotJoined(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	token := tokenOf(t, o.invite(t, mia, "ben@acme.example", Agent))
	o.suspend(mia.Tenant)
	if _, err := o.Lookup(t.Context(), token); !errors.Is(err, ErrSuspended) {
		t.Errorf("lookup: %v", err)
	}
	if _, err := o.AcceptInvitation(t.Context(), token, "Ben", goodPassword); !errors.Is(err, ErrSuspended) {
		t.Errorf("accept: %v", err)
	}
}

// overtaken lets something happen just before an invitation is accepted.
type overtaken struct {
	*memory
	by func()
}

func (o *overtaken) Accept(ctx context.Context, id string, user User, create bool) error {
	o.by()
	return o.memory.Accept(ctx, id, user, create)
}

func TestWhatHappensWhileAnInvitationIsAcceptedDoesNoHarm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by   func(o *office, id string) error
		want string
	}{
		"somebody else accepts it": {func(o *office, id string) error {
			return o.store.Accept(t.Context(), id, User{ID: chat.NewID(chat.UserPrefix), Email: "first@acme.example"}, true)
		}, "invitation_invalid"},
		"the address registers": {func(o *office, _ string) error {
			_, err := o.Register(t.Context(), Registration{Email: "ben@acme.example", Password: goodPassword, Company: "Ben's"})
			return err
		}, "email_taken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := setup(t)
			mia := o.register(t, "mia@acme.example").Identity
			invited := o.invite(t, mia, "ben@acme.example", Agent)
			o.invitations = &overtaken{o.store, func() {
				if err := c.by(o, invited.ID); err != nil {
					t.Error(err)
				}
			}}
			if _, err := o.AcceptInvitation(t.Context(), tokenOf(t, invited), "Ben", goodPassword); code(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestWhoBecameAMemberMeanwhileKeepsTheirRole(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	sam := o.register(t, "sam@rival.example").Identity
	token := tokenOf(t, o.invite(t, mia, "sam@rival.example", Viewer))
	o.store.members = append(o.store.members, Member{Tenant: mia.Tenant, User: sam.User, Role: Admin})
	tokens, err := o.AcceptInvitation(t.Context(), token, "", goodPassword)
	if err != nil || tokens.Identity.Role != Admin || tokens.Identity.Tenant != mia.Tenant {
		t.Errorf("joined as %+v, %v", tokens.Identity, err)
	}
}
