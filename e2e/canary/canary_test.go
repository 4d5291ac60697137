package canary

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/e2e/server"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// lasting is how long chance goes on once everything was done: CANARY_SECONDS, or three.
func lasting() time.Duration {
	if n, err := strconv.Atoi(os.Getenv("CANARY_SECONDS")); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return 3 * time.Second
}

// seed is SEED, or one of chance.
func seed(t *testing.T) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	if err != nil {
		n = rand.Uint64()
	}
	t.Logf("SEED=%d", n)
	return n
}

// house is nodes with two businesses, and all that is around them.
type house struct {
	t      *testing.T
	nodes  []*server.Server
	model  *echo
	issuer *issuer
	traces heap
	redis  *tape // nil: it is inside of the server
	stored func() []received
	both   [2]*business
}

func TestNothingOfOneBusinessReachesTheOtherOnSQLite(t *testing.T) {
	t.Parallel()
	h := &house{t: t, stored: func() []received { return nil }}
	h.play(seed(t), 1)
}

func TestNothingOfOneBusinessReachesTheOtherOnPostgres(t *testing.T) {
	h, env := beside(t)
	h.play(seed(t), 1, env...)
}

func TestNothingOfOneBusinessReachesTheOtherOnTwoNodes(t *testing.T) {
	h, env := beside(t)
	h.play(seed(t), 2, env...)
}

// beside is a house whose data are in a Postgres and a Redis.
func beside(t *testing.T) (h *house, env []string) {
	t.Helper()
	if testing.Short() {
		t.Skip("Postgres and Redis take long")
	}
	t.Parallel()
	redis := testbed.Redis(t)
	h = &house{t: t, redis: watch(t, redis), stored: func() []received { return kept(t, redis) }}
	return h, []string{"DATABASE_URL=" + testbed.Postgres(t, testbed.NoSync), "REDIS_URL=" + redis}
}

// play founds both businesses, has everybody act, lets each read all of its own and ask for what is the other's, and judges.
func (h *house) play(seed uint64, nodes int, env ...string) {
	h.start(nodes, env)
	for i := range h.both {
		h.both[i] = found(h, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	ctx, end := context.WithTimeout(h.t.Context(), 2*patience)
	defer end()
	for _, b := range h.both {
		b.come(ctx) // the second is asked what the first was asked before
	}
	h.live(ctx, seed)
	operations := h.operations()
	for _, b := range h.both {
		b.settle()
		b.readAll(operations)
	}
	h.judge("while both were busy")
	apart := shared(idsIn(h.both[0].received()), idsIn(h.both[1].received()))
	for _, id := range apart {
		h.t.Errorf("%s came to both: %s and %s", id, idsIn(h.both[0].received())[id], idsIn(h.both[1].received())[id])
	}
	h.both[0].pry(h.both[1], operations)
	h.both[1].pry(h.both[0], operations)
	metrics := h.metrics()
	end()
	h.stop()
	h.judge("after each asked for what is the other's")
	h.run() // what was counted stands in the database now
	h.newcomer(operations, rand.New(rand.NewPCG(seed, uint64(len(h.both)))))
	h.stop()
	h.nobodys(metrics)
}

// everyone are those who act, each one thing after the other.
var everyone = [][]act{visitorsActs, agentsActs, ownersActs, programsActs, peoplesActs, customersActs}

// live has all of both businesses act at the same time.
func (h *house) live(ctx context.Context, seed uint64) {
	over := make(chan struct{})
	var everybody sync.WaitGroup
	for i, b := range h.both {
		for j, acts := range everyone {
			everybody.Go(func() { b.live(ctx, over, acts, rand.New(rand.NewPCG(seed, uint64(100+10*i+j)))) })
		}
		everybody.Go(func() { b.did("a long conversation", b.long(ctx)) })
	}
	time.AfterFunc(lasting(), func() { close(over) })
	everybody.Wait()
	for i, b := range h.both {
		for _, acts := range append(everyone, []act{{name: "a long conversation"}}) {
			for _, a := range acts {
				if b.done[a.name] == 0 {
					h.t.Errorf("business %d: %s never succeeded: %s", i, a.name, b.last[a.name])
				}
			}
		}
		maps.Copy(b.things, b.late)
		h.t.Logf("business %d did: %v", i, b.done)
	}
}

// settle waits for what takes its time: a webhook, an export, the index of the inbox.
func (b *business) settle() {
	b.t.Helper()
	await(b.t, "webhooks are told", func() bool { return len(b.hooked.received()) > 0 })
	await(b.t, "the export is ready", func() bool {
		got, err := b.try(b.boss, http.MethodGet, "tenant/exports/"+b.things["{export}"]+"/file", nil)
		if err != nil && got.Status < http.StatusBadRequest {
			b.t.Fatalf("the export breaks off: %v", err)
		}
		return err == nil
	})
	await(b.t, "the inbox finds what was said", func() bool {
		var found struct{ Items []struct{ ID string } }
		got, err := b.try(b.boss, http.MethodGet, "conversations?text=shop+open", nil)
		return err == nil && json.Unmarshal(got.Body, &found) == nil && len(found.Items) > 0
	})
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// operation is one route.
type operation struct {
	method, path string
	body         bool
	open         bool // to anybody
}

// operations are all that the server says that it has.
func (h *house) operations() (all []operation) {
	h.t.Helper()
	var d struct {
		Paths map[string]map[string]struct {
			Security    []any
			RequestBody *struct{} `json:"requestBody"`
		}
	}
	if err := json.Unmarshal(fetch(h.t, h.nodes[0].URL()+"/openapi.json"), &d); err != nil {
		h.t.Fatalf("read the specification: %v", err)
	}
	for path, methods := range d.Paths {
		for method, o := range methods {
			all = append(all, operation{strings.ToUpper(method), strings.TrimPrefix(path, "/api/v1/"), o.RequestBody != nil, len(o.Security) == 0})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 80 {
		h.t.Errorf("only %d operations are served", len(all))
	}
	return all
}

// fill puts ids into a path, if all that it takes are known.
func fill(path string, ids map[string]string) (filled string, known bool) {
	known = true
	filled = placeholder.ReplaceAllStringFunc(path, func(name string) string {
		known = known && ids[name] != ""
		return ids[name]
	})
	return filled, known
}

// readAll reads whatever can be read.
func (b *business) readAll(all []operation) {
	b.t.Helper()
	for _, v := range b.visitors[1:] {
		for _, path := range []string{"", "/events", "/notes", "/activities", "/reads"} {
			_, _ = b.try(b.boss, http.MethodGet, "conversations/"+v.Conversation()+path, nil) // they were there a moment ago
		}
	}
	read := 0
	for _, o := range all {
		path, known := fill(o.path, b.things)
		if o.method != http.MethodGet || o.open || !known {
			continue
		}
		if _, err := b.try(b.boss, http.MethodGet, path, nil); err == nil {
			read++
		}
	}
	if read < 40 {
		b.t.Errorf("only %d routes could be read", read)
	}
}

// pry asks for what is the other's: by its ids on each route, and by its words wherever something is searched.
func (b *business) pry(other *business, all []operation) {
	b.t.Helper()
	tried := 0
	attempt := func(o operation, path string) {
		var body any
		if o.body {
			body = map[string]any{}
		}
		tried++
		got, err := b.try(b.boss, o.method, path, body)
		if err == nil || !o.body && got.Status != http.StatusNotFound {
			b.t.Errorf("%s %s, which is another's: %d %s", o.method, path, got.Status, got.Body)
		}
	}
	for _, o := range all {
		names := placeholder.FindAllString(o.path, -1)
		path, known := fill(o.path, other.things)
		if o.open || !known || len(names) == 0 {
			continue
		}
		attempt(o, path)
		for _, name := range names {
			if len(names) == 1 || name == "{seq}" {
				continue // what is the other's below one's own, and the other way round
			}
			mixed := maps.Clone(b.things)
			mixed[name] = other.things[name]
			if path, known := fill(o.path, mixed); known {
				attempt(o, path)
			}
		}
	}
	if tried < 60 {
		b.t.Errorf("only %d routes were tried", tried)
	}
	theirs := idsIn(other.received())
	ask := func(method, path string, body any) {
		got, _ := b.try(b.boss, method, path, body) // what is refused finds nothing either
		for id := range idsIn([]received{{path, got.Body}}) {
			if theirs[id] != "" {
				b.t.Errorf("%s %s %v finds %s of another: %s", method, path, body, id, got.Body)
			}
		}
	}
	for word, kind := range other.kinds {
		if searched[kind] {
			ask(http.MethodGet, "conversations?text="+word, nil)
			ask(http.MethodGet, "conversations?q="+word, nil)
			ask(http.MethodPost, b.bot()+"/search", map[string]any{"query": word})
		}
	}
	for parameter, name := range map[string]string{
		"conversations?bot=": "{bot}", "conversations?label=": "{label}", "conversations?visitor=": "{visitor}",
		"audit-log?actor=": "{member}", "activity?key=": "{key}",
	} {
		ask(http.MethodGet, parameter+other.things[name], nil)
	}
	b.pretend(other)
	for _, kind := range []string{"conversation.watch", "conversation.take", "conversation.release", "conversation.close", "message.send", "note.add", "read"} {
		err := b.desk.Do(b.t.Context(), kind, map[string]any{"conversation": other.things["{conversation}"], "client_id": b.next(), "text": "Hello", "seq": 1})
		if refused := new(client.RefusedTo); !errors.As(err, &refused) || refused.Code != "not_found" {
			b.t.Errorf("%s of another's conversation: %v", kind, err)
		}
	}
}

// searched are kinds of words that a search could find.
var searched = map[string]bool{"passage": true, "faq's question": true, "visitor's message": true, "agent's message": true, "contact's name": true, "note": true}

// judge searches what each business got for the other's words.
func (h *house) judge(when string) {
	h.t.Helper()
	for i, b := range h.both {
		other, size, seen := h.both[1-i], 0, map[string]bool{}
		all := b.received()
		for _, node := range h.nodes {
			for _, m := range mails(h.t, node.Data) {
				if len(b.found(m.content)) > 0 { // each mail goes to an address that was planted
					all = append(all, m)
				}
			}
		}
		for _, r := range all {
			size += len(r.content)
			maps.Copy(seen, b.in(r.content))
			h.none(other, "business "+fmt.Sprint(i)+", "+r.where, r.content)
		}
		for kind := range b.planted() {
			if !seen[kind] && unseen[kind] == "" {
				h.t.Errorf("business %d never got a word of its own: %s: the search is blind there", i, kind)
			}
		}
		h.t.Logf("business %d, %s: %d responses, connections, webhooks and mails of %d KB have none of the other's words, and %d of %d kinds of its own",
			i, when, len(all), size>>10, len(seen), len(b.planted()))
	}
}

// unseen are kinds that do not come back to the business, and why.
var unseen = map[string]string{
	"removed passage":  "most are removed before they are read",
	"unsent text":      "it is shown to those who watch at that moment, and not for each letter",
	"issuer's subject": "it is between the issuer and us",
}

// most bounds what is told of one place.
const most = 3

// none wants none of a business's words in a text.
func (h *house) none(of *business, where string, content []byte) {
	h.t.Helper()
	places := of.found(content)
	for _, place := range places[:min(most, len(places))] {
		h.t.Errorf("%s has another's %q", where, place)
	}
}

// What metrics say of answers that were given again, and of requests to another node.
var (
	cacheHits = regexp.MustCompile(`parley_answer_cache_total\{outcome="hit"\} (\d+)`)
	remote    = regexp.MustCompile(`parley_cluster_requests_total\{where="remote"\} (\d+)`)
)

// sum adds up what a metric says of each node.
func sum(metric *regexp.Regexp, metrics []byte) (all int) {
	for _, found := range metric.FindAllSubmatch(metrics, -1) {
		n, _ := strconv.Atoi(string(found[1])) // the expression has digits only
		all += n
	}
	return all
}

// nobodys searches what belongs to neither: it has no words at all. A prompt, which goes out for one of them, has those of one alone.
func (h *house) nobodys(metrics []byte) {
	h.t.Helper()
	a, b := h.both[0], h.both[1]
	hits := sum(cacheHits, metrics)
	if hits == 0 {
		h.t.Error("no answer was given again: the cache could not mix anything up")
	}
	crossed := sum(remote, metrics)
	if crossed == 0 && len(h.nodes) > 1 {
		h.t.Error("no node asked the other: nothing could be mixed up between them")
	}
	h.t.Logf("%d answers came from the cache, %d requests went to another node", hits, crossed)
	prompts := h.model.received()
	summaries := [2]bool{}
	for _, p := range prompts {
		if len(a.found(p.content)) > 0 && len(b.found(p.content)) > 0 {
			h.t.Errorf("%s has words of both: %s", p.where, p.content)
		}
		for i, one := range h.both {
			summaries[i] = summaries[i] || strings.Contains(p.where, "false") && one.in(p.content)["long message"]
		}
	}
	if !summaries[0] || !summaries[1] {
		h.t.Errorf("not both businesses' long conversations became a summary: %v", summaries)
	}
	places := map[string][]received{
		"the log": h.logs(), "metrics": {{"metrics", metrics}}, "traces": h.traces.received(), "Redis": h.stored(),
	}
	if h.redis != nil {
		places["commands to Redis"] = []received{h.redis.received()}
	}
	for name, all := range places {
		size := 0
		for _, r := range all {
			size += len(r.content)
			for _, one := range h.both {
				h.none(one, r.where, r.content)
			}
		}
		if size == 0 && (name != "Redis" || h.redis != nil) {
			h.t.Errorf("there is nothing to search in %s", name)
		}
		h.t.Logf("%s: %d pieces of %d KB have no words", name, len(all), size>>10)
	}
	h.t.Logf("%d prompts have words of one business each", len(prompts))
}
