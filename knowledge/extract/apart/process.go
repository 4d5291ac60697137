package apart

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"syscall"
	"time"

	"parley/knowledge/extract"
)

// process is a child.
type process struct {
	cmd  *exec.Cmd
	kill context.CancelFunc
	in   io.WriteCloser
	out  *bufio.Reader
	said head

	ended bool
	err   error // what became of it, once it was not as it should be
}

// launch starts a child. An error is none of an original's.
func launch(ctx context.Context, command []string) (*process, error) {
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	p := &process{kill: kill}
	p.cmd = exec.CommandContext(life, command[0], command[1:]...) //nolint:gosec // this program, or a test's
	p.cmd.Args[0] = "parley"
	p.cmd.Env = []string{} // nil would be all of ours
	p.cmd.Stderr = &p.said
	p.cmd.WaitDelay = time.Second
	alone(p.cmd)
	in, err := p.cmd.StdinPipe()
	if err != nil {
		kill()
		return nil, fmt.Errorf("make a pipe to a child: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		kill()
		return nil, fmt.Errorf("make a pipe from a child: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		kill()
		return nil, fmt.Errorf("start a child: %w", err)
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 64<<10)
	return p, nil
}

// within runs an exchange with the child, and kills it when that takes longer than the limit or than ctx. Once an
// exchange has failed other than by the child's own word, so do all that follow.
func (p *process) within(ctx context.Context, limit time.Duration, exchange func() error) error {
	if p.err != nil {
		return p.err
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(limited, p.kill)
	err := exchange()
	intime := stop()
	var word *refusal
	if intime && (err == nil || errors.As(err, &word)) {
		if word != nil {
			return word.err
		}
		return nil
	}
	p.end()
	switch {
	case ctx.Err() != nil:
		p.err = ctx.Err()
	case !intime:
		p.err = extract.ErrTooSlow.Because(fmt.Errorf("a child took longer than %v", limit))
	default:
		p.err = p.verdict(err)
	}
	return p.err
}

// refusal is an error that the child itself tells of; it goes on.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }

// verdict says why a child ended that nobody ended.
func (p *process) verdict(err error) error {
	cause := fmt.Errorf("the child ended (%v): %w", p.cmd.ProcessState, err)
	status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case errors.Is(err, errGarbage):
		return extract.ErrBroken.Because(err) // we ended it
	case status.Signaled() && status.Signal() == syscall.SIGKILL, // by the kernel, whose memory was short
		p.said.has("out of memory"), p.said.has("cannot allocate memory"), // as Go says it
		p.said.has("failed to allocate"): // as the race detector does
		return extract.ErrTooBig.Because(cause)
	}
	return extract.ErrBroken.Because(cause)
}

// end kills the child and waits until it is gone.
func (p *process) end() {
	if p.ended {
		return
	}
	p.ended = true
	p.kill()
	_ = p.in.Close()
	_ = p.cmd.Wait() // what is to be known of its end is in its state
	if len(p.said.kept) > 0 {
		// Ours or a library's fault as much as the file's: it must be seen by whoever can mend it.
		slog.Error("extract: a child complained", "state", p.cmd.ProcessState.String(), "said", string(p.said.kept))
	}
}

// head is the beginning of what a child writes where nobody should: its cause of death.
type head struct{ kept []byte }

const maxHead = 2 << 10

func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), maxHead-len(h.kept))]...)
	return len(p), nil
}

func (h *head) has(words string) bool { return bytes.Contains(h.kept, []byte(words)) }

// receive gets a frame that must be of the wanted kind, or says what failed.
func (p *process) receive(limit int, want kind, into any) error {
	got, body, err := readFrame(p.out, limit)
	if err != nil {
		return err
	}
	return expect(got, want, body, into)
}

func expect(got, want kind, body []byte, into any) error {
	switch got {
	case want:
		return decode(body, into)
	case kindFailed:
		var f failed
		if err := decode(body, &f); err != nil {
			return err
		}
		return &refusal{f.err()}
	default:
		return fmt.Errorf("%w: %q", errGarbage, got)
	}
}
