// Package stripetest stands in for Stripe in tests: Mock is Stripe's own server of its API's shapes, Stage plays answers behind it, and Life
// makes the signed events that Stripe would send of a subscription.
//
// What it proves, and what it does not: Mock is made from Stripe's description of the API 2023-10-16 and refuses requests that Stripe would not
// understand, but keeps nothing. The events have Stripe's objects of that version, with the fields that we read filled as its documentation says. Neither
// has ever seen a payment.
package stripetest
