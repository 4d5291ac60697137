package cluster

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"

	"parley/chat"
)

// What the processes of the test tell each other.
type (
	ping   struct{ Text string } // reply: *pong
	pong   struct{ Text, Trace string }
	fail   struct{} // reply: an error
	ask    struct{} // reply: *answer, which the asker does not know
	answer struct{}
	newer  struct{} // which the one who is asked does not know
	unsent struct{} // which no codec has
)

// roleOf says in its environment which process of the test this is: two actor systems in one would race in the
// logger that they share.
const roleOf = "PARLEY_TEST_ENVELOPE"

func TestMessagesTravelBetweenProcesses(t *testing.T) {
	switch os.Getenv(roleOf) {
	case "asked":
		beAsked(t)
	case "asker":
		askOthers(t)
	default:
		out, err := process(t, "asker").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

func process(t *testing.T, role string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=1m")
	cmd.Env = append(os.Environ(), roleOf+"="+role)
	return cmd
}

// join starts an actor system that others can reach.
func join(codec *Codec) *actor.ActorSystem {
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
	carry(system, codec)
	remote.NewRemote(system, remote.Configure("127.0.0.1", 0)).Start()
	return system
}

// beAsked answers until its input ends.
func beAsked(t *testing.T) {
	codec := NewCodec(ByPointer[ping]("ping"), ByPointer[pong]("pong"), ByPointer[fail]("fail"), ByPointer[ask]("ask"), ByPointer[answer]("answer"))
	system := join(codec)
	props := actor.PropsFromFunc(func(ctx actor.Context) {
		call, ok := codec.Received(ctx).(*Call)
		if !ok {
			return
		}
		switch m := call.Message.(type) {
		case *ping:
			ctx.Respond(&pong{m.Text, call.Trace})
		case *fail:
			ctx.Respond(fmt.Errorf("look: %w", chat.ErrNotFound.Because(errors.New("with a secret"))))
		case *ask:
			ctx.Respond(&answer{})
		}
	})
	if _, err := system.Root.SpawnNamed(props, "asked"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("address " + system.Address())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func askOthers(t *testing.T) {
	other := process(t, "asked")
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stdin.Close()
		_ = other.Wait()
	}()
	address := ""
	for lines := bufio.NewScanner(stdout); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "address ")
	}
	codec := NewCodec(ByPointer[ping]("ping"), ByPointer[pong]("pong"), ByPointer[fail]("fail"), ByPointer[ask]("ask"), ByPointer[newer]("newer"))
	system := join(codec)
	pid := actor.NewPID(address, "asked")
	// So long that nobody could take the time-out for an answer.
	request := func(to *actor.PID, message any) (any, error) {
		reply, err := system.Root.RequestFuture(to, message, 45*time.Second).Result()
		return codec.Open(reply), err
	}
	greet := func(when string) {
		t.Helper()
		reply, err := request(pid, &Call{ID: 1, Trace: "00-aa-bb-01", Message: &ping{"hello \xc3"}})
		if got, ok := reply.(*pong); !ok || *got != (pong{"hello \xc3", "00-aa-bb-01"}) {
			t.Fatalf("%s: got %+v, %v", when, reply, err)
		}
	}
	refused := func(what string, want error, to *actor.PID, message any) {
		t.Helper()
		reply, err := request(to, message)
		if got, ok := reply.(error); !ok || !errors.Is(got, want) || strings.Contains(got.Error(), "secret") {
			t.Errorf("%s: got %+v, %v", what, reply, err)
		}
		greet("after " + what)
	}
	greet("at first")
	refused("an error", chat.ErrNotFound, pid, &Call{ID: 2, Message: &fail{}})
	refused("a call of a newer version", chat.ErrUnavailable, pid, &Call{ID: 3, Message: &newer{}})
	refused("a request of a newer version", chat.ErrUnavailable, pid, &newer{})
	refused("a reply that is not known here", chat.ErrUnavailable, pid, &Call{ID: 4, Message: &ask{}})
	refused("broken data", chat.ErrUnavailable, pid, &Envelope{Kind: "ping", Data: []byte{0xa1, 0x64}})
	refused("what no codec has", chat.ErrUnavailable, pid, &unsent{})
	system.Root.Send(pid, &newer{})
	greet("after something newer that nobody waits for")
	if _, err := request(actor.NewPID(address, "nobody"), &Call{ID: 5, Message: &ping{}}); !errors.Is(err, actor.ErrDeadLetter) && !errors.Is(err, remote.ErrDeadLetter) {
		t.Errorf("nobody answered %v", err)
	}
}

func TestACodecWithTwoKindsOfOneNameIsRefused(t *testing.T) {
	for name, kinds := range map[string][]Kind{
		"name": {ByPointer[ping]("ping"), ByPointer[pong]("ping")},
		"type": {ByPointer[ping]("ping"), ByPointer[ping]("pong")},
		"ours": {ByPointer[ping]("again")},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			NewCodec(kinds...)
		}()
	}
}
