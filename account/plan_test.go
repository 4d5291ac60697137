package account

import (
	"context"
	"testing"

	"parley/chat"
)

func TestKeysOfABusinessThatMayHaveNoneAreRefusedUntilItMay(t *testing.T) {
	t.Parallel()
	s := withKeys(t)
	_, secret := s.make(t, NewAPIKey{})
	var refusal error
	s.keysAllowed = func(_ context.Context, tenant string) error {
		if tenant != s.mia.Tenant {
			t.Errorf("asked about %q", tenant)
		}
		return refusal
	}
	for _, c := range []struct {
		refusal error
		want    string
	}{
		{nil, ""}, {chat.Fail(chat.Forbidden, "plan_feature", "Your plan does not include API keys."), "plan_feature"},
		{chat.ErrUnavailable, "unavailable"}, {nil, ""}, // what is not known is not allowed
	} {
		refusal = c.refusal
		if got := s.try(t, secret); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	refusal = chat.ErrUnavailable
	if got := s.try(t, secret+"x"); got != "unauthorized" {
		t.Errorf("what is no key is told %q", got)
	}
}

func TestNobodyIsInvitedWhereNoSeatIsLeft(t *testing.T) {
	t.Parallel()
	o := setup(t)
	mia := o.register(t, "mia@acme.example").Identity
	for _, c := range []struct {
		email string
		seats int64
		want  string
	}{
		{"ben@acme.example", 1, "plan_seats"}, {"ben@acme.example", 2, ""}, {"cy@acme.example", 2, "plan_seats"}, {"cy@acme.example", 0, ""},
	} {
		if _, err := o.Invite(t.Context(), mia, c.email, Agent, c.seats); code(err) != c.want {
			t.Errorf("%s with %d seats: %v", c.email, c.seats, err)
		}
	}
}
