package account

import (
	"errors"
	"testing"

	"parley/chat"
)

// hire makes a member of Acme with this role, who signs in.
func (o *office) hire(t *testing.T, owner Identity, email string, role Role) Tokens {
	t.Helper()
	invited, err := o.Invite(t.Context(), owner, email, role, 0)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := o.AcceptInvitation(t.Context(), tokenOf(t, invited), "Colleague "+email, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// as is somebody with the role that they have now, as a fresh token would say.
func (o *office) as(t *testing.T, who Identity, role Role) Identity {
	t.Helper()
	at, _ := o.store.place(who.Tenant, who.User)
	o.store.members[at].Role = role
	who.Role = role
	return who
}

func (o *office) role(who Identity) Role {
	if at, _ := o.store.place(who.Tenant, who.User); at >= 0 {
		return o.store.members[at].Role
	}
	return ""
}

func TestAManagerChangesRolesAndRemovesPeople(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	ben := o.hire(t, mia, "ben@acme.example", Agent)
	changed, err := o.SetRole(t.Context(), mia, ben.Identity.User, Admin)
	if err != nil || changed.Role != Admin || changed.User != ben.Identity.User || changed.Email != "ben@acme.example" {
		t.Fatalf("changed %+v, %v", changed, err)
	}
	ben, err = o.Refresh(t.Context(), ben.Refresh)
	if err != nil || ben.Identity.Role != Admin {
		t.Fatalf("refreshed %+v, %v", ben.Identity, err)
	}
	members, err := o.Members(t.Context(), ben.Identity)
	if err != nil || len(members) != 2 || members[0].User != mia.User || members[1].Name != "Colleague ben@acme.example" {
		t.Fatalf("members %+v, %v", members, err)
	}
	if err := o.Remove(t.Context(), mia, ben.Identity.User); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Refresh(t.Context(), ben.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Errorf("refresh after removal: %v", err)
	}
	if _, err := o.Login(t.Context(), "ben@acme.example", goodPassword); !errors.Is(err, ErrCredentials) {
		t.Errorf("sign-in after removal: %v", err)
	}
	if err := o.Remove(t.Context(), mia, ben.Identity.User); code(err) != "not_found" {
		t.Errorf("removed again: %v", err)
	}
}

func TestAnAdminDoesNotTouchOwners(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	second := o.hire(t, mia, "second@acme.example", Owner).Identity
	ada := o.hire(t, mia, "ada@acme.example", Admin).Identity
	ben := o.hire(t, mia, "ben@acme.example", Agent).Identity
	for name, attempt := range map[string]func() error{
		"makes one":           func() error { _, err := o.SetRole(t.Context(), ada, ben.User, Owner); return err },
		"makes itself one":    func() error { _, err := o.SetRole(t.Context(), ada, ada.User, Owner); return err },
		"demotes one":         func() error { _, err := o.SetRole(t.Context(), ada, second.User, Viewer); return err },
		"removes one":         func() error { return o.Remove(t.Context(), ada, second.User) },
		"invites one":         func() error { _, err := o.Invite(t.Context(), ada, "x@acme.example", Owner, 0); return err },
		"withdraws one's own": func() error { return o.Withdraw(t.Context(), ada, o.invite(t, mia, "y@acme.example", Owner).ID) },
	} {
		if err := attempt(); code(err) != "owners_only" || chat.AsError(err).Kind != chat.Forbidden {
			t.Errorf("an admin %s: %v", name, err)
		}
	}
	if o.role(second) != Owner || o.role(ada) != Admin || o.role(ben) != Agent {
		t.Errorf("roles %s, %s, %s", o.role(second), o.role(ada), o.role(ben))
	}
	if _, err := o.SetRole(t.Context(), ada, ben.User, Admin); err != nil {
		t.Errorf("an admin makes an admin: %v", err)
	}
}

func TestSomebodyStaysAnOwner(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	if _, err := o.SetRole(t.Context(), mia, mia.User, Admin); code(err) != "last_owner" || chat.AsError(err).Kind != chat.Conflict {
		t.Errorf("the only owner steps down: %v", err)
	}
	if err := o.Remove(t.Context(), mia, mia.User); code(err) != "last_owner" {
		t.Errorf("the only owner leaves: %v", err)
	}
	o.hire(t, mia, "second@acme.example", Owner)
	if err := o.Remove(t.Context(), mia, mia.User); err != nil {
		t.Errorf("one of two owners leaves: %v", err)
	}
}

func TestAMemberOfAnotherBusinessIsNobody(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	sam := o.register(t, "sam@rival.example").Identity
	open := o.invite(t, mia, "ben@acme.example", Agent)
	for name, attempt := range map[string]func() error{
		"role":       func() error { _, err := o.SetRole(t.Context(), sam, mia.User, Viewer); return err },
		"removal":    func() error { return o.Remove(t.Context(), sam, mia.User) },
		"withdrawal": func() error { return o.Withdraw(t.Context(), sam, open.ID) },
	} {
		if err := attempt(); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if members, err := o.Members(t.Context(), sam); err != nil || len(members) != 1 || members[0].User != sam.User {
		t.Errorf("members %+v, %v", members, err)
	}
	if open, err := o.Invitations(t.Context(), sam); err != nil || len(open) != 0 {
		t.Errorf("invitations %+v, %v", open, err)
	}
	if open, err := o.Invitations(t.Context(), mia); err != nil || len(open) != 1 {
		t.Errorf("Acme's invitations %+v, %v", open, err)
	}
}

// everything is all that only managers do, to a member.
func (o *office) everything(t *testing.T, who Identity, member string) map[string]error {
	t.Helper()
	_, role := o.SetRole(t.Context(), who, member, Viewer)
	_, invite := o.Invite(t.Context(), who, "x@acme.example", Viewer, 0)
	_, list := o.Invitations(t.Context(), who)
	return map[string]error{
		"role": role, "invite": invite, "list": list, "withdraw": o.Withdraw(t.Context(), who, chat.NewID(InvitationPrefix)),
		"remove": o.Remove(t.Context(), who, member),
	}
}

func TestOnlyManagersManage(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	ben := o.hire(t, mia, "ben@acme.example", Agent).Identity
	second := o.hire(t, mia, "second@acme.example", Owner).Identity
	for _, role := range []Role{Agent, Viewer, "stranger"} {
		for name, err := range o.everything(t, o.as(t, second, role), ben.User) {
			if !errors.Is(err, ErrForbidden) {
				t.Errorf("%s, role %s: %v", name, role, err)
			}
		}
	}
}

func TestAnOldTokenDoesNotUndoWhatWasDecided(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	ben := o.hire(t, mia, "ben@acme.example", Agent).Identity
	second := o.hire(t, mia, "second@acme.example", Owner).Identity
	if _, err := o.SetRole(t.Context(), mia, second.User, Viewer); err != nil {
		t.Fatal(err)
	}
	for name, err := range o.everything(t, second, ben.User) { // the token says owner
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("%s, as a viewer: %v", name, err)
		}
	}
	if err := o.Remove(t.Context(), mia, second.User); err != nil {
		t.Fatal(err)
	}
	for name, err := range o.everything(t, second, ben.User) {
		if !errors.Is(err, ErrUnauthorized) {
			t.Errorf("%s, as nobody: %v", name, err)
		}
	}
	if err := o.Rename(t.Context(), second, "Still here"); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("rename, as nobody: %v", err)
	}
	if err := o.SetAvailable(t.Context(), second, true); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("availability, as nobody: %v", err)
	}
	if _, err := o.Available(t.Context(), second); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("reading availability, as nobody: %v", err)
	}
}

func TestASuspendedBusinessChangesNobody(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	ben := o.hire(t, mia, "ben@acme.example", Agent).Identity
	o.suspend(mia.Tenant)
	for name, err := range o.everything(t, mia, ben.User) {
		if !errors.Is(err, ErrSuspended) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (o *office) suspend(id string) {
	tenant := o.store.tenants[id]
	tenant.Suspended = true
	o.store.tenants[id] = tenant
}

func TestARoleThatThereIsNotIsRefused(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	ben := o.hire(t, mia, "ben@acme.example", Agent).Identity
	for _, role := range []Role{"", "Owner", "root"} {
		if _, err := o.SetRole(t.Context(), mia, ben.User, role); code(err) != "role_invalid" {
			t.Errorf("role %q: %v", role, err)
		}
	}
}

func TestPeopleChooseTheNameThatIsShown(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	if err := o.Rename(t.Context(), tokens.Identity, "  Mia Månsson "); err != nil {
		t.Fatal(err)
	}
	profile, err := o.Profile(t.Context(), tokens.Identity)
	if err != nil || profile.User.Name != "Mia Månsson" {
		t.Errorf("profile %+v, %v", profile, err)
	}
	if tokens, err = o.Refresh(t.Context(), tokens.Refresh); err != nil || tokens.Identity.Name != "Mia Månsson" {
		t.Errorf("refreshed %+v, %v", tokens.Identity, err)
	}
	for _, name := range []string{"", "  ", "Mia\nBcc"} {
		if err := o.Rename(t.Context(), tokens.Identity, name); code(err) != "name_invalid" {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func TestWhoMayTakeConversationsSaysWhetherTheyDo(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	for _, available := range []bool{false, true} {
		if err := o.SetAvailable(t.Context(), mia, available); err != nil {
			t.Fatal(err)
		}
		if got, err := o.Available(t.Context(), mia); err != nil || got != available {
			t.Errorf("available %v, %v; want %v", got, err, available)
		}
	}
	viewer := o.hire(t, mia, "vera@acme.example", Viewer).Identity
	if err := o.SetAvailable(t.Context(), viewer, true); !errors.Is(err, ErrForbidden) {
		t.Errorf("a viewer: %v", err)
	}
}
