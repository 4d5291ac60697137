// Package stripe sells plans through Stripe: it is the billing.Provider there is, and the only importer of Stripe's library.
//
// It speaks one version of the API, 2023-10-16, in both directions: a webhook endpoint has to be made with that version, since events
// of another one lack fields without saying so, and are refused. What Stripe says is turned into facts without asking anybody, so that
// events can be read again at any time; the nightly comparison reads what Stripe has now.
//
// All methods may be called by many at once, and may be repeated. A write carries a key of idempotence that its retries share, so that
// a network that loses answers charges nobody twice; a later call with the same arguments has another key, and finds what it wants done
// already. Errors name what was asked and Stripe's code and request id, never what it says of people or cards.
package stripe
