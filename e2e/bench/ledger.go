package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"parley/persistence/testbed"
)

// answersEach is how many answers each visitor gets, one after the other, for the ledger.
const answersEach = 5

// ledgerOf measures what Postgres has to do for a message, an answer and a conversation: capacity is calculated from
// it (docs/capacity.md).
func ledgerOf(s sizes) experiment {
	var rows []row
	for _, of := range []string{"message", "answer", "conversation"} {
		rows = append(rows, row{"Postgres: CPU per " + of, "µs", nil}, row{"… commits per " + of, "1", nil},
			row{"… write-ahead log per " + of, "KiB", nil}, row{"… rows per " + of, "1", nil}, row{"… on disk per " + of, "KiB", nil})
	}
	return experiment{
		name: "ledger", rows: rows, once: true,
		parley: func(l *lab) []float64 {
			server := testbed.PostgresServer(l)
			url, _ := l.spawn("model", "-words", strconv.Itoa(s.words), "-hurried")
			at := startParley(l, (s.streams+answersOfBot-1)/answersOfBot, "DATABASE_URL="+server.URL(), "OPENAI_BASE_URL="+url, "OPENAI_API_KEY=sk-bench")
			books := openBooks(l, server)

			senders := at.crowd(s.sessions, nil)
			at.converse(senders)
			var acks float64
			messages := books.over(func() { acks, _ = at.together("messages in the ledger", senders, s.sending) })

			askers := at.crowd(s.streams, nil)
			at.hearAll(askers, 1)
			answers := books.over(func() { at.hearAll(askers, answersEach) })

			beginners := at.crowd(s.storm, nil)
			beginnings := books.over(func() { at.converse(beginners) })

			figures := messages.each(acks)
			figures = append(figures, answers.each(float64(answersEach*len(askers)))...)
			return append(figures, beginnings.each(float64(len(beginners)))...)
		},
	}
}

// hearAll has all visitors ask, and listen to the end, some times.
func (s *site) hearAll(visitors []*visitor, times int) {
	s.l.step("hear %d answers", times*len(visitors))
	s.l.all(len(visitors), len(visitors), func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		for range times {
			if _, err := visitors[i].hear(ctx, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// ledger is what a Postgres had to do.
type ledger struct {
	cpu     time.Duration // of all its processes
	commits float64       // of transactions that wrote
	log     float64       // bytes of the write-ahead log
	rows    float64
	bytes   float64 // of tables and their indexes, without what is dead
}

// each is what it had to do for each of so many things, in the order of the rows.
func (g ledger) each(things float64) []float64 {
	return []float64{microseconds(g.cpu) / things, g.commits / things, g.log / 1024 / things, g.rows / things, g.bytes / 1024 / things}
}

// books read ledgers.
type books struct {
	l      *lab
	db     *sql.DB
	server int // the process that all others of the database are children of
}

func openBooks(l *lab, server *testbed.Server) books {
	db, err := sql.Open("pgx", server.URL())
	l.must("open the database", err)
	db.SetMaxOpenConns(1)
	l.Cleanup(func() { _ = db.Close() })
	b := books{l: l, db: db}
	pid, err := os.ReadFile(filepath.Join(server.Folder(), "data", "postmaster.pid"))
	l.must("find the process of Postgres", err)
	_, err = fmt.Sscan(string(pid), &b.server)
	l.must("find the process of Postgres", err)
	return b
}

// over is what Postgres has to do while something is done, and a moment longer: what follows an acknowledgement counts, too.
func (b books) over(do func()) (cost ledger) {
	rows, size := b.sizes()
	cpu, commits, log := b.work()
	do()
	b.l.pause(time.Second)
	cost.cpu, cost.commits, cost.log = b.work()
	cost.rows, cost.bytes = b.sizes()
	return ledger{cost.cpu - cpu, cost.commits - commits - 1, cost.log - log, cost.rows - rows, cost.bytes - size}
}

// work is what was done so far.
func (b books) work() (cpu time.Duration, commits, log float64) {
	commits = b.number("SELECT pg_current_xact_id()::text::bigint") // one more itself
	log = b.number("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
	return b.cpu(), commits, log
}

// sizes is what is kept now.
func (b books) sizes() (rows, size float64) {
	b.l.step("count what Postgres keeps")
	_, err := b.db.ExecContext(b.l.ctx, "VACUUM FULL")
	b.l.must("remove what is dead", err)
	for _, name := range b.tables() {
		rows += b.number(`SELECT count(*) FROM "` + name + `"`)
		size += b.number(`SELECT pg_total_relation_size('"` + name + `"')`)
	}
	return rows, size
}

func (b books) tables() (names []string) {
	found, err := b.db.QueryContext(b.l.ctx, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
	b.l.must("list the tables", err)
	defer found.Close()
	for found.Next() {
		var name string
		b.l.must("list the tables", found.Scan(&name))
		names = append(names, name)
	}
	b.l.must("list the tables", found.Err())
	return names
}

func (b books) number(query string) (n float64) {
	b.l.must("ask Postgres", b.db.QueryRowContext(b.l.ctx, query).Scan(&n))
	return n
}

// hundredth is the unit in which /proc tells times.
const hundredth = 10 * time.Millisecond

// cpu is the time of the server and its children, those that have ended included.
func (b books) cpu() (spent time.Duration) {
	processes, err := filepath.Glob("/proc/[0-9]*/stat")
	b.l.must("list processes", err)
	for _, path := range processes {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// proc(5): "pid (name) state ppid …"; 14 to 17 are the times of the process, and of its children that were waited for.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		own, ended := b.ticks(fields[11:13]), b.ticks(fields[13:15])
		switch strconv.Itoa(b.server) {
		case filepath.Base(filepath.Dir(path)):
			spent += own + ended
		case fields[1]:
			spent += own
		}
	}
	return spent
}

func (b books) ticks(fields []string) (sum time.Duration) {
	for _, field := range fields {
		n, err := strconv.Atoi(field)
		b.l.must("read the time of a process", err)
		sum += time.Duration(n) * hundredth
	}
	return sum
}
