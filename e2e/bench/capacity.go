package main

import (
	"fmt"
	"math"
	"strings"
)

// What the page about capacity takes for granted. It says so, beside what each is good for.
const (
	busy        = 0.1  // of those who have the chat open, those who write
	thinking    = 60.0 // seconds from one message of theirs to the next
	wordsOf     = 150.0
	wordsPer    = 1000.0 / pace // in a second
	silence     = 25.0          // seconds after which a silent connection shows that it lives
	prompt      = 2000.0        // tokens that the model reads for an answer: passages, and what was said
	reply       = 200.0         // tokens that it writes: a word is a little more than one
	promptPrice = 0.15          // US dollars a million
	replyPrice  = 0.60
	busyHours   = 8.0

	// One of each, of which half is used.
	spare       = 0.5
	nodeCores   = 4.0
	nodeMemory  = 8.0 * (1 << 20) // KiB
	nodeAnswers = 1024.0          // that Parley lets a node write at once
	baseCores   = 8.0             // of the database's server
	baseCommits = 5000.0          // that its disk makes durable in a second: ordinary for an SSD without a network before it
	modelLimit  = 30_000.0        // requests in a minute, what large customers of a provider may ask
)

// measured is what capacity is calculated from. Each names its row of the performance page.
type measured struct{ of map[string]float64 }

// The rows.
const (
	idleRow         = "memory per idle visitor"
	spokenRow       = "… with a conversation in memory"
	restRow         = "memory at rest, demo bot loaded"
	botRow          = "memory per bot that knows a page"
	passageRow      = "memory per passage of a large bot"
	tokenRow        = "CPU per million streamed tokens, Postgres"
	messageRow      = "CPU per small message acknowledged, Postgres"
	pingRow         = "CPU per small message, no store: ping"
	backRow         = "… CPU per session loaded"
	ackRow          = "durable ack p50 at low rate, Postgres"
	baseMessageRow  = "Postgres: CPU per message"
	baseAnswerRow   = "Postgres: CPU per answer"
	logRow          = "… write-ahead log per answer"
	rowsMessageRow  = "… rows per message"
	rowsRow         = "… rows per answer"
	diskMessageRow  = "… on disk per message"
	diskRow         = "… on disk per answer"
	diskConvRow     = "… on disk per conversation"
	redisRow        = "Redis: memory per conversation in memory"
	redisNodeRow    = "… per node"
	redisCommandRow = "… commands per message"
)

// inputs are all of them, in the order of the page.
var inputs = []string{
	idleRow, spokenRow, restRow, botRow, passageRow, tokenRow, messageRow, pingRow, backRow, ackRow,
	baseMessageRow, baseAnswerRow, logRow, rowsMessageRow, rowsRow, diskMessageRow, diskRow, diskConvRow, redisRow, redisNodeRow, redisCommandRow,
}

func measuredBy(results []result) (m measured, err error) {
	m.of = map[string]float64{}
	for _, r := range results {
		if r.Parley != nil {
			m.of[r.Metric] = *r.Parley
		}
	}
	for _, name := range inputs {
		if _, known := m.of[name]; !known {
			return m, fmt.Errorf("capacity is calculated from %q, which was not measured", name)
		}
	}
	return m, nil
}

// load is what so many visitors who have the chat open at the same time need.
type load struct {
	visitors, writers       float64
	answers, words          float64 // in a second
	atOnce                  float64 // answers
	cores, memory           float64 // of all nodes, in cores and KiB
	nodes                   float64
	back                    float64 // seconds in which all of them come back
	baseCores, commits, log float64 // of Postgres; log in KiB a second
	disk                    float64 // KiB a day
	redis, commands         float64 // KiB, and in a second
	requests, dollars       float64 // of the model: in a minute, and in an hour
}

// loadOf calculates it: the page has the same formulas in words.
func (m measured) loadOf(visitors float64) (l load) {
	l.visitors, l.writers = visitors, busy*visitors
	l.answers = l.writers / thinking
	l.words = l.answers * wordsOf
	l.atOnce = l.answers * wordsOf / wordsPer
	l.cores = l.words*m.of[tokenRow]/1e6 + visitors/silence*m.of[pingRow]/1e6
	visitorsMemory := (visitors-l.writers)*m.of[idleRow] + l.writers*m.of[spokenRow]
	l.nodes = math.Ceil(max(l.cores/nodeCores, visitorsMemory/nodeMemory, l.atOnce/nodeAnswers) / spare)
	l.memory = visitorsMemory + l.nodes*m.of[restRow]*1024
	l.back = visitors * m.of[backRow] / 1e6 / (l.nodes * nodeCores)
	l.baseCores = l.answers * m.of[baseAnswerRow] / 1e6
	// Two commits an answer, unless a node's wait for the one before it and share the next.
	l.commits = min(2*l.answers, l.nodes*1000/m.of[ackRow])
	l.log = l.answers * m.of[logRow]
	l.disk = l.answers * m.of[diskRow] * busyHours * 3600
	l.redis = l.writers*m.of[redisRow] + l.nodes*m.of[redisNodeRow]
	l.commands = 2 * l.answers * m.of[redisCommandRow] // a question and its answer
	l.requests = 60 * l.answers
	l.dollars = 3600 * l.answers * (prompt*promptPrice + reply*replyPrice) / 1e6
	return l
}

// scales are the columns of the table that the page works out.
var scales = []float64{1e3, 1e4, 1e5, 1e6}

// worked is that table.
func (m measured) worked() string {
	lines := []struct {
		name string
		of   func(l load) string
	}{
		{"visitors who write", func(l load) string { return amount(l.writers) }},
		{"answers in a second", func(l load) string { return amount(l.answers) }},
		{"answers that are written at once", func(l load) string { return amount(l.atOnce) }},
		{"words streamed in a second", func(l load) string { return amount(l.words) }},
		{"**Parley**: cores that are busy", func(l load) string { return amount(l.cores) }},
		{"memory of all nodes", func(l load) string { return storage(l.memory) }},
		{"nodes of 4 cores and 8 GiB, half used", func(l load) string { return amount(l.nodes) }},
		{"everybody comes back after", func(l load) string { return amount(l.back) + " s" }},
		{"**Postgres**: cores that are busy", func(l load) string { return amount(l.baseCores) }},
		{"commits in a second, at most", func(l load) string { return amount(l.commits) }},
		{"write-ahead log in a second", func(l load) string { return storage(l.log) }},
		{"grows in a day of eight such hours by", func(l load) string { return storage(l.disk) }},
		{"**Redis**: memory", func(l load) string { return storage(l.redis) }},
		{"commands in a second", func(l load) string { return amount(l.commands) }},
		{"**The model**: requests in a minute", func(l load) string { return amount(l.requests) }},
		{"dollars in such an hour", func(l load) string { return amount(l.dollars) }},
	}
	var out strings.Builder
	out.WriteString("| chats that are open at the same time |")
	for _, visitors := range scales {
		out.WriteString(" " + thousands(int(visitors)) + " |")
	}
	out.WriteString("\n| --- |" + strings.Repeat(" ---: |", len(scales)) + "\n")
	for _, line := range lines {
		out.WriteString("| " + line.name + " |")
		for _, visitors := range scales {
			out.WriteString(" " + line.of(m.loadOf(visitors)) + " |")
		}
		out.WriteString("\n")
	}
	return out.String()
}

// table is what was measured, by the names of the rows.
func (m measured) table(results []result) string {
	units := map[string]string{}
	for _, r := range results {
		units[r.Metric] = r.Unit
	}
	var out strings.Builder
	out.WriteString("| row of `make bench` | measured |\n| --- | ---: |\n")
	for _, name := range inputs {
		figure, unit := m.of[name], units[name]
		if unit == "1" {
			unit = ""
		}
		fmt.Fprintf(&out, "| %s | %s |\n", name, strings.TrimSpace(digits(&figure)+" "+unit))
	}
	return out.String()
}

// amount writes two digits that matter, for what is an estimate.
func amount(f float64) string {
	if f < 10 {
		return fmt.Sprintf("%.2g", f)
	}
	unit := math.Pow(10, math.Floor(math.Log10(f))-1)
	return thousands(int(math.Round(f/unit) * unit))
}

// storage writes KiB in the unit that suits.
func storage(kib float64) string {
	unit := []string{"KiB", "MiB", "GiB", "TiB"}
	at := 0
	for kib >= 1000 && at < len(unit)-1 {
		kib, at = kib/1024, at+1
	}
	return amount(kib) + " " + unit[at]
}
