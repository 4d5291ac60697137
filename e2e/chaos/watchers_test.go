package chaos

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/transport/wire"
)

// The answers that are watched: pieces as a model gives them.
const (
	pieceEvery = 20 * time.Millisecond
	pieceCount = 20
)

// The noise that fills the windows of those who do not read.
const (
	noisyTalks  = 8
	noisyPieces = 32
	noisyPiece  = 4 << 10
	// noisyVolume is more than the buffers of two kernels (4 MB where nobody changed tcp_wmem) and of the server hold for one connection.
	noisyVolume = 8 << 20
)

// queueBytes is what the server lets wait for one reader (socket.Limits).
const queueBytes = 256 << 10

// One visitor with several tabs and fifty agents see the same bytes, whether or
// not others beside them read nothing at all.
func TestFiftyWatchersSeeTheSameBytesWhileOthersReadNothing(t *testing.T) {
	r := begin(t)
	tabs, agents, stuck := r.number("tabs", 3, 5), r.number("agents", 50, 50), r.number("stuck", 20, 20)
	answers := r.number("answers", 3, 15)
	model := newTicker(r)
	s := r.site("OPENAI_BASE_URL="+model.url, "OPENAI_API_KEY=sk-test")
	a := &audience{site: s, model: model, bot: s.bots(1)[0]}
	a.gather(tabs, agents)
	a.makeNoise() // everything has been used once, the answers' conversations are there

	calm := a.listen("nobody is stuck", answers, 0)
	a.ignored = 0
	beset := a.listen(fmt.Sprintf("%d do not read", stuck), answers, stuck)

	a.compare()
	goal := max(calm.p99*5/4, calm.p99+5*time.Millisecond)
	r.Logf("delta from the model to a reader: p99 %v, with those who do not read %v, ratio %.2f; goal %v", calm.p99, beset.p99,
		float64(beset.p99)/float64(calm.p99), goal)
	if long && beset.p99 > 5*goal || beset.most > calm.most+5*time.Second { // whoever waited for them would wait for 10 s
		r.Errorf("readers wait for those who do not read: p99 %v, %v at most", beset.p99, beset.most)
	}
	// A heap is collected when it has doubled, so that the process may come to twice of what it had and
	// of what the readers hold. Without a bound they would hold all that they ignore.
	bound := int64(stuck)*2*(queueBytes+64<<10) + calm.memory
	grown := beset.memory - calm.memory
	r.Logf("%d readers ignored up to %d MB each; memory of the process %d MB, then %d MB: %d KB for each of them (bound %d KB)",
		stuck, a.ignored>>20, calm.memory>>20, beset.memory>>20, grown/int64(stuck)>>10, bound/int64(stuck)>>10)
	if grown > bound {
		r.Errorf("the memory grew by %d bytes, %d are the bound", grown, bound)
	}
	a.Logf("deltas were dropped %v times", a.metric("parley_socket_lagged_total"))
}

// audience is a conversation with all who watch it.
type audience struct {
	*site
	model        *ticker
	bot          string
	token        string
	conversation string
	head         int64 // seq from behind which all see everything
	readers      []*reader
	noisy        []string // conversations that only those watch who do not read
	asked        int
	noises       int // in each of them
	ignored      int64
}

// gather opens the conversation and lets everybody watch it.
func (a *audience) gather(tabs, agents int) {
	a.Helper()
	first := a.tab()
	a.readers = append(a.readers, first)
	first.ask("Is anybody there?", "hello")
	for a.head == 0 {
		if f := first.next(); f.Type == "message.completed" {
			a.head = f.Seq
		}
	}
	for range tabs - 1 {
		a.readers = append(a.readers, a.tab())
	}
	for range noisyTalks {
		a.noisy = append(a.noisy, a.answer("", "Make some noise"))
	}
	a.noises++
	for range agents {
		a.readers = append(a.readers, a.join(false))
	}
	for _, reader := range a.readers {
		reader.catchUp(a.head)
		reader.follow()
	}
}

// tab is one more of the visitor's.
func (a *audience) tab() *reader {
	a.Helper()
	b := a.dial(http.Header{"Origin": {origin}}, false)
	data := map[string]any{"bot": a.bot}
	if a.token != "" {
		data["token"] = a.token
	}
	b.send("1", wire.SessionOpen, data)
	ready := b.expect("session.ready")
	a.token, a.conversation = ready.Data.Token, ready.Data.Conversation
	b.conversation = a.conversation
	return b
}

// join adds an agent, who watches. One that is stuck watches the noise as well, and reads no more.
func (a *audience) join(stuck bool) *reader {
	a.Helper()
	b := a.dial(http.Header{"Authorization": {"Bearer " + a.owner.Token}}, stuck)
	b.agent, b.conversation = true, a.conversation
	b.send("1", wire.DeskOpen, nil)
	b.expect("desk.ready")
	b.send("2", wire.ConversationWatch, map[string]any{"conversation": a.conversation})
	b.expect("ack")
	for i := range a.noisy {
		if stuck {
			// Each answer was three events. Should it be more, the rest is shown again.
			b.send(strconv.Itoa(3+i), wire.ConversationWatch, map[string]any{"conversation": a.noisy[i], "after": 3 * a.noises})
			b.expect("ack")
		}
	}
	return b
}

// dial connects; whoever will not read tells the server so by a window of a few KB.
func (a *audience) dial(header http.Header, stuck bool) *reader {
	a.Helper()
	options := &websocket.DialOptions{HTTPHeader: header, Subprotocols: []string{wire.Subprotocol}}
	if stuck {
		dialer := net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
			if failed := c.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10)
			}); failed != nil {
				return failed
			}
			return err
		}}
		options.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	}
	ctx, cancel := context.WithTimeout(a.Context(), time.Minute)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws://"+a.server.Address+"/api/v1/socket", options)
	if err != nil {
		a.Fatal(err)
	}
	ws.SetReadLimit(-1)
	a.Cleanup(func() { _ = ws.CloseNow() })
	return &reader{run: a.run, ws: ws, epoch: a.model.epoch, seen: sha256.New(), frames: sha256.New(), ends: make(chan int64, 100)}
}

// answer asks over REST and waits for the answer; it returns the conversation.
func (a *audience) answer(conversation, text string) string {
	a.Helper()
	asked := map[string]any{"text": text}
	if conversation != "" {
		asked["conversation"] = conversation
	}
	var reply struct{ Conversation, Text string }
	a.owner.Call(http.MethodPost, "bots/"+a.bot+"/answers", asked, &reply)
	return reply.Conversation
}

// makeNoise has something long answered in each of the noisy conversations.
func (a *audience) makeNoise() {
	a.noises++
	var asking sync.WaitGroup
	for _, conversation := range a.noisy {
		asking.Go(func() { a.answer(conversation, "Make some noise") })
		a.ignored += noisyPieces * noisyPiece
	}
	asking.Wait()
}

// fill makes noise until nothing more goes into the buffers of those who do not read, or the server gave them up.
func (a *audience) fill(stuck, goneBefore int) {
	a.Helper()
	for begun := a.ignored; ; a.makeNoise() {
		full, most := a.unsent()
		gone := a.givenUp() - goneBefore
		if full+gone >= stuck {
			a.Logf("of %d that do not read, %d have up to %d KB waiting in the system, and %d were given up", stuck, full, most>>10, gone)
			return
		}
		if a.ignored-begun >= noisyVolume {
			a.Fatalf("of %d that do not read, %d are full and %d were given up", stuck, full, gone)
		}
	}
}

// givenUp is how many connections the server closed because too much waited for them.
func (a *audience) givenUp() int {
	return int(a.metric(fmt.Sprintf("parley_socket_closed_total{code=\"%d\"}", wire.CloseTooSlow)))
}

// unsent looks how many connections of the server have much that their clients did
// not take yet, and what the system holds for one of them at most.
func (a *audience) unsent() (full int, most int64) {
	a.Helper()
	connections, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp", a.server.PID()))
	if err != nil {
		a.Fatalf("look at the connections: %v", err)
	}
	_, port, _ := net.SplitHostPort(a.server.Address)
	for line := range strings.Lines(string(connections)) {
		var n, here, there, state string
		var sending, received int64
		if _, err := fmt.Sscanf(line, "%s %s %s %s %x:%x", &n, &here, &there, &state, &sending, &received); err != nil {
			continue // the heading
		}
		_, hex, _ := strings.Cut(here, ":")
		if number, err := strconv.ParseInt(hex, 16, 32); err != nil || strconv.FormatInt(number, 10) != port || sending < 64<<10 {
			continue
		}
		full++
		most = max(most, sending)
	}
	return full, most
}

// heard is what a part of the run was like.
type heard struct {
	p99, most time.Duration
	memory    int64 // of the server, at most
}

// listen has questions asked and answered, beside noise, and tells how the deltas
// came. Before each question come so many who do not read: sooner or later they are given up.
func (a *audience) listen(when string, answers, stuck int) heard {
	a.Helper()
	var h heard
	var watching sync.WaitGroup
	over := make(chan struct{})
	watching.Go(func() { h.memory = a.mostMemory(over) })
	for range answers {
		for range stuck {
			a.join(true)
		}
		gone := a.givenUp()
		a.asked++
		a.readers[0].ask(fmt.Sprintf("Question number %d?", a.asked), strconv.Itoa(a.asked))
		a.makeNoise()
		if stuck > 0 {
			a.fill(stuck, gone)
		}
		for _, reader := range a.readers {
			select {
			case <-reader.ends:
			case <-time.After(time.Minute):
				a.Fatalf("%s: a reader (agent: %v) waits for an answer: %s", when, reader.agent, reader.trouble())
			}
		}
	}
	close(over)
	watching.Wait()
	var all []time.Duration
	for _, reader := range a.readers {
		all = append(all, reader.took()...)
	}
	slices.Sort(all)
	if len(all) == 0 {
		a.Fatal("no delta was seen")
	}
	h.p99, h.most = percentile(all, 99), all[len(all)-1]
	a.Logf("%s: %d readers saw %d answers, %d deltas: %s, %v at most", when, len(a.readers), answers, len(all), tell(all), h.most)
	return h
}

// mostMemory looks at the memory of the server now and then.
func (a *audience) mostMemory(over <-chan struct{}) (most int64) {
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", a.server.PID()))
		if err == nil {
			var size, resident int64
			if _, err := fmt.Sscan(string(stat), &size, &resident); err == nil {
				most = max(most, resident*int64(os.Getpagesize()))
			}
		}
		select {
		case <-over:
			return most
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// metric reads one of the server's; what never happened is not told by those with labels.
func (a *audience) metric(name string) float64 {
	a.Helper()
	response, err := http.Get(a.server.URL() + "/metrics")
	if err != nil {
		a.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		a.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				a.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// compare holds what each saw against what the visitor's first tab saw, and that against the model's own words.
func (a *audience) compare() {
	a.Helper()
	first := a.readers[0]
	for i, reader := range a.readers {
		if wrong := reader.trouble(); wrong != "" {
			a.Errorf("reader %d (agent: %v): %s", i, reader.agent, wrong)
		}
		if !bytes.Equal(reader.seen.Sum(nil), first.seen.Sum(nil)) {
			a.Errorf("reader %d (agent: %v) saw something else than the first one: %s", i, reader.agent, reader.differs(first))
		}
	}
	for n, answer := range first.answers {
		if said := a.model.words(n + 1); answer.text != said {
			a.Errorf("answer %d has %d bytes, the model said %d", n+1, len(answer.text), len(said))
		}
	}
	a.compareFrames()
}

// compareFrames holds the frames of each answer against each other, of visitors
// and of agents, where every piece was a frame: a slow reader gets the same text in fewer.
func (a *audience) compareFrames() {
	a.Helper()
	compared, all := 0, 0
	for n := range a.asked {
		var of [2][]byte
		for i, reader := range a.readers {
			all++
			if n >= len(reader.answers) || reader.answers[n].deltas != pieceCount {
				continue
			}
			compared++
			kind := 0
			if reader.agent {
				kind = 1
			}
			if of[kind] == nil {
				of[kind] = reader.answers[n].frames
			}
			if !bytes.Equal(of[kind], reader.answers[n].frames) {
				a.Errorf("answer %d: reader %d (agent: %v) got other frames than those of its kind", n+1, i, reader.agent)
			}
		}
	}
	a.Logf("%d of %d times a reader got each piece of an answer by itself; those frames are the same", compared, all)
}
