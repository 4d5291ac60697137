package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// atMost bounds a whole run: what hangs is a failure, not a figure.
const atMost = 30 * time.Minute

// sizes are what the flags say about how much is measured.
type sizes struct {
	rounds   int
	idle     int // connections that do nothing
	sessions int // that send at the same time
	sending  time.Duration
	slow     int // messages sent one by one
	typists  int // visitors who are seen typing
	bursts   int // of their typing
	watchers int // of one conversation
	shown    int // messages to them
	streams  int // answers at the same time
	words    int // of an answer
	long     int // words of an answer without pauses
	steady   int // answers at the same time, at most
	storm    int // sessions that come back together
	passages int // of a large bot
	searches int // in it
	turns    int // of each number of nodes, to work
	each     int // messages of a visitor in such a turn
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "floor":
			exit(serveFloor(os.Args[2:]))
		case "model":
			exit(serveModel(os.Args[2:]))
		}
	}
	var s sizes
	flag.IntVar(&s.rounds, "rounds", 3, "measure each side this `often`, in turn")
	flag.IntVar(&s.idle, "idle", 10_000, "`visitors` that are connected and say nothing")
	flag.IntVar(&s.sessions, "sessions", 64, "`visitors` that send messages at the same time")
	flag.DurationVar(&s.sending, "sending", 2*time.Second, "how `long` they do")
	flag.IntVar(&s.slow, "slow", 50, "`messages` sent at a low rate")
	flag.IntVar(&s.streams, "streams", 100, "`answers` streamed at the same time")
	flag.IntVar(&s.words, "words", 150, "`words` of such an answer, 50 in a second")
	flag.IntVar(&s.typists, "typists", 500, "`visitors` who are seen typing")
	flag.IntVar(&s.bursts, "bursts", 4, "how `often` they are")
	flag.IntVar(&s.watchers, "watchers", 1000, "`tabs` that watch one conversation")
	flag.IntVar(&s.shown, "shown", 40, "`messages` that they are shown")
	flag.IntVar(&s.long, "long", 4000, "`words` of an answer of a model without delay")
	flag.IntVar(&s.steady, "steady", 500, "most `answers` streamed at the same time, tried in fifths")
	flag.IntVar(&s.passages, "passages", 10_000, "`passages` of a bot that is searched")
	flag.IntVar(&s.searches, "searches", 300, "`searches` in it")
	flag.IntVar(&s.turns, "turns", 2, "`turns` of work for each number of nodes")
	flag.IntVar(&s.each, "each", 40, "`messages` of a visitor in such a turn")
	flag.IntVar(&s.storm, "storm", 2000, "`visitors` that come back at the same time")
	only := flag.String("only", "", "measure only what has a name that matches this `expression`")
	binary := flag.String("binary", "bin/parley", "`path` of the parley to measure")
	docs := flag.String("docs", "", "write lines, table and plot below this `folder` too; all rows must be measured")
	from := flag.String("from", "", "measure nothing: take the lines of this `file`")
	profile := flag.String("profile", "", "write profiles of Parley into this `folder`; what is measured meanwhile is no figure")
	flag.Parse()
	if *from != "" {
		exit(again(*from, *docs))
	}
	if *profile != "" {
		var err error
		if profiling, err = newProfiler(*profile); err != nil {
			exit(err)
		}
		*binary = profiling.binary
	}
	exit(run(s, *only, *binary, *docs))
}

// again prints what was measured before.
func again(lines, docs string) error {
	file, err := os.Open(lines)
	if err != nil {
		return fmt.Errorf("read what was measured: %w", err)
	}
	defer file.Close()
	results, err := readLines(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", lines, err)
	}
	printTable(os.Stderr, results)
	if docs == "" {
		return nil
	}
	return publish(docs, results)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run measures everything and prints it. It returns an error if anything could not be measured.
func run(s sizes, only, binary, docs string) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("read -only: %w", err)
	}
	if docs != "" && (only != "" || profiling != nil) {
		return errors.New("-docs: the rows of a page are all of one run, undisturbed; leave -only and -profile out")
	}
	if s.rounds < 1 {
		return fmt.Errorf("-rounds is %d, must be 1 or more", s.rounds)
	}
	if _, err := os.Stat(binary); err != nil {
		return fmt.Errorf("find parley, which `make build` builds: %w", err)
	}
	// Package server asks for it there.
	if err := os.Setenv("PARLEY_E2E_BINARY", binary); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()

	var results []result
	var failed []string
	for _, e := range experiments(s, binary) {
		if !chosen.MatchString(e.name) {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		begun := time.Now()
		measured, err := e.run(ctx, s.rounds, stepAtMost)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", e.name, err)
			failed = append(failed, e.name)
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: measured in %.0f s\n", e.name, time.Since(begun).Seconds())
		results = append(results, measured...)
	}
	if err := printLines(os.Stdout, results); err != nil {
		return err
	}
	if len(results) > 0 {
		printTable(os.Stderr, results)
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ended early: %w", context.Cause(ctx))
	case len(failed) > 0:
		return fmt.Errorf("could not be measured: %v", failed)
	case docs != "":
		return publish(docs, results)
	}
	return nil
}
