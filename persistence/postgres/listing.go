package postgres

import (
	"strconv"
	"strings"
	"time"

	"parley/chat"
)

// listing is a list of conversations as SQL is asked for it. Its statement is put
// together from the parts below, for a database that saw all filters in one would
// find the index of none; values are always arguments. There are a few dozen
// statements, as many as there are queues, statuses and ways to narrow them.
//
// Each queue reads the index of its own (see the migration 00009), in its order, and
// no further than a page. A list that has no queue merges the statuses. What is
// narrowed to visitors or to a label is found by these first, and then sorted.
type listing struct {
	tenant string
	filter chat.ConversationFilter
	now    time.Time
	words  [][]byte // terms that the visitor must have, all of them
	from   position // what the page lies behind
	limit  int

	args []any
}

// narrowedTo is how many conversations, the latest, are looked through for a list that is
// narrowed to visitors or to a label.
const narrowedTo = 10_000

var statuses = []chat.Status{chat.WithBot, chat.Waiting, chat.WithAgent, chat.Closed}

// arg adds an argument, and returns its name.
func (l *listing) arg(value any) string {
	l.args = append(l.args, value)
	return "$" + strconv.Itoa(len(l.args))
}

// longestFirst tells whether a queue has those first that wait longest.
func longestFirst(queue chat.Queue) bool {
	return queue == chat.QueueWaiting || queue == chat.QueueUnassigned
}

// page returns the statement for the ids of a page and the times that they are sorted by.
func (l *listing) page() string {
	tenant := l.arg(l.tenant)
	source, rest := l.source(tenant), l.rest()
	column, order := "c.updated_at", "c.updated_at DESC, c.id DESC"
	if longestFirst(l.filter.Queue) {
		column, order = "c.waits_since", "c.waits_since, c.id"
	}
	limit := l.arg(int64(l.limit))
	var parts []string
	for _, condition := range l.conditions() {
		parts = append(parts, "SELECT c.id, "+column+" AS at FROM "+source+" WHERE c.tenant = "+tenant+" AND "+condition+rest+
			" ORDER BY "+order+" LIMIT "+limit)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	for i, part := range parts {
		parts[i] = "SELECT id, at FROM (" + part + ") AS part" + strconv.Itoa(i)
	}
	return strings.Join(parts, " UNION ALL ") + " ORDER BY at DESC, id DESC LIMIT " + limit
}

// narrowed tells whether the list is of certain visitors, or of a label.
func (l *listing) narrowed() bool {
	return l.filter.Visitor != "" || l.filter.Label != "" || len(l.words) > 0
}

// source is what is listed, called c. SQLite takes the tables of a CROSS JOIN in the order in which they stand, and
// Postgres as it likes. A list that is narrowed has a limit before its queue is looked at, which
// also keeps the databases from beginning with that.
func (l *listing) source(tenant string) string {
	if !l.narrowed() {
		return l.in(l.filter.Queue, tenant) + "conversations c"
	}
	first, where := "", "n.tenant = "+tenant
	if l.filter.Visitor != "" {
		where += " AND n.visitor = " + l.arg(l.filter.Visitor)
	}
	if l.filter.Label != "" {
		label := "SELECT s.conversation FROM conversation_labels s WHERE s.tenant = " + tenant + " AND s.label = " + l.arg(l.filter.Label)
		if l.filter.Visitor == "" && len(l.words) == 0 {
			first, where = "("+label+") AS labelled CROSS JOIN ", where+" AND n.id = labelled.conversation"
		} else {
			where += " AND n.id IN (" + label + ")"
		}
	}
	if len(l.words) > 0 {
		first = "(SELECT t.visitor FROM contact_terms t WHERE t.tenant = " + tenant + " AND t.term IN (" + l.terms() +
			") GROUP BY t.visitor HAVING COUNT(*) = " + l.arg(int64(len(l.words))) + ") AS found CROSS JOIN "
		where += " AND n.visitor = found.visitor"
	}
	return l.in(l.filter.Queue, tenant) +
		"(SELECT n.tenant, n.id, n.bot, n.status, n.spam, n.assignee, n.waits_since, n.snoozed_until, n.updated_at FROM " +
		first + "conversations n WHERE " + where + " ORDER BY n.updated_at DESC, n.id DESC LIMIT " + strconv.Itoa(narrowedTo) + ") AS c"
}

// in begins a source with the side records that say what is in a queue.
func (l *listing) in(queue chat.Queue, tenant string) string {
	if queue != chat.QueueMentions {
		return ""
	}
	return "(SELECT DISTINCT m.conversation FROM mentions m WHERE m.tenant = " + tenant + " AND m.user_id = " + l.arg(l.filter.User) +
		") AS named CROSS JOIN "
}

// terms are always as many, so that there is one statement for any number of words.
func (l *listing) terms() string {
	names := make([]string, maxTerms)
	for i := range names {
		names[i] = l.arg(l.words[min(i, len(l.words)-1)])
	}
	return strings.Join(names, ", ")
}

// conditions say what is in the queue, or of the status, that is asked for. The parts that they name are disjoint.
func (l *listing) conditions() []string {
	queue, status := l.filter.Queue, l.filter.Status
	if queue != "" && queue != chat.QueueSpam || l.narrowed() {
		condition := l.queued(queue)
		if status != "" {
			condition += " AND c.status = " + l.arg(string(status))
		}
		return []string{condition}
	}
	spam := []string{"c.spam = FALSE", "c.spam = TRUE"}
	if queue == chat.QueueSpam {
		spam = spam[1:]
	}
	of := statuses
	if status != "" {
		of = []chat.Status{status}
	}
	var parts []string
	for _, s := range spam {
		for _, status := range of {
			parts = append(parts, s+" AND c.status = "+l.arg(string(status)))
		}
	}
	return parts
}

// queued says what is in a queue. How a condition is written decides which index SQLite
// takes: NOT c.spam keeps it from that of the statuses.
func (l *listing) queued(queue chat.Queue) string {
	shown := func() string {
		return "(c.snoozed_until IS NULL OR c.snoozed_until <= " + l.arg(l.now) + ")"
	}
	switch queue {
	case "":
		return "TRUE"
	case chat.QueueMine:
		return "c.assignee <> '' AND c.assignee = " + l.arg(l.filter.User) + " AND NOT c.spam AND " + shown()
	case chat.QueueWaiting:
		return "c.status = 'waiting' AND NOT c.spam AND " + shown()
	case chat.QueueUnassigned:
		return "c.status = 'waiting' AND c.assignee = '' AND NOT c.spam AND " + shown()
	case chat.QueueTeam:
		return "c.spam = FALSE AND c.status = 'agent' AND " + shown()
	case chat.QueueBot:
		return "c.spam = FALSE AND c.status = 'bot' AND " + shown()
	case chat.QueueClosed:
		return "c.spam = FALSE AND c.status = 'closed' AND " + shown()
	case chat.QueueSnoozed:
		return "c.snoozed_until > " + l.arg(l.now) + " AND NOT c.spam"
	case chat.QueueMentions:
		return "c.id = named.conversation AND NOT c.spam AND " + shown()
	case chat.QueueSpam:
		return "c.spam = TRUE"
	}
	return "FALSE" // there is no such queue
}

// rest narrows every list alike. Bounds that nobody asked for lie beyond all times.
func (l *listing) rest() string {
	bot, since, until := l.arg(l.filter.Bot), storable(l.filter.Since), beforeAll.at
	if !l.filter.Until.IsZero() {
		until = storable(l.filter.Until)
	}
	condition := " AND (" + bot + " = '' OR c.bot = " + bot + ")"
	if longestFirst(l.filter.Queue) {
		from, id := l.arg(l.from.at), l.arg(l.from.id)
		return condition + " AND c.updated_at >= " + l.arg(since) + " AND c.updated_at <= " + l.arg(until) +
			" AND c.waits_since >= " + from + " AND (c.waits_since > " + from + " OR c.id > " + id + ")"
	}
	if l.from.at.Before(until) {
		until = l.from.at
	}
	from, id := l.arg(l.from.at), l.arg(l.from.id)
	return condition + " AND c.updated_at >= " + l.arg(since) + " AND c.updated_at <= " + l.arg(until) +
		" AND (c.updated_at < " + from + " OR c.id < " + id + ")"
}

// counts returns the statement that counts the conversations of each queue, limit at most.
func (l *listing) counts() string {
	tenant, limit := l.arg(l.tenant), l.arg(int64(l.limit))
	var parts []string
	for _, queue := range chat.Queues {
		parts = append(parts, "SELECT '"+string(queue)+"' AS queue, COUNT(*) AS conversations FROM (SELECT 1 AS one FROM "+
			l.in(queue, tenant)+"conversations c WHERE c.tenant = "+tenant+" AND "+l.queued(queue)+" LIMIT "+limit+") AS "+string(queue))
	}
	return strings.Join(parts, " UNION ALL ")
}
