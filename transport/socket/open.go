package socket

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// session is a visitor's side of a connection.
type session struct {
	watch  *watch
	agreed atomic.Pointer[string] // hash of the text that the visitor agreed to, as far as it was looked for
	typed  throttle
	free   func() // gives its place back

	customer   account.Customer // the zero one: nobody knows them
	introduced atomic.Bool      // what is known of the customer was kept
}

func (s *session) leave() {
	s.watch.end()
	s.free()
}

func (s *session) visitor() actors.Visitor { return s.watch.visitor }

// refused ends a connection with a code that tells the client why it should not come back.
type refused struct {
	code   wire.CloseCode
	reason string
}

func (r *refused) Error() string { return r.reason }

// openSession answers session.open. A token that is not good is refused with
// token_invalid instead of being taken for a first visit: the client would lose the
// conversation without a word. The connection stays, and the client may open again
// without the token.
func (c *conn) openSession(r wire.Request) error {
	var open wire.Open
	if err := r.Into(&open); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	bot, err := c.visit(ctx, open.Bot)
	var no *refused
	switch {
	case errors.As(err, &no):
		c.shut(no.code, no.reason)
		return nil
	case errors.Is(err, chat.ErrPaused):
		c.excuse()
		return nil
	case err != nil:
		return err
	}
	customer, err := c.customer(ctx, bot, open)
	if err != nil {
		return err
	}
	claims, held, err := c.h.whose(ctx, bot, open, customer)
	if err != nil {
		return err
	}
	free, err := c.place(claims, open.Token != "" || customer.Visitor != "")
	if err != nil {
		return err
	}
	visitor := actors.Visitor{
		Ref: chat.Ref{Tenant: claims.Tenant, Conversation: claims.Conversation},
		Bot: claims.Bot, ID: claims.Visitor, Page: clipPage(open.Page), Locale: clipLocale(open.Locale),
		Fields: fieldsOf(open.Fields, customer), Source: c.source(), Line: c.line,
	}
	consent, err := c.asked(ctx, bot, claims, open.Token == "" && customer.Visitor == "")
	if err != nil {
		return err
	}
	greet := func(state actors.Attached) int64 {
		after, recovered := held.upTo(state.Head)
		c.send(wire.AppendReady(nil, r.ID, wire.Ready{
			Token: c.h.config.Visitors.Mint(claims), Conversation: claims.Conversation,
			Seq: state.Head, Recovered: recovered, Status: status(state.Status), Agent: state.Agent,
			Queue: queue(state), Read: readByAgents(state.Marks),
			Bot: wire.Greeting{
				Name: bot.Name, Greeting: bot.Settings.Greeting, Suggestions: bot.Appearance.Starters,
				HandOff: bot.Settings.HandOff, Preview: bot.Appearance.Preview, Appearance: bot.Appearance,
				Consent: consent,
			},
		}))
		return after
	}
	w := &watch{c: c, visitor: visitor, self: byVisitor, minted: held.minted}
	if !held.other {
		w.has = held.after
	}
	mayWait := c.h.inbox.listening()
	if held.minted && mayWait {
		c.become(&session{watch: c.h.slept(w), free: free, customer: customer})
		greet(actors.Attached{})
		return nil
	}
	c.become(&session{watch: w, free: free, customer: customer})
	welcomed, empty := false, false
	err = w.attach(ctx, false, func(state actors.Attached) int64 {
		welcomed, empty = true, state.Head == 0
		return greet(state)
	})
	if err == nil && empty && mayWait {
		w.sleep()
	}
	return c.opened(welcomed, err)
}

// opened tells what becomes of a connection whose attaching failed: before a
// word was said the client may try again here, after that it must come back.
func (c *conn) opened(welcomed bool, err error) error {
	if err == nil || errors.Is(err, errEnded) {
		return nil
	}
	if !welcomed {
		c.become(nil)
		return err
	}
	c.h.log.Warn("show what was missed", "error", err)
	c.shut(wire.CloseMoved, "the conversation cannot be read right now, please connect again")
	return nil
}

// place counts an open, and takes a place for its session.
func (c *conn) place(who account.VisitorClaims, known bool) (free func(), err error) {
	if c.h.config.Limits.Off {
		return func() {}, nil
	}
	err = c.h.gates.visit(c.address, person(who.Tenant, who.Visitor), known, time.Now())
	if err == nil {
		free, err = c.h.gates.sit(who.Tenant, person(who.Tenant, who.Visitor))
	}
	if err != nil && c.current() == nil { // otherwise it is counted by what the connection is
		c.h.config.Activity.Count(who.Tenant, account.Activity{Refused: 1})
	}
	return free, err
}

// person is whom gates count one visitor or member as.
func person(tenant, id string) string { return tenant + "/" + id }

// visit returns the bot that a visitor of this connection may talk to, or *refused.
func (c *conn) visit(ctx context.Context, id string) (*chat.Bot, error) {
	bot, err := c.h.directory.bot(ctx, id)
	if errors.Is(err, chat.ErrNotFound) {
		return nil, &refused{wire.CloseBot, "there is no such bot"}
	}
	if err != nil {
		return nil, err
	}
	err = c.mayVisit(ctx, bot)
	var no *refused
	if errors.As(err, &no) {
		// Its owner may have allowed this page a moment ago: nobody is refused for what the snapshot does not know yet.
		latest, readErr := c.h.config.Bots.Bot(ctx, bot.Tenant, bot.ID)
		if readErr != nil {
			return nil, readErr
		}
		bot, err = &latest, c.mayVisit(ctx, &latest)
	}
	if err != nil {
		return nil, err
	}
	return bot, c.h.pauses.admit(ctx, bot.Tenant)
}

// mayVisit checks where a visitor comes from: a browser from one of the bot's
// domains or our own pages, anything else with a token.
func (c *conn) mayVisit(ctx context.Context, bot *chat.Bot) error {
	if c.origin != "" {
		if c.ourOwn || account.Allowed(bot.Domains, c.origin) {
			return nil
		}
		return &refused{wire.CloseOrigin, "this bot may not be used on " + c.origin}
	}
	return c.mayProgram(ctx, bot)
}

// source is where questions of this connection come from: only browsers say which page opened it.
func (c *conn) source() chat.Source {
	if c.origin == "" {
		return chat.FromAPI
	}
	return chat.FromWidget
}

// holding is what a client says it has of the conversation that it opens.
type holding struct {
	after int64
	other bool // after belongs to another conversation
	// minted: the conversation got its id just now, so that nobody knows it yet.
	minted bool
}

// upTo returns where the client's events go on, and whether they are a prefix of a log with this head.
func (h holding) upTo(head int64) (after int64, recovered bool) {
	if h.after == 0 {
		return 0, true
	}
	if h.other || h.after > head {
		return 0, false
	}
	return h.after, true
}

// whose finds out who opens which conversation.
func (h *Handler) whose(ctx context.Context, bot *chat.Bot, open wire.Open, customer account.Customer) (account.VisitorClaims, holding, error) {
	var held holding
	if open.After != nil {
		held.after = *open.After
	}
	if held.after < 0 {
		return account.VisitorClaims{}, held, errAfter
	}
	claims := account.VisitorClaims{Tenant: bot.Tenant, Bot: bot.ID}
	switch {
	case customer.Visitor != "":
		var err error
		if claims, held, err = h.theirs(ctx, bot, open.Token, customer, held); err != nil {
			return claims, held, err
		}
	case open.Token == "":
		claims.Visitor = chat.NewID(chat.VisitorPrefix)
		claims.Conversation = chat.NewID(chat.ConversationPrefix)
		held.other, held.minted = true, true
	default:
		known, err := h.config.Visitors.Check(open.Token)
		if err != nil {
			return claims, held, err
		}
		if known.Tenant != bot.Tenant || known.Bot != bot.ID || known.Known {
			return claims, held, account.ErrVisitorToken
		}
		claims = known
	}
	switch open.Conversation {
	case "", claims.Conversation:
		return claims, held, nil
	case "new":
		claims.Conversation, held.minted = chat.NewID(chat.ConversationPrefix), true
	default:
		if err := h.owns(ctx, claims, open.Conversation); err != nil {
			return claims, held, err
		}
		claims.Conversation, held.minted = open.Conversation, false
	}
	held.other = true
	return claims, held, nil
}

// owns checks that a conversation is one of the visitor's with this bot.
// Somebody else's, a malformed id and none at all are the same.
func (h *Handler) owns(ctx context.Context, claims account.VisitorClaims, conversation string) error {
	if !chat.ValidID(chat.ConversationPrefix, conversation) {
		return chat.ErrNotFound
	}
	found, err := h.config.Conversations.Conversation(ctx, chat.Ref{Tenant: claims.Tenant, Conversation: conversation})
	if err != nil {
		return err
	}
	if found.Visitor != claims.Visitor || found.Bot != claims.Bot {
		return chat.ErrNotFound
	}
	return nil
}

var errAfter = chat.Fail(chat.Invalid, wire.ErrBadFrame.Code, "after is the seq of an event, from 0.")

// status is with the bot until something happened.
func status(s chat.Status) chat.Status {
	if s == "" {
		return chat.WithBot
	}
	return s
}

// queue is the place of a conversation that waits, where it is known.
func queue(state actors.Attached) *chat.Place {
	if state.Status != chat.Waiting || state.Place == (chat.Place{}) {
		return nil
	}
	return &state.Place
}

// readByAgents is how far any person of the business has read.
func readByAgents(marks map[string]int64) int64 {
	most := int64(0)
	for reader, seq := range marks {
		if chat.ValidID(chat.UserPrefix, reader) { // not the visitor, and not the mail that told them
			most = max(most, seq)
		}
	}
	return most
}

// What is kept of a visitor's page and language, in bytes.
const (
	maxPage   = 2048
	maxLocale = 35 // RFC 5646, section 4.4.1
)

// clipPage drops an address that is too long to be one.
func clipPage(page string) string {
	if len(page) > maxPage {
		return ""
	}
	return page
}

// clipLocale drops what cannot be a language tag.
func clipLocale(locale string) string {
	if len(locale) > maxLocale {
		return ""
	}
	for _, b := range []byte(locale) {
		if b != '-' && (b < '0' || b > '9') && (b|0x20 < 'a' || b|0x20 > 'z') {
			return ""
		}
	}
	return locale
}
