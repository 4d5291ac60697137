package knowledge

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// prose makes passages of some 180 words whose frequencies fall as those of language do, so that the lists of words are as long as real ones.
func prose(random *rand.Rand, words int) string {
	zipf := rand.NewZipf(random, 1.1, 3, 30_000)
	var text strings.Builder
	for range words {
		fmt.Fprintf(&text, "%s ", spelled(zipf.Uint64()))
	}
	return text.String()
}

// spelled is a word for a number.
func spelled(n uint64) string {
	const syllables = "bacedifogulamenisorutyvaxe"
	word := []byte{'q'}
	for ; n > 0; n /= 13 {
		word = append(word, syllables[n%13*2:n%13*2+2]...)
	}
	return string(word)
}

// known fills a memory with a bot's sources.
func known(m *memory, bot string, sources, each int) {
	random := rand.New(rand.NewPCG(uint64(sources), uint64(each)))
	for i := range sources {
		texts := make([]string, each)
		for j := range texts {
			texts[j] = prose(random, 180)
		}
		m.know("tnt", bot, fmt.Sprintf("src_%s_%05d", bot, i), fmt.Sprintf("Page %d", i), texts...)
	}
}

// asked are questions of six words, some rare and some not.
func asked(n int) []string {
	random := rand.New(rand.NewPCG(7, 7))
	questions := make([]string, n)
	for i := range questions {
		questions[i] = "how is " + prose(random, 6)
	}
	return questions
}

func BenchmarkSearchOf10kPassages(b *testing.B) {
	m := newMemory()
	known(m, "bot", 1000, 10)
	l := NewLibrary(m)
	defer l.Close()
	books, err := l.Open(b.Context(), "tnt", "bot")
	if err != nil {
		b.Fatal(err)
	}
	questions := asked(997)
	var times, used []time.Duration
	runtime.LockOSThread() // whose own time is looked at
	defer runtime.UnlockOSThread()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		begun, before := time.Now(), processorTime(b, unix.CLOCK_THREAD_CPUTIME_ID)
		books.Search(b.Context(), questions[i%len(questions)], 8)
		times = append(times, time.Since(begun))
		used = append(used, processorTime(b, unix.CLOCK_THREAD_CPUTIME_ID)-before)
	}
	for name, all := range map[string][]time.Duration{"ms": times, "cpu-ms": used} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-"+name)
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-"+name)
	}
}

func BenchmarkBuildOf10kPassages(b *testing.B) {
	for name, shape := range map[string][2]int{"of one source": {1, 10_000}, "of 1,000 sources": {1000, 10}, "of 10,000 pages": {10_000, 1}} {
		b.Run(name, func(b *testing.B) {
			m := newMemory()
			known(m, "bot", shape[0], shape[1])
			used := processorTime(b, unix.CLOCK_PROCESS_CPUTIME_ID)
			for b.Loop() {
				l := NewLibrary(m)
				if _, err := l.Open(b.Context(), "tnt", "bot"); err != nil {
					b.Fatal(err)
				}
				_ = l.Close()
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/build")
			b.ReportMetric((processorTime(b, unix.CLOCK_PROCESS_CPUTIME_ID)-used).Seconds()/float64(b.N), "cpu-s/build")
		})
	}
}

// processorTime is what a thread or the process has taken of the processors: other work on the machine prolongs the rest.
func processorTime(b *testing.B, clock int32) time.Duration {
	b.Helper()
	var at unix.Timespec
	if err := unix.ClockGettime(clock, &at); err != nil {
		b.Fatal(err)
	}
	return time.Duration(at.Nano())
}

// What the heap grows by is compared with what the library says that it holds: the budget is kept by that.
func BenchmarkMemoryOfAPassage(b *testing.B) {
	for b.Loop() {
		m := newMemory()
		known(m, "bot", 1000, 10)
		l := NewLibrary(m)
		if _, err := l.Open(b.Context(), "tnt", "bot"); err != nil {
			b.Fatal(err)
		}
		said := l.Usage()
		texts := 0
		for _, passages := range m.passages {
			for _, p := range passages {
				texts += len(p.Text)
			}
		}
		with := allocated()
		_ = l.Close()
		// The texts stay, since the memory has them too.
		index := with - allocated()
		runtime.KeepAlive(m)
		b.ReportMetric(float64(said.Bytes)/float64(said.Passages), "B/passage-said")
		b.ReportMetric(float64(index+texts)/float64(said.Passages), "B/passage-held")
		b.ReportMetric(float64(texts)/float64(said.Passages), "B/passage-text")
	}
}

func allocated() int {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// Nobody who searches is refused, or finds nothing, while sources change and indexes are swapped; and each change is seen.
func TestSnapshotsAreSwappedUnderLoad(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	known(m, "bot", 50, 4)
	m.know("tnt", "bot", "src_still", "Still", "Tangerines are always here.")
	search(t, l, "bot", "tangerines")
	var searches, swaps atomic.Int64
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				hits, err := l.Search(t.Context(), "tnt", "bot", "tangerines", 10)
				if err != nil || !slices.ContainsFunc(hits, func(h Hit) bool { return h.Source == "src_still" }) {
					t.Errorf("%d hits, error %v", len(hits), err)
					return
				}
				searches.Add(1)
			}
		})
	}
	for i := range 60 {
		id := fmt.Sprintf("src_bot_%05d", i%50)
		m.know("tnt", "bot", id, "Changed", fmt.Sprintf("Change number %s is made.", spelled(uint64(i+1000))))
		for !slices.Contains(search(t, l, "bot", spelled(uint64(i+1000))), id+"-0") {
			runtime.Gosched()
		}
		swaps.Add(1)
	}
	close(done)
	clients.Wait()
	t.Logf("%d searches during %d changes", searches.Load(), swaps.Load())
}
