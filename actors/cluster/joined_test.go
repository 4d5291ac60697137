package cluster

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Nodes in these tests are processes of this program: two in one would race in the logger that they share.
const memberOf = "PARLEY_TEST_MEMBER" // socket of what they share; address; secret

func TestMain(m *testing.M) {
	if role := os.Getenv(memberOf); role != "" {
		if err := beMember(strings.Fields(role)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

type (
	whereAsk struct{}
	whereIs  struct {
		Node, Activation string
		Told             int
	}
	whereTell struct{}
)

// settler is an actor that tells where it is.
type settler struct {
	node    *atomic.Pointer[Node]
	count   *atomic.Int64
	me      whereIs
	retired bool
}

func (s *settler) Receive(ctx actor.Context) {
	switch settlers.Received(ctx).(type) {
	case *Placed:
		s.me = whereIs{Activation: fmt.Sprint(os.Getpid(), "-", s.count.Add(1))}
	case *Call:
		if s.retired {
			ctx.Respond(&Again{})
			return
		}
		s.me.Node = ctx.Self().Address
		ctx.Respond(&s.me)
	case *whereTell:
		s.me.Told++
	case *Vacate:
		s.retired = true
		s.node.Load().Retire(ctx.Self())
	}
}

var settlers = NewCodec(ByPointer[whereAsk]("where_ask"), ByPointer[whereIs]("where_is"), ByPointer[whereTell]("where_tell"))

// beMember is a node: it does what it is told line by line, and answers each with a line.
func beMember(args []string) error {
	client, err := rpc.Dial("unix", args[0])
	if err != nil {
		return err
	}
	var self atomic.Pointer[Node]
	var activations atomic.Int64
	n, err := Start(Config{
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)), Codec: settlers,
		Address: args[1], Secret: []byte(args[2]), TTL: sharedTTL, Membership: far{client}, Placements: far{client},
		Kinds: map[string]*actor.Props{"settler": actor.PropsFromProducer(func() actor.Actor {
			return &settler{node: &self, count: &activations}
		})},
	})
	if err != nil {
		return err
	}
	self.Store(n)
	n.Open()
	fmt.Println("> ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		words := strings.Fields(in.Text())
		switch words[0] {
		case "ask":
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			reply, _, err := n.Request(ctx, "settler", words[1], "", &whereAsk{})
			cancel()
			if is, ok := reply.(*whereIs); ok {
				fmt.Println(">", is.Node, is.Activation)
			} else {
				fmt.Println("> error", strings.ReplaceAll(fmt.Sprint(reply, err), "\n", " "))
			}
		case "told":
			reply, _, _ := n.Request(context.Background(), "settler", words[1], "", &whereAsk{})
			is, _ := reply.(*whereIs)
			fmt.Println(">", is.Told)
		case "tell":
			n.Tell("settler", words[1], &whereTell{})
			fmt.Println("> ok")
		case "drain":
			n.Drain()
			fmt.Println("> ok")
		case "here":
			fmt.Println(">", len(n.Here("settler")))
		case "see":
			fmt.Println(">", len(n.Members()), n.Stats().Evictions, n.Aside())
		}
	}
	n.Stop()
	return nil
}

// member is a node as its test has it.
type member struct {
	t       *testing.T
	address string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	errors  *bytes.Buffer
	mutex   sync.Mutex
}

func join3(t *testing.T, s *shared) []*member {
	t.Helper()
	members := make([]*member, 3)
	var wait sync.WaitGroup
	for i := range members {
		members[i] = newMember(t, s, strings.Repeat("s", 32))
		wait.Go(func() { members[i].read() })
	}
	wait.Wait()
	for _, m := range members {
		m.until("see", "3 0 false")
	}
	return members
}

func newMember(t *testing.T, s *shared, secret string) *member {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &member{t: t, address: listener.Addr().String(), errors: &bytes.Buffer{}}
	_ = listener.Close()
	m.process = exec.CommandContext(t.Context(), os.Args[0])
	m.process.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %s", memberOf, s.socket, m.address, secret))
	m.process.Stderr = m.errors
	out, err := m.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if m.in, err = m.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	m.out = bufio.NewScanner(out)
	if err := m.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		m.kill()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", m.address, m.errors)
		}
	})
	return m
}

func (m *member) kill() {
	_ = m.process.Process.Kill()
	_ = m.process.Wait()
}

func (m *member) read() string {
	for m.out.Scan() {
		if line, ok := strings.CutPrefix(m.out.Text(), "> "); ok {
			return line
		}
	}
	m.t.Errorf("%s has ended", m.address)
	return ""
}

func (m *member) tell(line string) string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	fmt.Fprintln(m.in, line)
	return m.read()
}

// ask tells where an identity is, and which activation.
func (m *member) ask(identity string) (address, activation string) {
	address, activation, _ = strings.Cut(m.tell("ask "+identity), " ")
	return address, activation
}

func (m *member) until(command, want string) {
	m.t.Helper()
	got := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = m.tell(command); got == want {
			return
		}
	}
	m.t.Fatalf("%s: %s is %q, want %q", m.address, command, got, want)
}

// sameEverywhere returns where all members find an identity.
func sameEverywhere(t *testing.T, members []*member, identity string) (address, activation string) {
	t.Helper()
	for i, m := range members {
		a, n := m.ask(identity)
		if i == 0 {
			address, activation = a, n
		}
		if a != address || n != activation {
			t.Errorf("%s: one finds %s %s, another %s %s", identity, address, activation, a, n)
		}
	}
	return address, activation
}

func TestAnIdentityIsInOnePlaceForAllNodes(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	const identities = 60
	var wait sync.WaitGroup
	for _, m := range members { // all at once
		wait.Go(func() {
			for i := range identities {
				m.ask(fmt.Sprint("tnt/", i))
			}
		})
	}
	wait.Wait()
	for i := range identities {
		sameEverywhere(t, members, fmt.Sprint("tnt/", i))
	}
	if address, _ := members[1].ask("tnt/own"); address != members[1].address {
		t.Errorf("it is at %s, and not with who asked for it first", address)
	}
	sum := 0
	for _, m := range members {
		var n int
		_, _ = fmt.Sscan(m.tell("here"), &n)
		sum += n
	}
	if sum != identities+1 {
		t.Errorf("%d activations of %d identities", sum, identities+1)
	}
}

func TestANodeThatDrainsHandsOver(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	_, before := members[0].ask("tnt/a")
	members[0].tell("drain")
	members[0].until("here", "0")
	address, after := sameEverywhere(t, members, "tnt/a")
	if address == members[0].address || after == before {
		t.Errorf("still at %s, activation %s", address, after)
	}
	if address, _ := members[0].ask("tnt/new"); address == members[0].address {
		t.Error("something new went to the node that drains")
	}
}

func TestWhatADrainingNodeClaimedAndWillNotHaveIsFree(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	members[0].tell("drain")
	s.change(func() { s.holders["settler/tnt/a"] = s.joined[members[0].address] }) // as it began to drain
	if address, _ := members[1].ask("tnt/a"); address != members[1].address {
		t.Errorf("it is at %s", address)
	}
}

func TestAnActorOfAnotherNodeIsToldThoughNobodyAskedItBefore(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	members[0].ask("tnt/a")
	members[1].tell("tell tnt/a")
	members[1].tell("tell tnt/nobody")
	members[0].until("told tnt/a", "1")
	if n := members[0].tell("here"); n != "1" {
		t.Errorf("%s are active", n)
	}
}

func TestWithoutTheStoreNothingGoesToANodeThatDrains(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	s.change(func() { s.away = true })
	members[0].tell("drain") // which it cannot tell the others
	for i := range 20 {
		address, _ := sameEverywhere(t, members[1:], fmt.Sprint("tnt/new", i))
		if address != members[1].address && address != members[2].address {
			t.Errorf("it is at %s", address)
		}
	}
}

func TestANodeThatWasGivenUpLetsGoAndJoinsAnew(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	_, before := members[0].ask("tnt/a")
	s.evict(members[0].address)
	members[0].until("see", "3 1 false")
	members[1].until("see", "3 0 false")
	if _, after := sameEverywhere(t, members, "tnt/a"); after == before {
		t.Error("the activation lives on")
	}
}

func TestWhatADeadNodeHeldOpensElsewhere(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	members[0].ask("tnt/a")
	members[1].ask("tnt/a") // remembers where it was
	members[0].kill()
	if address, _ := sameEverywhere(t, members[1:], "tnt/a"); address != members[1].address {
		t.Errorf("it is at %q", address)
	}
}

func TestWithoutTheStoreTheNodesAgree(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	held, was := members[0].ask("tnt/held")
	s.change(func() { s.away = true })
	if address, activation := sameEverywhere(t, members, "tnt/held"); address != held || activation != was {
		t.Errorf("it is at %s, and was at %s", address, held)
	}
	for i := range 20 {
		sameEverywhere(t, members, fmt.Sprint("tnt/new", i))
	}
	s.change(func() { s.away = false })
	// What was activated meanwhile is claimed, and stays.
	_, was = members[0].ask("tnt/new0")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s.mutex.Lock()
		claimed := len(s.holders)
		s.mutex.Unlock()
		if claimed == 21 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d of 21 are claimed", claimed)
		}
	}
	if _, is := sameEverywhere(t, members, "tnt/new0"); is != was {
		t.Error("it was activated anew")
	}
}

func TestAfterALossOfDataNodesSayWhatTheyHold(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	members := join3(t, s)
	_, mine := members[0].ask("tnt/a")
	s.forget()
	members[0].until("see", "3 0 false")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s.mutex.Lock()
		_, said := s.holders["settler/tnt/a"]
		s.mutex.Unlock()
		if said {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nobody said that they hold it")
		}
	}
	if _, is := sameEverywhere(t, members, "tnt/a"); is != mine {
		t.Error("it was activated twice")
	}
	// Somebody else was faster: whoever comes later lets go.
	s.change(func() {
		s.generation += "'"
		s.holders["settler/tnt/a"] = s.joined[members[1].address]
	})
	members[0].until("here", "0")
	if address, _ := sameEverywhere(t, members, "tnt/a"); address != members[1].address {
		t.Errorf("it is at %s", address)
	}
}

func TestWhoDoesNotHaveTheSecretIsNoNode(t *testing.T) {
	t.Parallel()
	s := newShared(t)
	one, stranger := newMember(t, s, strings.Repeat("s", 32)), newMember(t, s, strings.Repeat("x", 32))
	one.read()
	stranger.read()
	_, secret := one.ask("tnt/secret")
	if _, got := stranger.ask("tnt/secret"); got == secret {
		t.Error("a stranger reached it")
	}
}
