package main

import (
	"math"
	"runtime/pprof"
	"strings"
	"testing"
)

const aHeap = `heap profile: 3: 6144 [9: 99999] @ heap/2048
2: 4096 [4: 8192] @ 0x1 0x2 0x3
#	0x1	bufio.NewReaderSize+0x2b	/usr/lib/go/src/bufio/bufio.go:57
#	0x2	parley/transport/socket.(*handshake).Hijack+0x10	peer.go:60
#	0x3	net/http.(*conn).serve+0x20	server.go:2000

1: 1000000 [1: 1000000] @ 0x4
#	0x4	main.elsewhere+0x1	main.go:1

0: 0 [7: 7000] @ 0x5
#	0x5	net/http.gone+0x1	server.go:1


# runtime.MemStats
# Alloc = 123
# Stack = 8192 / 65536
# MSpan = 100 / 200
# MCache = 10 / 20
# BuckHashSys = 5000
# GCSys = 1000
# OtherSys = 1
`

func TestAHeapProfileIsReadAsPartsOfWhatAProcessHolds(t *testing.T) {
	t.Parallel()
	held, err := readHeap([]byte(aHeap))
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]float64{}
	for name, bytes := range held {
		of[name] = math.Round(bytes)
	}
	want := map[string]float64{
		"the websocket and its buffers": 4737,      // 4096 / (1 - e^-2): objects as large as two kilobytes are not all noted
		otherHeap:                       1_000_000, // of large ones, all are
		stacks:                          8192,
		runtimes:                        1111,
	}
	for name, bytes := range want {
		if of[name] != bytes {
			t.Errorf("%s: %v bytes, want %v", name, of[name], bytes)
		}
	}
	if len(of) != len(want) {
		t.Errorf("it is read as %v", of)
	}
}

func TestTheHeapOfThisProcessCanBeRead(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	if err := pprof.Lookup("heap").WriteTo(&text, 1); err != nil {
		t.Fatal(err)
	}
	held, err := readHeap([]byte(text.String()))
	if err != nil || held[stacks] <= 0 || held[runtimes] <= 0 {
		t.Errorf("it holds %v, %v", held, err)
	}
}

func TestWhatIsNoHeapProfileIsAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "not found\n", "heap profile: 1: 1 [1: 1]\n"} {
		if held, err := readHeap([]byte(text)); err == nil {
			t.Errorf("%q holds %v", text, held)
		}
	}
}
