package mail

import (
	"cmp"
	"context"

	"parley/chat"
)

// inviteTime bounds how long somebody waits for a mail that they asked for.
const inviteTime = smtpWait

// Invitations sends invitations to join a business.
type Invitations struct{ Sender Sender }

// Invitation sends one at once, or says why not.
func (i Invitations) Invitation(ctx context.Context, company, inviter, email, link string) error {
	ctx, cancel := context.WithTimeout(ctx, inviteTime)
	defer cancel()
	company, inviter = cmp.Or(line(company, maxName), "Parley"), cmp.Or(line(inviter, maxName), "Somebody")
	message, err := letter{
		id: chat.NewID(chat.MailPrefix), kind: "invitation", to: email,
		subject: inviter + " invites you to " + company,
		Company: company,
		Intro:   "You can join the team that answers the visitors of " + company + ".",
		Action:  "Join " + company, Link: link,
		Hint:   "The link is for you alone: whoever has it can join in your place.",
		Reason: "You get this mail because " + inviter + " entered your address. If you do not know them, you need not do anything.",
	}.render()
	if err != nil {
		return err
	}
	return i.Sender.Send(ctx, message)
}
