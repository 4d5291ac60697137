package account

import (
	"fmt"
	"strings"
	"testing"
)

func TestEachRoleMayDoWhatTheTableSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	for role, want := range map[Role]string{
		Owner:      "self read ask take manage_bots manage_webhooks manage_members manage_keys manage_tenant manage_privacy manage_billing read_audit own ",
		Admin:      "self read ask take manage_bots manage_webhooks manage_members manage_keys manage_tenant manage_privacy read_audit ",
		Agent:      "self read ask take ",
		Viewer:     "self read ",
		Role(""):   "",
		"stranger": "",
	} {
		got := ""
		for _, action := range Actions {
			if role.May(action) {
				got += string(action) + " "
			}
		}
		if got != want {
			t.Errorf("role %q may %q, want %q", role, got, want)
		}
		if listed := fmt.Sprintln(role.Actions()); listed != fmt.Sprintln(strings.Fields(want)) {
			t.Errorf("role %q lists %s", role, listed)
		}
		if role.May("own_the_platform") {
			t.Errorf("role %q may do something that no table names", role)
		}
	}
}

func TestOnlyOwnersDecideWhoIsAnOwner(t *testing.T) {
	t.Parallel()
	const nobody = Role("")
	all := []Role{nobody, Viewer, Agent, Admin, Owner}
	for _, by := range append([]Role{"stranger"}, all...) {
		for _, from := range all {
			for _, to := range all {
				want := false
				switch by {
				case Owner:
					want = true
				case Admin:
					want = from != Owner && to != Owner
				}
				if got := by.mayChange(from, to); got != want {
					t.Errorf("%q may make %q into %q: %v", by, from, to, got)
				}
			}
		}
	}
}
