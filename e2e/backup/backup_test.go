package backup

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/llm/llmtest"
	"parley/persistence/seal"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

const (
	crowd    = 12 // visitors
	before   = 3  // messages of each that are acknowledged before the backup begins, at least
	patience = 90 * time.Second
	origin   = "https://shop.example"
)

var business = owner.Registration{Email: "owner@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Owner"}

func TestABusySQLiteIsRestoredIntoPostgres(t *testing.T) {
	t.Parallel()
	url := testbed.Postgres(t)
	move(t, place{}, place{"DATABASE_URL=" + url, "REDIS_URL=" + testbed.Redis(t)})
}

func TestABusyPostgresIsRestoredIntoSQLite(t *testing.T) {
	t.Parallel()
	url := testbed.Postgres(t)
	move(t, place{"DATABASE_URL=" + url, "REDIS_URL=" + testbed.Redis(t)}, place{})
}

// place is what a server stands on: nothing, which is SQLite, or a Postgres and a Redis.
type place []string

// books are the checker's way into its database.
func (p place) books(t *testing.T, s *server.Server) *check.Database {
	if len(p) == 0 {
		return check.SQLite(t, s.Data)
	}
	return check.Postgres(t, strings.TrimPrefix(p[0], "DATABASE_URL="))
}

// held is what a visitor had been promised when the backup began.
type held struct {
	*client.Visitor
	acknowledged []client.Sent
}

func move(t *testing.T, from, to place) {
	model := llmtest.NewServer(t, llmtest.Script{Words: 20, PaceMS: 20})
	same := []string{"PARLEY_KEY=" + seal.GenerateKey(), "OPENAI_BASE_URL=" + model.URL, "OPENAI_API_KEY=sk-test"}
	old := server.Start(t, slices.Concat(same, from)...)
	shop := owner.Register(t, old.URL(), business)
	bot := shop.MakeBot("Bot")
	shop.Call(http.MethodPut, "bots/"+bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
	shop.AddText(bot, "Hours", "The shop is open from nine to five.")

	talking, hush := context.WithCancel(t.Context())
	var visitors []*held
	var running sync.WaitGroup
	for i := range crowd {
		v := client.New(client.Options{URL: socket(old), Bot: bot, Origin: origin, Name: fmt.Sprintf("v%d", i)})
		visitors = append(visitors, &held{Visitor: v})
		running.Go(func() { _ = v.Run(talking) })
		running.Go(func() { talk(talking, v) })
	}
	for _, v := range visitors {
		await(t, v.Name()+" is answered", func() bool { return len(acknowledged(v.Visitor)) >= before })
	}
	for _, v := range visitors {
		v.acknowledged = acknowledged(v.Visitor)
	}
	file := filepath.Join(t.TempDir(), "parley.backup")
	parley(t, old, "backup", file)
	hush()
	running.Wait()
	old.Kill()
	parley(t, old, "backup", file+"-of-the-dead") // whatever the process left behind: nobody has to start it first
	t.Logf("%d messages were acknowledged before the backup began, %d when the server was gone", count(visitors, func(v *held) int { return len(v.acknowledged) }),
		count(visitors, func(v *held) int { return len(acknowledged(v.Visitor)) }))

	next := server.New(t, slices.Concat(same, to)...)
	killed(t, next, file, func() *check.Database { return to.books(t, next) })
	parley(t, next, "backup", "--check", file)
	parley(t, next, "restore", file)
	next.Run()
	goOn(t, next, to.books(t, next), visitors)
}

func socket(s *server.Server) string { return "ws://" + s.Address + "/api/v1/socket" }

// talk sends one message after the other, now and then two at once.
func talk(ctx context.Context, v *client.Visitor) {
	for n := 0; ctx.Err() == nil; n++ {
		v.Send(ctx, fmt.Sprintf("When are you open? asks %s for the %dth time", v.Name(), n))
		if n%3 > 0 {
			_ = v.Settled(ctx) // or the end has come
		}
	}
}

func acknowledged(v *client.Visitor) []client.Sent {
	return slices.DeleteFunc(v.Sent(), func(s client.Sent) bool { return s.Receipt == nil })
}

func count(visitors []*held, what func(*held) int) (sum int) {
	for _, v := range visitors {
		sum += what(v)
	}
	return sum
}

// parley runs a command with a server's settings, which must succeed.
func parley(t *testing.T, s *server.Server, args ...string) {
	t.Helper()
	out, err := s.Command(args...).CombinedOutput()
	t.Logf("parley %s: %s", strings.Join(args[:len(args)-1], " "), out)
	if err != nil {
		t.Fatal(err)
	}
}

// killed begins a restore and kills it when its tables are there, and half of the file has not been read.
func killed(t *testing.T, s *server.Server, file string, books func() *check.Database) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	restore := s.Command("restore", "-")
	in, err := restore.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := restore.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(content[:len(content)/2]); err != nil {
		t.Fatal(err)
	}
	var at *check.Database
	await(t, "the restore has made tables", func() bool {
		if at == nil {
			at = books()
		}
		return at.Migrated()
	})
	_ = restore.Process.Kill()
	if err := restore.Wait(); err == nil {
		t.Fatal("half a file was restored")
	}
}

// goOn lets everybody come back to a server that was restored, with what their browsers keep.
func goOn(t *testing.T, s *server.Server, books *check.Database, visitors []*held) {
	shop := owner.SignIn(t, s.URL(), business)
	var running sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	defer running.Wait()
	defer leave()
	var back []*client.Visitor
	for _, v := range visitors {
		again := v.Again("again-"+v.Name(), socket(s))
		running.Go(func() {
			if err := again.Run(ctx); err != nil {
				t.Errorf("%s was sent away: %v", again.Name(), err)
			}
		})
		again.Send(ctx, "And on Sundays? asks "+again.Name())
		back = append(back, again)
	}
	settling, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for i, v := range visitors {
		if err := back[i].Settled(settling); err != nil {
			t.Error(err)
			continue
		}
		log := shop.Log(v.Conversation())
		kept := books.Kept(v.Conversation())
		if kept == nil {
			t.Errorf("%s is not in the database", v.Conversation())
			continue
		}
		for _, breach := range slices.Concat(
			back[i].Violations(), check.Order(log), check.View(back[i].Events(), log), check.Columns(log, *kept),
			check.Messages(slices.Concat(promised(v, log), back[i].Sent()), log),
			check.Answers(log, check.Allow{Lost: true}), // one that was being written when the backup was taken is lost with the server
		) {
			t.Errorf("%s: %s", v.Conversation(), breach)
		}
	}
	for _, breach := range books.Usage() {
		t.Error(breach)
	}
}

// promised is what must be in the log: all that was acknowledged before the backup began. What was sent
// while it was taken may be there, and if it is, then as it was acknowledged.
func promised(v *held, log []client.Event) []client.Sent {
	there := make(map[string]client.Event)
	for _, e := range log {
		if e.Type == "message.created" {
			there[e.Data.ClientID] = e
		}
	}
	all := slices.Clone(v.acknowledged)
	for _, sent := range v.Sent() {
		e, found := there[sent.ClientID]
		before := slices.ContainsFunc(v.acknowledged, func(s client.Sent) bool { return s.ClientID == sent.ClientID })
		if before || !found {
			continue
		}
		if sent.Receipt == nil { // it was kept, and the server was gone before it said so
			sent.Receipt = &client.Receipt{Seq: e.Seq, Message: e.Data.Message}
		}
		all = append(all, sent)
	}
	return all
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %v in vain: %s", patience, what)
		}
	}
}
