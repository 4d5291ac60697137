// Package mail writes and sends the platform's mails: what a visitor missed, that
// one waits, transcripts, mentions and invitations.
//
// What conversations have to say by mail stands in an outbox, written in the
// transaction of its event, and is rendered when it is sent: whether anybody still
// needs it is decided then. A mail leaves the outbox when the mail server, or the
// folder that stands in for one, has taken it. So none is lost, and one may come twice when a process dies
// in between, under the same Message-ID. What fails is tried again at growing intervals, up to a day;
// what a server refuses for good is given up.
//
// Any number of nodes may send: what one has taken, nobody else gets for the time
// of a lease. A node sends a few at a time; in which order, over all businesses, the outbox says.
//
// What people wrote is text in the layouts and never markup or a header. Nothing is loaded from
// elsewhere when a mail is read. Logs name mails by their ids.
package mail
