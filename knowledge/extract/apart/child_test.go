package apart

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"parley/knowledge/extract"
)

// TestMain is also the program that tests start as a child: "child" and what it does.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "child" {
		if err := behave(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func behave(as string) error {
	switch as {
	case "well":
		return Child(os.Stdin, os.Stdout)
	case "silent":
		return nil
	case "babbling":
		_, err := os.Stdout.WriteString(strings.Repeat("No frame at all. ", 1000))
		return err
	case "boasting": // of a frame of 4 GB
		_, err := os.Stdout.Write(append([]byte("o\xff\xff\xff\xff"), make([]byte, 1<<10)...))
		return err
	}
	return serve(os.Stdin, os.Stdout, func(extract.Options) opener { return strange{as} })
}

// strange opens what does something that no original should make a parser do.
type strange struct{ as string }

func (s strange) Prepare(context.Context) error { return nil }
func (s strange) Close() error                  { return nil }

func (s strange) Open(context.Context, string, []byte) (extract.Document, error) {
	if what, when, _ := strings.Cut(s.as, " "); when == "at once" {
		misbehave(what)
	}
	return page(s), nil
}

var kept [][]byte

func misbehave(how string) {
	switch how {
	case "allocates":
		for {
			kept = append(kept, bytes.Repeat([]byte{1}, 16<<20))
		}
	case "loops":
		for i := 0; ; i++ {
			kept = nil
		}
	case "panics":
		go panic("in a goroutine that nobody guards")
		select {}
	case "recurses":
		var down func(int) int
		down = func(n int) int { return down(n+1) + down(n+2) }
		down(0)
	case "is killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "leaves":
		os.Exit(0)
	}
}

// page is the document of a strange original.
type page struct{ as string }

func (p page) Pages() int   { return 2 }
func (p page) Note() string { return "" }
func (p page) Close()       {}

func (p page) Title() string {
	switch p.as {
	case "environment":
		return strings.Join(os.Environ(), " ")
	case "priority":
		nice, _ := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
		score, _ := os.ReadFile("/proc/self/oom_score_adj")
		return fmt.Sprintf("%d %s", 20-nice, bytes.TrimSpace(score)) // the system call counts down from 20
	case "writing":
		file, err := os.CreateTemp("", "parley")
		if err != nil {
			return err.Error()
		}
		defer os.Remove(file.Name())
		defer file.Close()
		if _, err := file.WriteString("x"); err == nil {
			return "written"
		}
		return "refused"
	}
	return "A strange one"
}

func (p page) Read(_ context.Context, from int) ([]extract.Block, int, error) {
	switch p.as {
	case "floods":
		// All say the same, so that the child itself has little of it: what it says must be too much, not what it has.
		text, blocks := strings.Repeat("flood ", 100_000), make([]extract.Block, 300)
		for i := range blocks {
			blocks[i].Text = text
		}
		return blocks, from + 1, nil
	case "goes backwards":
		return nil, from, nil
	case "fails":
		return nil, from, fmt.Errorf("a cause for the log")
	case "refuses":
		return nil, from, extract.ErrEncrypted
	default:
		misbehave(p.as)
		return []extract.Block{{Text: "text"}}, from + 1, nil
	}
}
