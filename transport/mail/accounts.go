package mail

import (
	"context"
	"errors"
	"fmt"

	"parley/account"
)

// Accounts sends mails about accounts.
type Accounts struct{ Sender Sender }

var _ account.Postman = Accounts{}

// Deliver sends one at once, or says why not.
func (a Accounts) Deliver(ctx context.Context, m account.Mail) error {
	ctx, cancel := context.WithTimeout(ctx, smtpWait)
	defer cancel()
	letter := aboutAccount(m)
	letter.id, letter.kind, letter.to, letter.Link = m.ID, string(m.Kind), m.To, m.Link
	message, err := letter.render()
	if err != nil {
		return err
	}
	err = a.Sender.Send(ctx, message)
	var failure *Failure
	if errors.As(err, &failure) && failure.Permanent {
		return fmt.Errorf("%w: %w", account.ErrUndeliverable, err)
	}
	return err
}

// aboutAccount writes what a mail says. It greets nobody by name and repeats nothing that somebody typed: whoever registers
// with another's address cannot send them a text.
func aboutAccount(m account.Mail) letter {
	const (
		secret = "The link is for you alone, and good once, for a day."
		forget = "If that was not you, you need not do anything: without the link nothing happens."

		ofAccount = "You get this mail because this is the address of your account."
	)
	switch m.Kind {
	case account.LetterReset:
		return letter{
			subject: "Choose a new password",
			Intro:   "Somebody asked for a new password for the account with this address. With it you will be signed out everywhere else.",
			Action:  "Choose a password", Hint: "The link is for you alone, and good once, for an hour.",
			Reason: "You get this mail because this address was entered where passwords are forgotten. " + forget,
		}
	case account.LetterChange:
		if m.Taken {
			return letter{
				subject: "You have an account already",
				Intro: "Somebody who is signed in to another account wanted to move it to this address. That was not done, since there is an account with " +
					"this address already.",
				Reason: "You get this mail because your address was entered there. If that was not you, you need not do anything.",
			}
		}
		return letter{
			subject: "Confirm your new e-mail address",
			Intro:   "From then on, you sign in with this address, and mails about your account come here.",
			Action:  "Confirm the address", Hint: secret,
			Reason: "You get this mail because this address was entered as the new one of an account. " + forget,
		}
	case account.LetterMoving:
		return letter{
			subject: "Your e-mail address is about to change",
			Intro: "Somebody who knows your password asked that your account moves to another address. It does when the link in the mail to that address is opened. " +
				"If that was not you, choose another password now: the link is void then.",
			Reason: ofAccount,
		}
	case account.LetterPassword:
		return letter{
			subject: "Your password was changed",
			Intro: "You have been signed out everywhere else. If that was not you, choose \"Forgot your password?\" where you sign in: " +
				"we send a link to this address.",
			Reason: ofAccount,
		}
	case account.LetterFactorOn:
		return letter{
			subject: "Your second factor is set up",
			Intro: "From now on you are asked for a code of your authenticator app when you sign in. Keep the recovery codes where you find them without your phone. " +
				"If that was not you, choose another password now, and tell an owner of your business.",
			Reason: ofAccount,
		}
	case account.LetterFactorOff:
		return letter{
			subject: "Your second factor is turned off",
			Intro:   "From now on your password is enough to sign in. If that was not you, choose another password now, and set your second factor up again.",
			Reason:  ofAccount,
		}
	case account.LetterRecovery:
		return letter{
			subject: "One of your recovery codes was used",
			Intro: "It took the place of a code of your authenticator app, and is good no more. Your profile says how many are left. " +
				"If that was not you, choose another password now, and ask for other recovery codes.",
			Reason: ofAccount,
		}
	case account.LetterGuessing:
		return letter{
			subject: "Somebody may know your password",
			Intro: "There were ten wrong codes in a row, each after your password was entered. Codes of your authenticator app are not looked at for a while; " +
				"your recovery codes work. If that was not you, choose another password now.",
			Reason: ofAccount,
		}
	case account.LetterLinked:
		return letter{
			subject: "You can sign in another way now",
			Intro: "Your account was linked with one at your identity provider, which can sign you in from now on. If that was not you, " +
				"choose another password now, and unlink it in your profile.",
			Reason: ofAccount,
		}
	default:
		return letter{
			subject: "Confirm your e-mail address",
			Intro:   "So that you get what we send you, and can choose a new password should you forget yours.",
			Action:  "Confirm the address", Hint: secret,
			Reason: "You get this mail because an account was made with this address. If that was not you, you need not do anything, and should not open the link.",
		}
	}
}
