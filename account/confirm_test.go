package account

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAnAddressIsConfirmedByTheLinkThatWasMailedToIt(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	tokens := o.register(t, "mia@acme.example")
	if profile, err := o.Profile(t.Context(), tokens.Identity); err != nil || profile.User.Confirmed {
		t.Fatalf("the profile is %+v, %v", profile, err)
	}
	mail := o.mailed(t, LetterConfirm)[0]
	if mail.To != "mia@acme.example" {
		t.Errorf("it went to %s", mail.To)
	}
	good := token(t, mail, "/confirm")
	for _, bad := range []string{"", ".", good[:len(good)-1], good + "x", strings.Replace(good, ".", "..", 1), "let_nobody.secret", tokens.Refresh} {
		if err := o.Confirm(t.Context(), bad); !errors.Is(err, ErrLink) {
			t.Errorf("token %q: %v", bad, err)
		}
	}
	if err := o.Confirm(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if profile, err := o.Profile(t.Context(), tokens.Identity); err != nil || !profile.User.Confirmed {
		t.Errorf("the profile is %+v, %v", profile, err)
	}
	if err := o.Confirm(t.Context(), good); !errors.Is(err, ErrLink) {
		t.Errorf("used again: %v", err)
	}
	if err := o.SendConfirmation(t.Context(), tokens.Identity); err != nil {
		t.Error(err)
	}
	o.mailed(t) // none is needed
}

func TestALinkToConfirmIsGoodForADayAndCanBeSentAgain(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	tokens := o.register(t, "mia@acme.example")
	first := token(t, o.mailed(t, LetterConfirm)[0], "/confirm")
	o.clock = o.clock.Add(24*time.Hour - time.Second)
	if err := o.SendConfirmation(t.Context(), tokens.Identity); err != nil {
		t.Fatal(err)
	}
	second := token(t, o.mailed(t, LetterConfirm)[0], "/confirm")
	o.clock = o.clock.Add(2 * time.Second)
	if err := o.Confirm(t.Context(), first); !errors.Is(err, ErrLink) {
		t.Errorf("after a day: %v", err)
	}
	if err := o.Confirm(t.Context(), second); err != nil {
		t.Error(err)
	}
}

func TestWhereItIsRequiredNothingIsDoneBeforeAnAddressIsConfirmed(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	o.confirm = true
	tokens := o.register(t, "mia@acme.example")
	who, err := o.Authenticate(tokens.Access)
	if err != nil || who != tokens.Identity {
		t.Fatalf("identity %+v, %v", who, err)
	}
	for _, action := range Actions {
		if err := who.Require(action); (err == nil) != (action == Self) || err != nil && !errors.Is(err, ErrUnconfirmed) {
			t.Errorf("%s: %v", action, err)
		}
	}
	if err := o.Confirm(t.Context(), token(t, o.mailed(t, LetterConfirm)[0], "/confirm")); err != nil {
		t.Fatal(err)
	}
	if tokens, err = o.Refresh(t.Context(), tokens.Refresh); err != nil {
		t.Fatal(err)
	}
	if who, err := o.Authenticate(tokens.Access); err != nil || who.Require(Own) != nil {
		t.Errorf("after a refresh: %+v, %v", who, err)
	}
}

func TestWhoJoinsByALinkHasNotConfirmedTheirAddress(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	invited, err := o.Invite(t.Context(), mia.Identity, "bo@acme.example", Agent, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, link, _ := strings.Cut(invited.Link, "#")
	bo, err := o.AcceptInvitation(t.Context(), link, "Bo", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if profile, err := o.Profile(t.Context(), bo.Identity); err != nil || profile.User.Confirmed {
		t.Errorf("the profile is %+v, %v", profile, err)
	}
	if mail := o.mailed(t, LetterConfirm)[0]; mail.To != "bo@acme.example" {
		t.Errorf("it went to %s", mail.To)
	}
}
