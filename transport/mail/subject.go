package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/account"
	"parley/chat"
)

// subject is the conversation that a mail tells of, and whose it is.
type subject struct {
	chat.Conversation
	bot       chat.Bot // the zero value: it was deleted
	company   string
	suspended bool
	zone      *time.Location
}

func (l *Loop) subject(ctx context.Context, ref chat.Ref) (subject, error) {
	conversation, err := l.Conversations.Conversation(ctx, ref)
	if err != nil {
		return subject{}, fmt.Errorf("read a mail's conversation: %w", err)
	}
	tenant, err := l.Tenants.Tenant(ctx, ref.Tenant)
	if err != nil {
		return subject{}, fmt.Errorf("read a mail's business: %w", err)
	}
	s := subject{Conversation: conversation, company: cmp.Or(line(tenant.Name, maxName), "Parley"), suspended: tenant.Suspended}
	s.bot, err = l.Bots.Bot(ctx, ref.Tenant, conversation.Bot)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return subject{}, fmt.Errorf("read a mail's bot: %w", err)
	}
	// A visitor's zone is not known; the business's own is the one in which it says when it is open.
	if s.zone, err = time.LoadLocation(s.bot.Appearance.Hours.Zone); err != nil {
		s.zone = time.UTC
	}
	return s, nil
}

// letter begins a mail about it.
func (s *subject) letter(m chat.Mail, to string) *letter {
	return &letter{
		id: fmt.Sprintf("%s.%d", m.ID, m.Seq), kind: string(m.Kind), to: to, thread: s.Conversation.Conversation,
		Company: s.company, Accent: s.bot.Appearance.Accent, Zone: s.zone.String(),
	}
}

// forVisitor and forTeam read it as those people know each other.
func (s *subject) forVisitor() *reader {
	return &reader{visitor: "You", bot: line(s.bot.Name, maxName), at: clock(s.zone, s.Locale)}
}

func (s *subject) forTeam() *reader {
	return &reader{visitor: s.visitor(), bot: line(s.bot.Name, maxName), at: clock(s.zone, "")}
}

func (s *subject) visitor() string { return cmp.Or(line(s.Contact.Name, maxName), "A visitor") }

// resume sets the button with which a visitor goes on, on any of their devices.
func (l *Loop) resume(of *subject, letter *letter) {
	if of.bot.ID == "" {
		return // there is no page to go on at
	}
	letter.Action = "Continue the conversation"
	letter.Link = fmt.Sprintf("%s/chat/%s#%s", l.PublicURL, of.Bot, l.Visitors.Mint(account.VisitorClaims{
		Tenant: of.Tenant, Bot: of.Bot, Visitor: of.Visitor, Conversation: of.Conversation.Conversation,
	}))
	letter.Hint = "Please answer there: replies to this mail are not read. Whoever has the link can read the conversation, so do not pass it on."
}

// open sets the button with which an agent gets to it.
func (l *Loop) open(of *subject, letter *letter) {
	letter.Action = "Open the conversation"
	letter.Link = l.PublicURL + "/conversations/" + of.Conversation.Conversation
}

// sameAddress compares as people do who type an address twice.
func sameAddress(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
