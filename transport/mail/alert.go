package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"parley/account"
)

// Alerts tells people of what is unlike itself.
type Alerts struct{ Sender Sender }

// Alert sends one to each address. When one of them fails, all get it again, under the same Message-IDs.
func (a Alerts) Alert(ctx context.Context, to []string, alert account.Alert) error {
	var failed []error
	undeliverable := 0
	for i, address := range to {
		message, err := alertLetter(alert, address, i).render()
		if err == nil {
			err = a.Sender.Send(ctx, message)
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

// alertLetter is the nth that is sent of an alert.
func alertLetter(alert account.Alert, to string, nth int) letter {
	company := cmp.Or(line(alert.Company, maxName), "Your business")
	where := company
	if key := line(alert.Key, maxName); key != "" {
		where = "the API key " + key + " of " + company
	}
	words := alertWords[alert.Kind]
	hour := alert.At.UTC()
	return letter{
		id: alert.ID + "." + strconv.Itoa(nth), kind: "alert", to: to,
		subject: "Unusual activity: " + words.what + " at " + company,
		Company: company,
		Intro: fmt.Sprintf("In the hour from %s UTC on %s there were %s at %s. What is usual at this time is %s.",
			hour.Format("15:04"), hour.Format("2 January 2006"), amount(alert.Value, alert.Unit, words), where, figure(alert.Usual, alert.Unit)),
		Action: "Look at the activity", Link: alert.Link,
		Hint:   words.advice,
		Reason: "You get this mail because you own " + company + " or run this service. Of each kind of activity you are told once a day.",
	}
}

// alertWord says what a kind is, and what to do about it.
type alertWord struct{ what, counted, advice string }

var alertWords = map[account.AnomalyKind]alertWord{
	account.UnusualRate: {"many requests", "requests and messages",
		"If nothing of yours explains it, look at which API key or page they come from. A key can be replaced or deleted under API keys."},
	account.UnusualErrors: {"many errors", "errors among the requests of the API",
		"A program of yours may be broken, or somebody tries what is not theirs. The audit log says who did what."},
	account.UnusualSpend: {"high cost", "spent on language models",
		"If nothing of yours explains it, look at the latest conversations, and at which API key asks."},
	account.UnusualFailures: {"many wrong passwords", "wrong passwords of your team",
		"Somebody may be guessing. Ask your team for a second factor, and look at the audit log for sign-ins that you do not know."},
	account.UnusualRefusals: {"many refusals", "requests, messages or connections refused by limits",
		"Somebody sends more than people do. Nobody else is held up; whoever is refused is told when to come back."},
}

// amount is a value with what it is a number of.
func amount(value float64, unit account.AnomalyUnit, words alertWord) string {
	if unit == account.InTokens {
		return figure(value, unit) + " of language models"
	}
	return figure(value, unit) + " " + words.counted
}

// figure is a value as people read it.
func figure(value float64, unit account.AnomalyUnit) string {
	switch unit {
	case account.InShare:
		return strconv.FormatFloat(100*value, 'f', 0, 64) + " %"
	case account.InDollars:
		return "$" + strconv.FormatFloat(value, 'f', 2, 64)
	case account.InTokens:
		return thousands(value) + " tokens"
	default:
		return thousands(value)
	}
}

// thousands is a whole number with commas.
func thousands(value float64) string {
	digits := strconv.FormatFloat(value, 'f', 0, 64)
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}
