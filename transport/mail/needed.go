package mail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/account"
	"parley/chat"
)

// broughtBy is the reader under which it is kept how far mails brought a conversation to its visitor.
const broughtBy = "mail"

// lookAgain is how long somebody who has the dashboard open has to take a conversation, before it is looked
// whether they still are there.
const lookAgain = 2 * time.Minute

// How many messages a mail shows that is not a transcript.
const (
	missedLines  = 50
	waitingLines = 6
	mentionLines = 5
)

// write decides whether a mail is still needed, and writes it; nil: it is not. brought
// is the seq up to which it tells the visitor what they missed, 0 for other mails.
func (l *Loop) write(ctx context.Context, m chat.Mail) (mail *letter, brought int64, err error) {
	of, err := l.subject(ctx, m.Ref)
	if err != nil || of.suspended {
		return nil, 0, err
	}
	switch m.Kind {
	case chat.MailMissed:
		return l.missed(ctx, m, &of)
	case chat.MailWaiting:
		mail, err = l.waiting(ctx, m, &of)
	case chat.MailTranscript:
		mail, err = l.transcript(ctx, m, &of)
	case chat.MailMention:
		mail, err = l.mention(ctx, m, &of)
	}
	return mail, 0, err
}

// missed brings what agents wrote since the visitor looked, or was last mailed.
func (l *Loop) missed(ctx context.Context, m chat.Mail, of *subject) (*letter, int64, error) {
	if of.Contact.Email == "" || of.Spam || of.Blocked {
		return nil, 0, nil
	}
	marks, err := l.Reads.ReadMarks(ctx, m.Ref)
	if err != nil {
		return nil, 0, fmt.Errorf("read how far a conversation was read: %w", err)
	}
	r := of.forVisitor()
	r.wanted = func(e chat.Event) bool {
		created, ok := e.Body.(chat.MessageCreated)
		return ok && created.Author.Kind == chat.ByAgent
	}
	if err := r.read(ctx, l.Log, m.Ref, max(marks[""], marks[broughtBy])); err != nil || len(r.lines) == 0 {
		return nil, 0, err
	}
	r.keep(missedLines)
	letter := of.letter(m, of.Contact.Email)
	letter.Lines, letter.Cut = r.lines, r.cut
	letter.subject = r.lines[len(r.lines)-1].By + " from " + of.company + " wrote to you"
	if r.lines[len(r.lines)-1].By == of.company { // who has given no name is called so
		letter.subject = of.company + " wrote to you"
	}
	letter.Intro = "You had left the chat. This is what you missed:"
	letter.Reason = "You get this mail because you left your address in a chat with " + of.company + "."
	l.resume(of, letter)
	return letter, r.last, nil
}

// waiting tells people of the business that nobody of them is there. A mail for
// whoever may take the conversation becomes one for each, so that one address that fails holds up nobody else.
func (l *Loop) waiting(ctx context.Context, m chat.Mail, of *subject) (*letter, error) {
	if of.Status != chat.Waiting || of.Spam || of.Blocked || of.Snoozed.After(time.Now()) {
		return nil, nil
	}
	there, err := l.OnDuty(ctx, m.Tenant)
	if err != nil {
		return nil, err
	}
	if there { // they may leave without taking it
		again := chat.Mail{ID: chat.NewID(chat.MailPrefix), Ref: m.Ref, Kind: m.Kind, Seq: m.Seq, User: m.User, Due: time.Now().Add(lookAgain)}
		return nil, l.Mails.PlanMail(ctx, again)
	}
	asked, err := l.asked(ctx, of)
	if err != nil {
		return nil, err
	}
	if m.User == "" {
		for _, member := range asked {
			one := chat.Mail{ID: chat.NewID(chat.MailPrefix), Ref: m.Ref, Kind: m.Kind, Seq: m.Seq, User: member.User, Due: time.Now()}
			if err := l.Mails.PlanMail(ctx, one); err != nil {
				return nil, fmt.Errorf("plan the mail of one who may take a conversation: %w", err)
			}
		}
		return nil, nil
	}
	i := slices.IndexFunc(asked, func(member account.Membership) bool { return member.User == m.User })
	if i < 0 {
		return nil, nil
	}
	r := of.forTeam()
	r.wanted = func(e chat.Event) bool { _, status := e.Body.(chat.StatusChanged); return !status }
	if err := r.read(ctx, l.Log, m.Ref, max(0, of.Head-eventsPage)); err != nil {
		return nil, err
	}
	r.keep(waitingLines)
	letter := of.letter(m, asked[i].Email)
	letter.Lines = r.lines
	letter.subject = of.visitor() + " waits for a person"
	letter.Intro = "Nobody of your team has the dashboard open. These are the last messages:"
	if !of.Waits.IsZero() {
		letter.Intro = "Since " + r.at(of.Waits) + ". Nobody of your team has the dashboard open. These are the last messages:"
	}
	letter.Reason = "You get this mail because you answer visitors of " + of.company + "."
	l.open(of, letter)
	return letter, nil
}

// asked are those who are to take a conversation that waits: the assignee, or all who may.
func (l *Loop) asked(ctx context.Context, of *subject) ([]account.Membership, error) {
	members, err := l.Members.Members(ctx, of.Tenant)
	if err != nil {
		return nil, fmt.Errorf("read who may take a conversation: %w", err)
	}
	var able []account.Membership
	for _, member := range members {
		if member.Email == "" || !member.Role.May(account.Take) {
			continue
		}
		if member.User == of.Assignee {
			return []account.Membership{member}, nil
		}
		able = append(able, member)
	}
	return able, nil
}

// transcript brings all that was said to whoever asked for it. Only the visitor's
// own address gets the link, which speaks for them.
func (l *Loop) transcript(ctx context.Context, m chat.Mail, of *subject) (*letter, error) {
	to := m.To
	if to == "" {
		to = of.Contact.Email
	}
	if to == "" {
		return nil, nil
	}
	own := sameAddress(to, of.Contact.Email)
	r := of.forTeam()
	if own {
		r = of.forVisitor()
	}
	if err := r.read(ctx, l.Log, m.Ref, 0); err != nil {
		return nil, err
	}
	letter := of.letter(m, to)
	letter.Lines, letter.Cut = r.lines, r.cut
	letter.Reason = "You get this mail because somebody asked in a chat with " + of.company + " for this transcript, and gave your address."
	letter.subject = "A conversation with " + of.company
	if own {
		letter.subject = "Your conversation with " + of.company
		l.resume(of, letter)
	}
	return letter, nil
}

// mention tells a user of the notes that name them.
func (l *Loop) mention(ctx context.Context, m chat.Mail, of *subject) (*letter, error) {
	if of.Spam {
		return nil, nil
	}
	unread, err := l.unread(ctx, m, of)
	if err != nil || !unread {
		return nil, err
	}
	members, err := l.Members.Members(ctx, m.Tenant)
	if err != nil {
		return nil, fmt.Errorf("read whom a note names: %w", err)
	}
	i := slices.IndexFunc(members, func(member account.Membership) bool { return member.User == m.User })
	if i < 0 || members[i].Email == "" {
		return nil, nil
	}
	notes, err := l.Notes.Notes(ctx, m.Ref)
	if err != nil {
		return nil, fmt.Errorf("read the notes of a mail: %w", err)
	}
	letter := of.letter(m, members[i].Email)
	at, author := clock(of.zone, ""), ""
	for _, note := range notes {
		if note.Seq < m.Seq || !slices.Contains(note.Mentions, m.User) {
			continue
		}
		author = (&reader{}).name(note.Author)
		letter.Lines = append(letter.Lines, said{By: author, Kind: "note", At: at(note.At), Text: body(note.Text)})
	}
	if len(letter.Lines) == 0 {
		return nil, nil
	}
	if over := len(letter.Lines) - mentionLines; over > 0 {
		letter.Lines = letter.Lines[over:]
	}
	letter.subject = author + " mentioned you in a note"
	letter.Intro = "About the conversation with " + of.visitor() + "."
	letter.Hint = "Visitors do not see notes."
	letter.Reason = "You get this mail because a note names you, and you had not read it."
	l.open(of, letter)
	return letter, nil
}

// unread tells whether a mention still waits for its user. What is snoozed is in
// no such queue: it counts as unread.
func (l *Loop) unread(ctx context.Context, m chat.Mail, of *subject) (bool, error) {
	if of.Snoozed.After(time.Now()) {
		return true, nil
	}
	mentioned, _, err := l.Conversations.Conversations(ctx, m.Tenant, chat.ConversationFilter{
		Queue: chat.QueueMentions, User: m.User, Visitor: of.Visitor, Limit: eventsPage,
	})
	if err != nil {
		return false, fmt.Errorf("read a user's mentions: %w", err)
	}
	return slices.ContainsFunc(mentioned, func(c chat.Conversation) bool { return c.Ref == m.Ref }), nil
}
