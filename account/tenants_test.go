package account

import (
	"errors"
	"testing"

	"parley/chat"
)

func TestAPersonIsKeptOutOfASuspendedBusinessOnly(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia, sam := o.register(t, "mia@acme.example"), o.register(t, "sam@rival.example")
	o.store.members = append(o.store.members, Member{Tenant: sam.Identity.Tenant, User: mia.Identity.User, Role: Viewer})
	suspended := o.store.tenants[mia.Identity.Tenant]
	suspended.Suspended = true
	o.store.tenants[suspended.ID] = suspended
	tokens, err := o.Login(t.Context(), "mia@acme.example", goodPassword)
	if err != nil || tokens.Identity.Tenant != sam.Identity.Tenant || tokens.Identity.Role != Viewer {
		t.Fatalf("signed in as %+v, %v", tokens.Identity, err)
	}
	if _, err := o.Switch(t.Context(), tokens.Identity, suspended.ID); !errors.Is(err, ErrSuspended) {
		t.Errorf("switched: %v", err)
	}
	if _, err := o.Switch(t.Context(), sam.Identity, suspended.ID); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("somebody else switched: %v", err)
	}
	belongings, err := o.Belongings(t.Context(), tokens.Identity)
	if err != nil || len(belongings) != 2 || belongings[0].Tenant != suspended || belongings[1].Role != Viewer {
		t.Errorf("they belong to %+v, %v", belongings, err)
	}
}

func TestTheOnlyOwnerLeavesByHandingOver(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia, bo := o.register(t, "mia@acme.example"), o.register(t, "bo@home.example")
	tenant, user := mia.Identity.Tenant, bo.Identity.User
	o.store.members = append(o.store.members, Member{Tenant: tenant, User: user, Role: Agent})
	if err := o.Remove(t.Context(), mia.Identity, mia.Identity.User); code(err) != "last_owner" {
		t.Errorf("removed: %v", err)
	}
	if _, err := o.SetRole(t.Context(), mia.Identity, mia.Identity.User, Agent); code(err) != "last_owner" {
		t.Errorf("made an agent: %v", err)
	}
	if err := o.TransferOwnership(t.Context(), mia.Identity, user, goodPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Authenticate(mia.Access); !errors.Is(err, ErrRevoked) {
		t.Errorf("a token that says owner: %v", err)
	}
	// The token's bearer does not do it twice, on a node that has not heard of it.
	if err := o.TransferOwnership(t.Context(), mia.Identity, user, goodPassword); !errors.Is(err, ErrForbidden) {
		t.Errorf("handed over again: %v", err)
	}
	admin, err := o.Refresh(t.Context(), mia.Refresh)
	if err != nil || admin.Identity.Role != Admin {
		t.Fatalf("refreshed %+v, %v", admin.Identity, err)
	}
	if err := o.Remove(t.Context(), admin.Identity, admin.Identity.User); err != nil {
		t.Errorf("removed afterwards: %v", err)
	}
}

func TestOnlyOnesOwnSignInsAreEnded(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia, sam := o.register(t, "mia@acme.example"), o.register(t, "sam@rival.example")
	if err := o.EndSignIn(t.Context(), sam.Identity, mia.Identity.Proof.Session); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("another's: %v", err)
	}
	if err := o.EndOtherSignIns(t.Context(), sam.Identity); err != nil {
		t.Fatal(err)
	}
	for name, tokens := range map[string]Tokens{"another's": mia, "one's own": sam} {
		if _, err := o.Refresh(t.Context(), tokens.Refresh); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
