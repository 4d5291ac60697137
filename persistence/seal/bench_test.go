package seal

import (
	"bytes"
	"runtime"
	"testing"
)

var text = bytes.Repeat([]byte("0123456789"), 20)

func BenchmarkSeal(b *testing.B) {
	_, k := setup(b)
	for b.Loop() {
		if _, err := k.Seal(text, "tnt_1", "events", "cnv_1/1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	_, k := setup(b)
	sealed, _ := k.Seal(text, "tnt_1", "events", "cnv_1/1")
	for b.Loop() {
		if _, err := k.Open(sealed, "tnt_1", "events", "cnv_1/1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewKey(b *testing.B) {
	_, k := setup(b)
	for b.Loop() {
		if _, _, err := k.NewKey("tnt_1", "visitors", "vis_1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrap(b *testing.B) {
	_, k := setup(b)
	wrapped, _, _ := k.NewKey("tnt_1", "visitors", "vis_1")
	for b.Loop() {
		if _, err := k.Unwrap(wrapped, "tnt_1", "visitors", "vis_1"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeyMemory tells what a cached key holds.
func BenchmarkKeyMemory(b *testing.B) {
	const keys = 2000
	_, k := setup(b)
	wrapped, _, _ := k.NewKey("tnt_1", "visitors", "vis_1")
	var before, after runtime.MemStats
	for b.Loop() {
		held := make([]*Key, keys)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range held {
			held[i], _ = k.Unwrap(wrapped, "tnt_1", "visitors", "vis_1")
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/keys, "bytes/key")
		runtime.KeepAlive(held)
	}
}
