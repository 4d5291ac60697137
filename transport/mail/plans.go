package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"parley/account"
	"parley/account/billing"
)

// Plans mails notices of plans and payments.
type Plans struct{ Sender Sender }

var _ billing.Postman = Plans{}

// Tell sends one to each address. When one of them fails, all get it again, under the same Message-IDs.
func (p Plans) Tell(ctx context.Context, to []string, notice billing.Letter) error {
	var failed []error
	undeliverable := 0
	for i, address := range to {
		letter := aboutPlan(notice)
		letter.id, letter.kind, letter.to = notice.ID+"."+strconv.Itoa(i), "plan", address
		message, err := letter.render()
		if err == nil {
			err = p.Sender.Send(ctx, message)
		}
		var failure *Failure
		if errors.As(err, &failure) && failure.Permanent {
			undeliverable++
		}
		failed = append(failed, err)
	}
	err := errors.Join(failed...)
	if err != nil && undeliverable == len(to) {
		return errors.Join(account.ErrUndeliverable, err)
	}
	return err
}

// aboutPlan writes what a notice says. Where nothing is sold, it says nothing of paying.
func aboutPlan(n billing.Letter) letter {
	company := cmp.Or(line(n.Company, maxName), "Your business")
	plan := cmp.Or(line(n.State.Plan.Name, maxName), "your plan")
	l := letter{
		Company: company, Link: n.Link, Action: "Look at your plan",
		Reason: "You get this mail because you own " + company + ".",
	}
	if n.Sold {
		l.Action = "Choose a plan"
	}
	erased := "."
	if !n.EraseAt.IsZero() {
		erased = ", and all data of " + company + " is erased on " + onDay(n.EraseAt) + "."
	}
	switch n.Kind {
	case billing.PaymentFailed:
		l.subject = "Your payment for " + plan + " did not go through"
		l.Intro = "We could not charge what is due for the plan " + plan + ". Everything works on until " + onDay(n.Until) +
			". After that, visitors are told that the chat is not available."
		l.Action = "Change how you pay"
		l.Hint = "It is tried again by itself. If you have paid meanwhile, you need not do anything."
	case billing.TrialEnding:
		l.subject = "Your trial of " + plan + " ends on " + onDay(n.Until)
		l.Intro = "Choose a plan, and your chats go on as they are. If you do not, visitors are told from then on that the chat is not available; what you made stays where it is."
		if n.State.Subscribed() {
			l.Intro, l.Action = "From then on, your plan is charged as you agreed to when you chose it. You need not do anything.", "Look at your plan"
		}
	case billing.TrialEnded:
		l.subject = "Your trial of " + plan + " has ended"
		l.Intro = "Visitors are now told that the chat is not available. Choose a plan, and it is again, at once. Your inbox and all that you made can still be read" + erased
	case billing.ChatsSuspended:
		l.subject = "The chats of " + company + " rest"
		l.Intro = whyResting(n) + " Visitors are told that the chat is not available. Your inbox and all that you made can still be read."
		if n.Reason == billing.ByOperator {
			l.Action = "Look at your account"
		} else if n.Sold {
			l.Action = "Change how you pay"
		}
	case billing.PlanCancelled:
		l.subject = "Your subscription of " + plan + " has ended"
		l.Intro = "Visitors are told that the chat is not available. You can choose a plan again, and it is at once. Your inbox and all that you made can still be read" + erased
	case billing.ErasedSoon, billing.ErasedTomorrow:
		l.subject = "All data of " + company + " is erased on " + onDay(n.EraseAt)
		l.Intro = "Your plan has ended. On " + onDay(n.EraseAt) + " all that is kept of " + company + " is erased for good: conversations, what your bots know, and your accounts. " +
			"Whoever chooses a plan before keeps all of it. A copy can be downloaded under Settings, Privacy."
	case billing.Usage80:
		l.subject = "80 % of this month's answers are used"
		l.Intro = fmt.Sprintf("%s of the %s answers of the plan %s are used. The next month begins on %s. %s", thousands(float64(n.Used.Answers)),
			thousands(float64(n.State.Plan.Limits.Answers)), plan, onDay(n.Period.End), atLimit(n))
		l.Action = "Look at the usage"
	case billing.Usage100:
		l.subject = "All of this month's answers are used"
		l.Intro = fmt.Sprintf("All %s answers of the plan %s are used. The next month begins on %s. %s",
			thousands(float64(n.State.Plan.Limits.Answers)), plan, onDay(n.Period.End), atLimit(n))
		l.Action = "Look at the usage"
	case billing.ChatsRecovered:
		l.subject = "All is well again with the plan of " + company
		l.Intro = "What was missing is there, and your bots answer visitors under the plan " + plan + ". You need not do anything."
		l.Action = "Look at your plan"
	}
	return l
}

// whyResting says why chats rest, in a sentence.
func whyResting(n billing.Letter) string {
	switch n.Reason {
	case billing.ByOperator:
		if s := n.State.Suspension; s != nil {
			return "Whoever runs this service has suspended them, and wrote: " + line(s.Reason, maxReason) + "."
		}
		return "Whoever runs this service has suspended them."
	case billing.WasRefunded:
		return "Your last payment was given back to you in full, and with it ended what it was for."
	case billing.TrialOver, billing.Unpaid, billing.HasEnded:
	}
	return "What is due could not be charged for too long."
}

// maxReason is more than operators can write.
const maxReason = 600

// atLimit says what happens beyond the answers of a plan.
func atLimit(n billing.Letter) string {
	most := n.State.MostAnswers(n.Standing)
	overage := n.State.Plan.Overage
	switch {
	case most == n.State.Plan.Limits.Answers || overage == nil:
		return "Beyond them, bots hand visitors over to your team. A larger plan has more."
	case most == 0:
		return "Those beyond them are charged one by one."
	default:
		return "Those beyond them, up to " + thousands(float64(most)) + ", are charged one by one. Then bots hand visitors over to your team."
	}
}

// onDay is a day as people read it, of UTC.
func onDay(at time.Time) string { return at.UTC().Format("2 January 2006") }
