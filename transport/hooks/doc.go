// Package hooks tells a business's own servers what happens in its
// conversations, over HTTP calls that are signed as Standard Webhooks specifies
// (https://www.standardwebhooks.com).
//
// What is to be told stands in the outbox, written in the transaction of its
// event, and leaves it when the server answered with a 2xx: each event arrives
// at least once, also after a crash, and its webhook-id is the same each time.
// What fails is tried again for three days, at growing intervals. Of one
// conversation events arrive in order; conversations do not wait for each other.
//
// Any number of nodes may deliver: what one has taken, nobody else gets for the
// time of a lease. How much is under way is bounded for a webhook, a business and
// a node, so that slow servers hold up themselves only. Servers are chosen by
// others: they are reached on the public web or on networks that the operator
// allowed, redirects are not followed, and answers are not read beyond a few KB.
package hooks
