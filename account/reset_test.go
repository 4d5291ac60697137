package account

import (
	"errors"
	"testing"
	"time"

	"parley/chat"
)

const otherPassword = "seven owls under a table"

// reset asks for a link and returns its token.
func (o *office) reset(t *testing.T, email string) string {
	t.Helper()
	if err := o.AskForReset(t.Context(), email); err != nil {
		t.Fatal(err)
	}
	return token(t, o.mailed(t, LetterReset)[0], "/reset")
}

func TestWhoForgotTheirPasswordChoosesAnotherByMail(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	tokens := o.register(t, "Mia@acme.example")
	o.mailed(t, LetterConfirm)
	link := o.reset(t, "mia@ACME.example")
	if _, err := o.ResetPassword(t.Context(), link, "mia@acme.example"); code(err) != "password_too_simple" {
		t.Errorf("a simple password: %v", err)
	}
	if _, err := o.ResetPassword(t.Context(), link, "acme acme"); code(err) != "password_too_short" {
		t.Errorf("a short password: %v", err)
	}
	if _, err := o.ResetPassword(t.Context(), link, otherPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ResetPassword(t.Context(), link, otherPassword); !errors.Is(err, ErrLink) {
		t.Errorf("used again: %v", err)
	}
	if _, err := o.Refresh(t.Context(), tokens.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Errorf("an earlier sign-in: %v", err)
	}
	if _, err := o.Authenticate(tokens.Access); !errors.Is(err, ErrRevoked) {
		t.Errorf("an earlier token: %v", err)
	}
	if _, err := o.Login(t.Context(), "mia@acme.example", goodPassword); !errors.Is(err, ErrCredentials) {
		t.Errorf("the old password: %v", err)
	}
	signedIn, err := o.Login(t.Context(), "mia@acme.example", otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	if profile, err := o.Profile(t.Context(), signedIn.Identity); err != nil || !profile.User.Confirmed {
		t.Errorf("whoever read the mail has not confirmed the address: %+v, %v", profile, err)
	}
	o.mailed(t, LetterPassword)
}

func TestNoMailGoesToAnAddressWithoutAnAccount(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	for _, email := range []string{"nobody@acme.example", "not an address", ""} {
		if err := o.AskForReset(t.Context(), email); err != nil {
			t.Errorf("%q: %v", email, err)
		}
	}
	o.mailed(t)
}

func TestALinkToResetIsGoodForAnHourAndForNothingElse(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	o.register(t, "mia@acme.example")
	confirm := token(t, o.mailed(t, LetterConfirm)[0], "/confirm")
	link := o.reset(t, "mia@acme.example")
	if _, err := o.ResetPassword(t.Context(), confirm, otherPassword); !errors.Is(err, ErrLink) {
		t.Errorf("with a link to confirm: %v", err)
	}
	if err := o.Confirm(t.Context(), link); !errors.Is(err, ErrLink) {
		t.Errorf("confirmed with a link to reset: %v", err)
	}
	o.clock = o.clock.Add(time.Hour)
	if _, err := o.ResetPassword(t.Context(), link, otherPassword); !errors.Is(err, ErrLink) {
		t.Errorf("after an hour: %v", err)
	}
}

func TestEachOfSeveralLinksIsGoodUntilOneIsUsed(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	first, second := o.reset(t, "mia@acme.example"), o.reset(t, "mia@acme.example")
	if _, err := o.ResetPassword(t.Context(), first, otherPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ResetPassword(t.Context(), second, goodPassword); !errors.Is(err, ErrLink) {
		t.Errorf("the other one afterwards: %v", err)
	}
}

func TestALinkThatWentToAnAddressThatOneHasLeftIsVoid(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	link := o.reset(t, "mia@acme.example")
	o.move(t, mia, "mia@home.example")
	if _, err := o.ResetPassword(t.Context(), link, otherPassword); !errors.Is(err, ErrLink) {
		t.Errorf("reset: %v", err)
	}
}

func TestWhoKnowsTheirPasswordChangesItAndStaysSignedInHere(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	here := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	elsewhere, err := o.Login(t.Context(), "mia@acme.example", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ChangePassword(t.Context(), here.Identity, "not the password", otherPassword); !errors.Is(err, ErrPassword) || chat.AsError(err).Kind != chat.Invalid {
		t.Errorf("with a wrong password: %v", err)
	}
	if err := o.ChangePassword(t.Context(), here.Identity, goodPassword, "mia@acme.example"); code(err) != "password_too_simple" {
		t.Errorf("to a simple one: %v", err)
	}
	if err := o.ChangePassword(t.Context(), here.Identity, goodPassword, otherPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Authenticate(here.Access); err != nil {
		t.Errorf("the token that changed it: %v", err)
	}
	if _, err := o.Refresh(t.Context(), here.Refresh); err != nil {
		t.Errorf("the sign-in that changed it: %v", err)
	}
	if _, err := o.Authenticate(elsewhere.Access); !errors.Is(err, ErrRevoked) {
		t.Errorf("another token: %v", err)
	}
	if _, err := o.Refresh(t.Context(), elsewhere.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Errorf("another sign-in: %v", err)
	}
	if mail := o.mailed(t, LetterPassword)[0]; mail.To != "mia@acme.example" || mail.Link != "" {
		t.Errorf("mailed is %+v", mail)
	}
}

func TestWhoHasNoPasswordGivesAWrongOne(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	user := o.store.users[mia.Identity.User]
	user.PasswordHash = ""
	o.store.users[user.ID] = user
	if _, err := o.Login(t.Context(), "mia@acme.example", ""); !errors.Is(err, ErrCredentials) {
		t.Errorf("log in: %v", err)
	}
	if err := o.ChangePassword(t.Context(), mia.Identity, "", otherPassword); !errors.Is(err, ErrPassword) {
		t.Errorf("change: %v", err)
	}
}
