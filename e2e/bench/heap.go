package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
)

// part is a group of what a process holds in memory.
type part struct {
	name string
	// of has beginnings of functions' names: an object belongs to the first part with a function on the stack that made it.
	of []string
}

// parts are what a visitor's memory consists of. The kernel's share of a connection is in none of them.
var parts = []part{
	{"the session's actor and mailbox", []string{
		"github.com/asynkron/protoactor-go/actor.(*Props).", "github.com/asynkron/protoactor-go/actor.(*actorContext).", "github.com/asynkron/protoactor-go/actor.new",
		"parley/actors.Start.func",
	}},
	{"who watches, and the registry of processes", []string{
		"parley/actors.(*Engine).watch", "github.com/asynkron/protoactor-go/actor.(*ProcessRegistryValue).", "parley/actors.(*session).attach",
	}},
	{"where sessions are: placement and addresses", []string{"parley/actors/cluster.", "github.com/asynkron/protoactor-go/cluster.", "github.com/asynkron/protoactor-go/remote."}},
	{"the conversation: state and memory", []string{"parley/actors.", "parley/persistence", "parley/chat."}},
	{"the websocket and its buffers", []string{"github.com/coder/websocket.", "parley/transport/socket.(*handshake)."}},
	{"the connection: session, queue, timer", []string{"parley/transport/socket."}},
	{"HTTP, and the socket of the system", []string{"net/http.", "net.", "internal/poll.", "os.", "crypto/", "net/textproto."}},
}

// Parts that are not made by functions of ours.
const (
	otherHeap = "other objects"
	stacks    = "stacks of goroutines"
	runtimes  = "the runtime's tables"
)

// contents is what a process holds, in bytes by part.
type contents map[string]float64

func (c contents) sum() (all float64) {
	for _, held := range c {
		all += held
	}
	return all
}

// exactly has a process take note of more objects than it does by itself: one for each so many bytes.
const exactly = "GODEBUG=memprofilerate=4096"

// contents asks the process of a site what it holds, after a collection of garbage.
func (s *site) contents(admin string) contents {
	response, err := http.Get("http://" + admin + "/debug/pprof/heap?gc=1&debug=1")
	s.l.must("ask for a heap profile", err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.l.must("read a heap profile", err)
	if response.StatusCode != http.StatusOK {
		s.l.Fatalf("ask for a heap profile: %s", text)
	}
	held, err := readHeap(text)
	s.l.must("read a heap profile", err)
	return held
}

// readHeap reads the text form of a heap profile of Go (runtime/pprof, debug=1).
func readHeap(text []byte) (contents, error) {
	held := contents{}
	var rate, bytesOfRecord float64
	var functions []string
	record := func() {
		if bytesOfRecord > 0 {
			held[partOf(functions)] += bytesOfRecord
		}
		bytesOfRecord, functions = 0, functions[:0]
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		var count, size, twice float64
		var address, function string
		switch {
		case strings.HasPrefix(line, "heap profile:"):
			_, header, _ := strings.Cut(line, "@ heap/")
			if n, _ := fmt.Sscanf(header, "%f", &twice); n != 1 {
				return nil, fmt.Errorf("a heap profile begins with %q", line)
			}
			rate = twice / 2 // as runtime/pprof has it
		case strings.HasPrefix(line, "#\t"):
			if n, _ := fmt.Sscanf(line, "#\t%s\t%s", &address, &function); n == 2 {
				functions = append(functions, function)
			}
		case strings.HasPrefix(line, "# "):
			record()
			held.add(line)
		default:
			record()
			if n, _ := fmt.Sscanf(line, "%f: %f [", &count, &size); n == 2 && count > 0 {
				bytesOfRecord = size / sampled(size/count, rate)
			}
		}
	}
	if rate == 0 {
		return nil, fmt.Errorf("a heap profile is empty: %.100s", text)
	}
	return held, lines.Err()
}

// sampled is the part of all objects of a size that a profile has: each byte is as likely to have one taken.
func sampled(size, rate float64) float64 {
	if rate <= 1 {
		return 1
	}
	return 1 - math.Exp(-size/rate)
}

// partOf is the part of an object, by the functions that made it, the innermost first.
func partOf(functions []string) string {
	for _, p := range parts {
		for _, function := range functions {
			for _, begins := range p.of {
				if strings.HasPrefix(function, begins) {
					return p.name
				}
			}
		}
	}
	return otherHeap
}

// add takes a figure of runtime.MemStats, if it is of memory that no object has.
func (c contents) add(line string) {
	for name, of := range map[string]string{"Stack": stacks, "MSpan": runtimes, "MCache": runtimes, "GCSys": runtimes, "OtherSys": runtimes} {
		var used float64
		if n, _ := fmt.Sscanf(line, "# "+name+" = %f", &used); n == 1 {
			c[of] += used
		}
	}
}
