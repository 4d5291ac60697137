package billing

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// logged is a log that is read while others write it.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestACatalogueFollowsItsFileAndSurvivesMistakes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plans.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(good)
	synctest.Test(t, func(t *testing.T) {
		var log logged
		file, err := OpenCatalogue(path, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go file.Follow(ctx)
		wait := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		}
		expect := func(answers int64, logged string, times int) {
			t.Helper()
			if plan, _ := file.Catalogue().Plan("starter"); plan.Limits.Answers != answers {
				t.Errorf("the plan has %d answers, want %d", plan.Limits.Answers, answers)
			}
			if n := strings.Count(log.String(), logged); n != times {
				t.Errorf("%q is logged %d times, want %d:\n%s", logged, n, times, log.String())
			}
		}
		wait(time.Minute)
		expect(1000, "msg", 0) // nothing happened

		was := file.Catalogue()
		write(strings.Replace(good, "answers: 1000", "answers: 2000", 1))
		wait(catalogueEvery)
		expect(2000, "has changed", 1)
		if plan, _ := was.Plan("starter"); plan.Limits.Answers != 1000 {
			t.Error("a catalogue that somebody holds was changed under them")
		}

		write(strings.Replace(good, "answers: 1000", "answers: many", 1))
		wait(time.Minute)
		expect(2000, "line 11", 1) // once, not each time

		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		wait(time.Minute)
		expect(2000, "cannot be read", 1)

		write(strings.Replace(good, "answers: 1000", "answers: 3000", 1))
		wait(catalogueEvery)
		expect(3000, "has changed", 2)

		cancel()
		synctest.Wait()
	})
}

func TestNobodyStartsWithPlansThatWereNotMeant(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plans.yaml")
	if _, err := OpenCatalogue(path, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("without a file: %v", err)
	}
	if err := os.WriteFile(path, []byte("plans: []"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCatalogue(path, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("with a wrong file: %v", err)
	}
}
