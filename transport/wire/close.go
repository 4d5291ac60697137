package wire

import "unicode/utf8"

// Subprotocol is what a client asks for when it opens a socket.
const Subprotocol = "parley.v1"

// CloseCode is why the server ended a connection. From 4000 to 4499 the client
// connects again, with a pause that grows, and resumes where it was; from 4500 to
// 4999 it stops, because the same attempt would fail again. A connection that
// ends without one of these (1001, 1006, …) was cut on the way: connect again.
type CloseCode int

// Close codes.
const (
	CloseTooSlow  CloseCode = 4001 // what was to be sent outgrew the queue
	CloseDraining CloseCode = 4002 // the node is going away; another will answer. The frame draining comes before it
	CloseMoved    CloseCode = 4003 // the conversation could not be followed from here
	CloseSilent   CloseCode = 4004 // nothing was heard for too long, or no session was opened

	CloseOrigin    CloseCode = 4501 // the page's origin is not among the bot's domains
	CloseBot       CloseCode = 4502 // there is no such bot
	CloseSuspended CloseCode = 4503 // the chats of the business rest; for agents: they are shut out
	CloseProtocol  CloseCode = 4504 // this is not parley.v1
	CloseBlocked   CloseCode = 4505 // the business has blocked this visitor
	CloseSignedOut CloseCode = 4506 // this agent's sign-in is not good any more: refresh it, or sign in again, and connect
)

// Reconnect tells whether a client that was closed with this code should try again.
func (c CloseCode) Reconnect() bool { return c < 4500 }

// maxReason is what a websocket's close frame has room for.
const maxReason = 123

// Reason shortens a closing reason to what a close frame can carry.
func Reason(text string) string {
	if len(text) <= maxReason {
		return text
	}
	cut := maxReason
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}
