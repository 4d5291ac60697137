// Package canary plants words in two businesses that share a server, or two nodes, lets all who belong to them act at random, and searches
// whatever reaches the one for the words and the ids of the other: bodies and headers, frames, webhooks, mails, prompts, exports. What
// belongs to neither (the log, metrics, traces, Redis) must have the words of nobody. A third, that comes last, is told of nothing.
//
// Members come by a password, with a second factor, or from an issuer that signs in those of both; visitors as nobody, or as customers
// whom their business knows, by the same ids in both. On two nodes each request goes to another one than the one before.
//
// Both ask the same questions, with the same client ids, of a model that repeats every planted word that it was sent: what was mixed up
// on the way to it comes out.
//
// A run is made by chance: SEED, which is printed, makes its acts the same again, but not what happens at the same time.
// CANARY_SECONDS makes it longer.
package canary
