package account

import (
	"errors"
	"testing"
)

// move gives somebody another address.
func (o *office) move(t *testing.T, who Tokens, email string) {
	t.Helper()
	if err := o.Move(t.Context(), who.Identity, goodPassword, email); err != nil {
		t.Fatal(err)
	}
	for _, mail := range o.mailed(t, LetterChange, LetterMoving) {
		if mail.Kind == LetterChange {
			if err := o.Confirm(t.Context(), token(t, mail, "/confirm")); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAnAddressChangesWhenTheNewOneIsConfirmed(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	if err := o.Move(t.Context(), mia.Identity, "not the password", "mia@home.example"); !errors.Is(err, ErrPassword) {
		t.Errorf("with a wrong password: %v", err)
	}
	if err := o.Move(t.Context(), mia.Identity, goodPassword, "not an address"); code(err) != "email_invalid" {
		t.Errorf("to no address: %v", err)
	}
	if err := o.Move(t.Context(), mia.Identity, goodPassword, "MIA@acme.example"); code(err) != "email_unchanged" {
		t.Errorf("to the same: %v", err)
	}
	o.mailed(t)
	if err := o.Move(t.Context(), mia.Identity, goodPassword, "Mia@home.example"); err != nil {
		t.Fatal(err)
	}
	var link string
	for _, mail := range o.mailed(t, LetterChange, LetterMoving) {
		switch {
		case mail.Kind == LetterMoving && mail.To == "mia@acme.example" && mail.Link == "":
		case mail.Kind == LetterChange && mail.To == "Mia@home.example" && !mail.Taken:
			link = token(t, mail, "/confirm")
		default:
			t.Errorf("mailed is %+v", mail)
		}
	}
	if _, err := o.Login(t.Context(), "mia@home.example", goodPassword); !errors.Is(err, ErrCredentials) {
		t.Errorf("before it is confirmed: %v", err)
	}
	if err := o.Confirm(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Login(t.Context(), "mia@acme.example", goodPassword); !errors.Is(err, ErrCredentials) {
		t.Errorf("with the old address: %v", err)
	}
	moved, err := o.Login(t.Context(), "mia@home.example", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if profile, err := o.Profile(t.Context(), moved.Identity); err != nil || profile.User.Email != "Mia@home.example" || !profile.User.Confirmed {
		t.Errorf("the profile is %+v, %v", profile, err)
	}
}

func TestWhoeverHasAnAddressIsToldThatSomebodyWantsItAndNobodyElseIs(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	o.register(t, "sam@rival.example")
	o.mailed(t, LetterConfirm, LetterConfirm)
	if err := o.Move(t.Context(), mia.Identity, goodPassword, "SAM@rival.example"); err != nil {
		t.Fatal(err)
	}
	for _, mail := range o.mailed(t, LetterChange, LetterMoving) {
		if mail.Kind == LetterChange && (!mail.Taken || mail.Link != "" || mail.To != "SAM@rival.example") {
			t.Errorf("mailed is %+v", mail)
		}
	}
}

func TestAnAddressThatSomebodyTookMeanwhileIsTheirs(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	if err := o.Move(t.Context(), mia.Identity, goodPassword, "sam@rival.example"); err != nil {
		t.Fatal(err)
	}
	mails := o.mailed(t, LetterChange, LetterMoving)
	o.register(t, "sam@rival.example")
	for _, mail := range mails {
		if mail.Kind == LetterChange {
			if err := o.Confirm(t.Context(), token(t, mail, "/confirm")); code(err) != "email_taken" {
				t.Errorf("confirmed: %v", err)
			}
		}
	}
}

func TestANewPasswordVoidsAMoveThatSomebodyElseAskedFor(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	mia := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	if err := o.Move(t.Context(), mia.Identity, goodPassword, "thief@home.example"); err != nil {
		t.Fatal(err)
	}
	mails := o.mailed(t, LetterChange, LetterMoving)
	if _, err := o.ResetPassword(t.Context(), o.reset(t, "mia@acme.example"), otherPassword); err != nil {
		t.Fatal(err)
	}
	for _, mail := range mails {
		if mail.Kind == LetterChange {
			if err := o.Confirm(t.Context(), token(t, mail, "/confirm")); !errors.Is(err, ErrLink) {
				t.Errorf("confirmed: %v", err)
			}
		}
	}
}
