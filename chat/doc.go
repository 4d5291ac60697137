// Package chat is the vocabulary that every room of Parley shares, and the
// ports of the conversation engine that persistence fills.
//
// A tenant is a business. Its bots answer its visitors in conversations. A
// conversation is an append-only log of events that the visitor may see,
// counted by Seq from 1 without gaps. An agent is always a person, a bot is
// always the AI.
//
// The package imports the standard library only and starts no goroutines. Its
// values are immutable once handed over: they travel between actors by pointer.
package chat
