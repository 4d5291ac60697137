package account

import "testing"

func TestEachRoleMayDoWhatTheTableSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	all := []Action{Read, Ask, Take, ManageBots, ManageWebhooks}
	for role, want := range map[Role]string{
		Owner:      "read ask take manage_bots manage_webhooks ",
		Admin:      "read ask take manage_bots manage_webhooks ",
		Agent:      "read ask take ",
		Viewer:     "read ",
		Role(""):   "",
		"stranger": "",
	} {
		got := ""
		for _, action := range all {
			if role.May(action) {
				got += string(action) + " "
			}
		}
		if got != want {
			t.Errorf("role %q may %q, want %q", role, got, want)
		}
		if role.May("own_the_platform") {
			t.Errorf("role %q may do something that no table names", role)
		}
	}
}
