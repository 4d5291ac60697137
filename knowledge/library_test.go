package knowledge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/chat"
)

// know gives a bot something to know, at once.
func (m *memory) know(tenant, bot, id, title string, texts ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources[id] = Source{ID: id, Tenant: tenant, Bot: bot, Title: title, URL: "https://example.com/" + id, State: Ready, UpdatedAt: m.now()}
	m.passages[id] = nil
	for i, text := range texts {
		m.passages[id] = append(m.passages[id], Passage{ID: fmt.Sprintf("%s-%d", id, i), Source: id, Order: i, Text: text})
	}
	m.versions[tenant+"/"+bot]++
}

func library(t *testing.T, options ...LibraryOption) (*Library, *memory) {
	t.Helper()
	m := newMemory()
	l := NewLibrary(m, options...)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, m
}

func search(t *testing.T, l *Library, bot, query string) (ids []string) {
	t.Helper()
	hits, err := l.Search(t.Context(), "tnt", bot, query, 10)
	if err != nil {
		t.Fatalf("search %q: %v", query, err)
	}
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestASearchFindsThePassageWithItsSource(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src_1", "reset-password.md", "Open the settings.", "Choose a new one.")
	m.know("tnt", "bot", "src_2", "shipping.md", "Parcels take three days.")
	hits, err := l.Search(t.Context(), "tnt", "bot", "When does my parcel arrive?", 10)
	if err != nil || len(hits) != 1 {
		t.Fatalf("%+v, error %v", hits, err)
	}
	if h := hits[0]; h.ID != "src_2-0" || h.Title != "shipping.md" || h.URL != "https://example.com/src_2" || h.Text != "Parcels take three days." || h.Score <= 0 {
		t.Errorf("%+v", h)
	}
	if got := search(t, l, "bot", "passwords"); len(got) != 2 {
		t.Errorf("by its file's name: %v", got)
	}
}

func TestWordsThatSayNothingFindNothing(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src_1", "a", "How do you do? What is it that you are?")
	for _, query := range []string{"how is it", "what do you", "", "?!", "   ", "\x00\xff"} {
		if got := search(t, l, "bot", query); len(got) != 0 {
			t.Errorf("%q found %v", query, got)
		}
	}
}

func TestASearchSeesEveryChangeCommittedBeforeIt(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	if books, err := l.Open(t.Context(), "tnt", "bot"); err != nil || !books.Empty() {
		t.Errorf("it holds %v, error %v", books, err)
	}
	for i := range 30 {
		id := fmt.Sprintf("src_%d", i)
		m.know("tnt", "bot", id, "a", "Apples number "+strings.Repeat("i", i+1))
		if got := search(t, l, "bot", "apples"); len(got) != min(i+1, 10) {
			t.Fatalf("after %d sources: %v", i+1, got)
		}
	}
	if books, err := l.Open(t.Context(), "tnt", "bot"); err != nil || books.Empty() {
		t.Errorf("it holds %v, error %v", books, err)
	}
	if m.loads != 30 {
		t.Errorf("%d sources were loaded for 30 changes", m.loads)
	}
	m.know("tnt", "bot", "src_7", "a", "Pears now")
	if got := search(t, l, "bot", "pears"); len(got) != 1 || got[0] != "src_7-0" {
		t.Errorf("replaced: %v", got)
	}
	for i := range 30 {
		if err := m.DeleteSource(t.Context(), "tnt", "bot", fmt.Sprintf("src_%d", i)); err != nil {
			t.Fatal(err)
		}
		for _, id := range search(t, l, "bot", "apples pears") {
			if strings.HasPrefix(id, fmt.Sprintf("src_%d-", i)) {
				t.Fatalf("deleted and found: %s", id)
			}
		}
	}
	if got := search(t, l, "bot", "apples pears"); len(got) != 0 {
		t.Errorf("all deleted: %v", got)
	}
}

func TestBotsAndTenantsDoNotMeet(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot_a", "src_1", "a", "Apples")
	m.know("tnt", "bot_b", "src_2", "b", "Apples")
	m.know("other", "bot_a", "src_3", "c", "Apples")
	if got := search(t, l, "bot_a", "apples"); len(got) != 1 || got[0] != "src_1-0" {
		t.Errorf("%v", got)
	}
}

func TestManySearchesShareOneLoad(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	for i := range 50 {
		m.know("tnt", "bot", fmt.Sprintf("src_%d", i), "a", fmt.Sprintf("Apples, box %d", i))
	}
	var searches sync.WaitGroup
	for range 20 {
		searches.Go(func() {
			if hits, err := l.Search(t.Context(), "tnt", "bot", "apples", 200); err != nil || len(hits) != 50 {
				t.Errorf("%d hits, error %v", len(hits), err)
			}
		})
	}
	searches.Wait()
	if m.loads != 50 {
		t.Errorf("%d loads of 50 sources", m.loads)
	}
}

func TestTheBotThatWasNotAskedForLongestIsDropped(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	bots := []string{"a", "b", "c"}
	for _, bot := range bots {
		m.know("tnt", bot, "src_"+bot, "t", "Apples", "Red apples", "Green apples")
	}
	search(t, l, "a", "apples")
	one := l.Usage().Bytes
	l = NewLibrary(m, WithCapacity(one*14/5))
	t.Cleanup(func() { _ = l.Close() })
	m.loads = 0
	for _, step := range []struct {
		bot   string
		loads int
	}{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 3}, {"a", 3}, {"b", 4}, {"a", 4}, {"c", 5}} {
		if got := search(t, l, step.bot, "apples"); len(got) != 3 {
			t.Fatalf("%s: %v", step.bot, got)
		}
		if m.loads != step.loads {
			t.Fatalf("%s: %d loads, want %d", step.bot, m.loads, step.loads)
		}
		if u := l.Usage(); u.Bots > 2 || u.Bytes > u.Capacity || u.Passages != 3*u.Bots {
			t.Fatalf("%+v", u)
		}
	}
}

// One bot never takes the memory of all: what came last is not searched, and the owner can be told.
func TestABotThatIsLargerThanItsShareLeavesOutWhatCameLast(t *testing.T) {
	t.Parallel()
	l, m := library(t, WithCapacity(40_000))
	for i := range 20 {
		m.know("tnt", "bot", fmt.Sprintf("src_%02d", i), "t", fmt.Sprintf("Apples in box %d ", i)+strings.Repeat("and pears ", 100))
	}
	got := search(t, l, "bot", "apples")
	if len(got) == 0 || l.Usage().Bytes > 20_000 {
		t.Errorf("%v, %+v", got, l.Usage())
	}
	left := l.Left("tnt", "bot")
	if len(left) == 0 || len(left)+l.Usage().Passages != 20 || !slices.Contains(left, "src_19") || slices.Contains(left, "src_00") {
		t.Errorf("left out: %v of 20, %+v", left, l.Usage())
	}
	for i := range 15 {
		if err := m.DeleteSource(t.Context(), "tnt", "bot", fmt.Sprintf("src_%02d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := search(t, l, "bot", "apples"); len(got) != 5 || len(l.Left("tnt", "bot")) != 0 {
		t.Errorf("once there is room: %v, left out %v", got, l.Left("tnt", "bot"))
	}
}

// slow waits before it hands out passages.
type slow struct {
	*memory
	wait time.Duration
}

func (s *slow) PassagesOf(ctx context.Context, tenant, bot string, ids []string) ([]Page, error) {
	time.Sleep(s.wait)
	return s.memory.PassagesOf(ctx, tenant, bot, ids)
}

func TestTheOldBooksServeWhileNewOnesAreBuilt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		contents := &slow{memory: newMemory()}
		l := NewLibrary(contents)
		defer l.Close()
		contents.know("tnt", "bot", "src_1", "t", "Apples")
		contents.wait = 3 * time.Second
		begun := time.Now()
		if got := search(t, l, "bot", "apples"); len(got) != 1 || time.Since(begun) < contents.wait {
			t.Errorf("who comes first has %v after %v", got, time.Since(begun))
		}
		contents.know("tnt", "bot", "src_2", "t", "Red apples")
		begun = time.Now()
		if got := search(t, l, "bot", "apples"); len(got) != 1 || time.Since(begun) > openWait {
			t.Errorf("meanwhile: %v after %v", got, time.Since(begun))
		}
		begun = time.Now()
		if got := search(t, l, "bot", "apples"); len(got) != 1 || time.Since(begun) != 0 {
			t.Errorf("and again: %v after %v", got, time.Since(begun))
		}
		time.Sleep(contents.wait)
		if got := search(t, l, "bot", "apples"); len(got) != 2 {
			t.Errorf("then: %v", got)
		}
	})
}

func TestAChangeIsNoticedBeforeAnybodyAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		contents := &slow{memory: newMemory(), wait: 400 * time.Millisecond}
		l := NewLibrary(contents)
		defer l.Close()
		contents.know("tnt", "bot", "src_1", "t", "Apples")
		search(t, l, "bot", "apples")
		contents.know("tnt", "bot", "src_2", "t", "Red apples")
		time.Sleep(time.Second)
		begun := time.Now()
		if got := search(t, l, "bot", "apples"); len(got) != 2 || time.Since(begun) != 0 {
			t.Errorf("a second later: %v after %v", got, time.Since(begun))
		}
	})
}

func TestALoadThatFailsLeavesTheOldBooks(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src_1", "t", "Apples")
	search(t, l, "bot", "apples")
	m.know("tnt", "bot", "src_2", "t", "Red apples")
	m.failNext = chat.ErrUnavailable
	if got := search(t, l, "bot", "apples"); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := search(t, l, "bot", "apples"); len(got) != 2 {
		t.Errorf("the next time: %v", got)
	}
}

func TestASearchIsWithinTheSourcesNamed(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src_a", "a", "Apples are red")
	m.know("tnt", "bot", "src_b", "b", "Apples are green")
	m.know("tnt", "bot", "src_p", "page", "Apples are yellow")
	page := m.sources["src_p"]
	page.Parent, page.Kind = "src_site", KindPage
	m.sources["src_p"] = page
	for _, c := range []struct{ within, want []string }{
		{nil, []string{"src_a-0", "src_b-0", "src_p-0"}},
		{[]string{"src_b"}, []string{"src_b-0"}},
		{[]string{"src_site", "src_a"}, []string{"src_a-0", "src_p-0"}},
		{[]string{"src_p"}, []string{"src_p-0"}},
		{[]string{"src_other"}, nil},
	} {
		hits, err := l.Search(t.Context(), "tnt", "bot", "apples", 10, c.within...)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range hits {
			got = append(got, h.ID)
			if want := map[string]string{"src_p": "src_site"}; h.Added != cmp.Or(want[h.Source], h.Source) || (h.Kind == KindSite) != (h.Source == "src_p") {
				t.Errorf("%s was added as %s, a %s", h.Source, h.Added, h.Kind)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("within %v: %v, want %v", c.within, got, c.want)
		}
	}
}

func TestALoadThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src", "t", "Apples")
	m.failNext = chat.ErrUnavailable
	if _, err := l.Search(t.Context(), "tnt", "bot", "apples", 1); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	if got := search(t, l, "bot", "apples"); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestWhoeverGivesUpWaitingLeavesTheLoadToTheNext(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src", "t", "Apples")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Search(ctx, "tnt", "bot", "apples", 1); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := search(t, l, "bot", "apples"); len(got) != 1 || m.loads != 1 {
		t.Errorf("%v after %d loads", got, m.loads)
	}
}

func TestAVeryLongQuestionIsAnswered(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src", "t", "Apples are cheap")
	if got := search(t, l, "bot", "apples "+strings.Repeat("é", 1<<20)); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// The first thing that an owner tries is one small document.
func TestABotThatKnowsLittleTrustsWhatItKnows(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	m.know("tnt", "bot", "src", "faq.md",
		"We ship to all of Europe. Shipping takes three days and costs 4 euros.",
		"You can return everything within 45 days. Returns are free.",
		"Our shop in Lisbon is open from Monday to Friday, from 9 to 18.")
	for question, want := range map[string]string{
		"How long does shipping take?":           "src-0",
		"hello, do you ship to Europe please":    "src-0",
		"how much is shipping":                   "src-0",
		"Can I return something after 45 days?":  "src-1",
		"When is the shop in Lisbon open?":       "src-2",
		"What is the capital of Australia?":      "",
		"Write me a poem about the sea":          "",
		"Who won the football match last night?": "",
		"Do you sell gift cards?":                "",
	} {
		hits, err := l.Search(t.Context(), "tnt", "bot", question, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(hits) > 0 && hits[0].Confidence >= DefaultThreshold {
			got = hits[0].ID
		}
		if got != want {
			t.Errorf("%q: got %q, want %q (%+v)", question, got, want, hits)
		}
	}
}

func TestFileNamesAreReadAsWords(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"reset-password.md":      "reset password",
		"Terms_of_use (v2).docx": "Terms of use (v2)",
		"shop.example/returns":   "shop example returns",
		"Version 2.0 is here":    "Version 2 0 is here",
		".md":                    " md",
		"":                       "",
	} {
		if got := readable(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}
