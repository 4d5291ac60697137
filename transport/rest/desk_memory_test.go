package rest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/chat"
)

// sides is what inMemory keeps of one conversation beside its log.
type sides struct {
	notes      []chat.Note
	activities []chat.Activity
	marks      map[string]int64
	mentioned  map[string]bool // users who have yet to read a note that names them
}

// deskBook is what inMemory keeps of desks beside conversations.
type deskBook struct {
	labels  []chat.Label
	replies []chat.Reply
	mails   []chat.Mail
}

// matches tells whether a conversation is in a list.
func (k *kept) matches(f chat.ConversationFilter) bool {
	c := k.summary
	about := strings.Fields(strings.ToLower(strings.Join([]string{c.Contact.Name, c.Contact.Email, c.Contact.Phone}, " ")))
	return (f.Status == "" || c.Status == f.Status) && (f.Bot == "" || c.Bot == f.Bot) && (f.Visitor == "" || c.Visitor == f.Visitor) &&
		(f.Label == "" || slices.Contains(c.Labels, f.Label)) && (f.Cursor == "" || c.Conversation < f.Cursor) &&
		(f.Since.IsZero() || !c.UpdatedAt.Before(f.Since)) && (f.Until.IsZero() || c.UpdatedAt.Before(f.Until)) &&
		!slices.ContainsFunc(f.Words, func(word string) bool { return !slices.Contains(about, strings.ToLower(word)) }) &&
		(f.Queue == "" || k.queues(f.User)[f.Queue])
}

// queues are those in which a user finds a conversation.
func (k *kept) queues(user string) map[chat.Queue]bool {
	c := k.summary
	in := map[chat.Queue]bool{chat.QueueMentions: k.mentioned[user]}
	switch {
	case c.Spam:
		return map[chat.Queue]bool{chat.QueueSpam: true}
	case c.Snoozed.After(time.Now()):
		in[chat.QueueSnoozed] = true
		return in
	case c.Status == chat.Waiting:
		in[chat.QueueWaiting], in[chat.QueueUnassigned] = true, c.Assignee == ""
	case c.Status == chat.WithAgent:
		in[chat.QueueTeam] = true
	case c.Status == chat.Closed:
		in[chat.QueueClosed] = true
	default:
		in[chat.QueueBot] = true
	}
	in[chat.QueueMine] = c.Assignee == user && (c.Status == chat.Waiting || c.Status == chat.WithAgent)
	return in
}

// summaryFor is a conversation as a list shows it to a user.
func (k *kept) summaryFor(user string) chat.Conversation {
	c := k.summary
	if user != "" {
		c.Read = k.marks[user]
	}
	return c
}

func (m *inMemory) Summaries(_ context.Context, tenant string, ids []string) ([]chat.Conversation, error) {
	defer m.lock()()
	var found []chat.Conversation
	for _, id := range ids {
		if k := m.conversations[chat.Ref{Tenant: tenant, Conversation: id}]; k != nil {
			found = append(found, k.summary)
		}
	}
	return found, nil
}

func (m *inMemory) Counts(_ context.Context, tenant, user string) (map[chat.Queue]int, error) {
	defer m.lock()()
	counts := map[chat.Queue]int{}
	for ref, k := range m.conversations {
		for queue, in := range k.queues(user) {
			if in && ref.Tenant == tenant {
				counts[queue]++
			}
		}
	}
	return counts, nil
}

// Triage.

func (m *inMemory) change(ref chat.Ref, change func(*kept) error) error {
	defer m.lock()()
	k := m.conversations[ref]
	if k == nil {
		return chat.ErrNotFound
	}
	return change(k)
}

// note keeps that something was done. Its owner holds the lock.
func (k *kept) note(by string, kind chat.ActivityKind, target string) {
	k.activities = append(k.activities, chat.Activity{
		ID: chat.NewID(chat.ActivityPrefix), Ref: k.summary.Ref, Seq: k.summary.Head, At: time.Now().UTC().Truncate(time.Millisecond), By: by, Kind: kind, Target: target,
	})
}

func (m *inMemory) Assign(_ context.Context, ref chat.Ref, by, to string) error {
	return m.change(ref, func(k *kept) error {
		k.note(by, chat.Assigned, to)
		k.summary.Assignee = to
		return nil
	})
}

func (m *inMemory) Snooze(_ context.Context, ref chat.Ref, by string, until time.Time) error {
	return m.change(ref, func(k *kept) error {
		switch {
		case k.summary.Snoozed.Equal(until):
		case until.IsZero():
			k.note(by, chat.Unsnoozed, "")
		default:
			k.note(by, chat.Snoozed, until.Format(time.RFC3339))
		}
		k.summary.Snoozed = until
		return nil
	})
}

func (m *inMemory) MarkSpam(_ context.Context, ref chat.Ref, by string, spam bool) error {
	return m.change(ref, func(k *kept) error {
		if k.summary.Spam != spam {
			k.note(by, map[bool]chat.ActivityKind{true: chat.Spam, false: chat.NotSpam}[spam], "")
		}
		k.summary.Spam = spam
		return nil
	})
}

func (m *inMemory) SetLabels(_ context.Context, ref chat.Ref, by string, labels []string) error {
	return m.change(ref, func(k *kept) error {
		for _, id := range labels {
			if m.findLabel(ref.Tenant, id) < 0 {
				return chat.ErrNotFound
			}
		}
		for _, id := range labels {
			if !slices.Contains(k.summary.Labels, id) {
				k.note(by, chat.Labelled, id)
			}
		}
		for _, id := range k.summary.Labels {
			if !slices.Contains(labels, id) {
				k.note(by, chat.Unlabelled, id)
			}
		}
		k.summary.Labels = labels
		return nil
	})
}

func (m *inMemory) Block(_ context.Context, ref chat.Ref, by string, blocked bool) error {
	return m.change(ref, func(k *kept) error {
		if k.summary.Blocked != blocked {
			k.note(by, map[bool]chat.ActivityKind{true: chat.Blocked, false: chat.Unblocked}[blocked], "")
		}
		for other, theirs := range m.conversations {
			if other.Tenant == ref.Tenant && theirs.summary.Visitor == k.summary.Visitor {
				theirs.summary.Blocked = blocked
			}
		}
		return nil
	})
}

func (m *inMemory) Activities(_ context.Context, ref chat.Ref) (all []chat.Activity, err error) {
	err = m.change(ref, func(k *kept) error { all = slices.Clone(k.activities); return nil })
	return all, err
}

// Notes and reads.

func (m *inMemory) AddNote(_ context.Context, note chat.Note) (chat.Note, error) {
	err := m.change(note.Ref, func(k *kept) error {
		if i := slices.IndexFunc(k.notes, func(n chat.Note) bool { return n.ClientID == note.ClientID && n.ClientID != "" }); i >= 0 {
			note = k.notes[i]
			return nil
		}
		for _, user := range note.Mentions {
			if at, _ := m.membership(note.Tenant, user); at < 0 {
				return chat.ErrNotFound
			}
		}
		note.Seq = k.summary.Head
		k.notes = append(k.notes, note)
		for _, user := range note.Mentions {
			k.mentioned[user] = true
		}
		return nil
	})
	return note, err
}

func (m *inMemory) Notes(_ context.Context, ref chat.Ref) (all []chat.Note, err error) {
	err = m.change(ref, func(k *kept) error { all = slices.Clone(k.notes); return nil })
	return all, err
}

func (m *inMemory) ReadMentions(_ context.Context, ref chat.Ref, user string) error {
	return m.change(ref, func(k *kept) error { delete(k.mentioned, user); return nil })
}

func (m *inMemory) MarkRead(_ context.Context, ref chat.Ref, reader string, seq int64) error {
	return m.change(ref, func(k *kept) error { k.marks[reader] = max(k.marks[reader], seq); return nil })
}

func (m *inMemory) ReadMarks(_ context.Context, ref chat.Ref) (marks map[string]int64, err error) {
	err = m.change(ref, func(k *kept) error { marks = maps.Clone(k.marks); return nil })
	return marks, err
}

// Mails.

func (m *inMemory) PlanMail(_ context.Context, mail chat.Mail) error {
	defer m.lock()()
	m.desk.mails = append(m.desk.mails, mail)
	return nil
}

// Labels and replies.

func (m *inMemory) findLabel(tenant, id string) int {
	return slices.IndexFunc(m.desk.labels, func(l chat.Label) bool { return l.Tenant == tenant && l.ID == id })
}

func (m *inMemory) Labels(_ context.Context, tenant string) ([]chat.Label, error) {
	defer m.lock()()
	all := slices.DeleteFunc(slices.Clone(m.desk.labels), func(l chat.Label) bool { return l.Tenant != tenant })
	slices.SortFunc(all, func(a, b chat.Label) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func (m *inMemory) PutLabel(_ context.Context, label chat.Label) error {
	defer m.lock()()
	for _, l := range m.desk.labels {
		if l.Tenant == label.Tenant && l.ID != label.ID && strings.EqualFold(l.Name, label.Name) {
			return chat.Fail(chat.Conflict, "label_taken", "There is a label of this name.")
		}
	}
	m.desk.labels = slices.DeleteFunc(m.desk.labels, func(l chat.Label) bool { return l.Tenant == label.Tenant && l.ID == label.ID })
	m.desk.labels = append(m.desk.labels, label)
	return nil
}

func (m *inMemory) DeleteLabel(_ context.Context, tenant, id string) error {
	defer m.lock()()
	i := m.findLabel(tenant, id)
	if i < 0 {
		return chat.ErrNotFound
	}
	m.desk.labels = slices.Delete(m.desk.labels, i, i+1)
	for _, k := range m.conversations {
		k.summary.Labels = slices.DeleteFunc(slices.Clone(k.summary.Labels), func(l string) bool { return l == id })
	}
	return nil
}

func (m *inMemory) Replies(_ context.Context, tenant string) ([]chat.Reply, error) {
	defer m.lock()()
	all := slices.DeleteFunc(slices.Clone(m.desk.replies), func(r chat.Reply) bool { return r.Tenant != tenant })
	slices.SortFunc(all, func(a, b chat.Reply) int { return cmp.Compare(a.Shortcut, b.Shortcut) })
	return all, nil
}

func (m *inMemory) PutReply(_ context.Context, reply chat.Reply) error {
	defer m.lock()()
	for _, r := range m.desk.replies {
		if r.Tenant == reply.Tenant && r.ID != reply.ID && r.Shortcut == reply.Shortcut {
			return chat.Fail(chat.Conflict, "shortcut_taken", "There is a reply of this shortcut.")
		}
	}
	m.desk.replies = slices.DeleteFunc(m.desk.replies, func(r chat.Reply) bool { return r.Tenant == reply.Tenant && r.ID == reply.ID })
	m.desk.replies = append(m.desk.replies, reply)
	return nil
}

func (m *inMemory) DeleteReply(_ context.Context, tenant, id string) error {
	defer m.lock()()
	i := slices.IndexFunc(m.desk.replies, func(r chat.Reply) bool { return r.Tenant == tenant && r.ID == id })
	if i < 0 {
		return chat.ErrNotFound
	}
	m.desk.replies = slices.Delete(m.desk.replies, i, i+1)
	return nil
}
