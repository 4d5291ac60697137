package billing

import "parley/chat"

// What is refused of whoever claims to be the processor of payments. None of it changes anything.
var (
	// ErrForged refuses what the processor has not signed.
	ErrForged = chat.Fail(chat.Invalid, "event_forged", "The signature is not that of the payment service.")
	// ErrOld refuses what was signed too long ago: somebody repeats what they have overheard, or a clock is wrong.
	ErrOld = chat.Fail(chat.Invalid, "event_old", "This was signed too long ago. Check the clocks.")
	// ErrVersion refuses what is of another version of the processor's API: fields would silently be missing.
	ErrVersion = chat.Fail(chat.Invalid, "event_version", "This is of another version of the payment service's API.")
)

// What the processor of payments refuses.
var (
	// ErrDeclined says that a payment failed, and nothing has changed.
	ErrDeclined = chat.Fail(chat.Conflict, "payment_declined", "Your payment was not accepted, and nothing has changed. Change how you pay, then try again.")
	// ErrPaying says that somebody pays on a page that was to be closed.
	ErrPaying = chat.Fail(chat.Conflict, "checkout_paying", "Somebody is paying for a plan at this moment. Please look again in a minute.")
	// ErrProcessorAway is a chat.ErrUnavailable that names who is away.
	ErrProcessorAway = chat.Fail(chat.Unavailable, chat.ErrUnavailable.Code, "We cannot reach the payment service right now. Please try again in a moment.")
)
