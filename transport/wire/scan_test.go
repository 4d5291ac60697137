package wire

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestTheUsualFramesAreScanned(t *testing.T) {
	t.Parallel()
	for _, frame := range []string{
		`{"id":"7","type":"message.send","data":{"client_id":"c-1","text":"Grüße \"an\" alle\n\/\\"}}`,
		`{"type":"ping"}`,
		`{"data":{},"type":"typing","id":""}`,
		`{"data":null,"type":"handoff.request"}`,
		` { "id" : "1" , "type" : "read" , "data" : { "seq" : 41 , "a" : -7, "b" : 0, "c" : true , "d" : false , "e" : null } } ` + "\r\n\t",
	} {
		if _, usual := scan([]byte(frame)); !usual {
			t.Errorf("%s is not scanned", frame)
		}
	}
}

func TestWhatIsUnusualIsLeftToTheStandardDecoder(t *testing.T) {
	t.Parallel()
	for _, frame := range []string{
		``, `{`, `{}`, `[]`, `null`, `{"id":"1"}`, `{"type":"ping"`, `{"type":"ping"} x`, `{"type":"ping",}`, `{,"type":"ping"}`, `{"type" "ping"}`,
		`{"TYPE":"ping"}`, `{"type":"ping","type":"pong"}`, `{"type":"pi\u006eg"}`, `{"type":"pi` + "\n" + `ng"}`, `{"type":1}`,
		`{"type":"a","data":nul}`, `{"type":"a","data":{"b":{}}}`, `{"type":"a","data":{"b":[]}}`, `{"type":"a","data":{"b":01}}`,
		`{"type":"a","data":{"b":1.5}}`, `{"type":"a","data":{"b":1e5}}`, `{"type":"a","data":{"b":-}}`, `{"type":"a","data":{"b":"\u00e4"}}`,
		`{"type":"a","data":{"b":"\x"}}`, `{"type":"a","data":{"b":nul}}`, `{"type":"a","data":{"b":1,}}`, `{"type":"a","data":{"b":}}`, `{"type":"a","data":{"b"`, `{"type":"a","data":x}`, `{"type":"a","data":{"b":"\`,
	} {
		if r, usual := scan([]byte(frame)); usual {
			t.Errorf("%s is scanned as %+v", frame, r)
		}
	}
}

func TestAScannedFrameOutlivesItsBuffer(t *testing.T) {
	t.Parallel()
	frame := []byte(`{"id":"1","type":"message.send","data":{"text":"Hi"}}`)
	r, usual := scan(frame)
	clear(frame)
	if !usual || r.ID != "1" || r.Type != MessageSend || string(r.Data) != `{"text":"Hi"}` {
		t.Errorf("it is %+v, %v", r, usual)
	}
}

// FuzzAScannedFrameIsWhatTheStandardDecoderReads: scan may take less, and never anything else.
func FuzzAScannedFrameIsWhatTheStandardDecoderReads(f *testing.F) {
	for _, frame := range []string{
		`{"id":"1","type":"session.open","data":{"bot":"bot_1","after":41,"page":"https://a.example/","token":null}}`,
		`{"id":"1","type":"a","data":{"b":[1,{"c":-0.5e+7}]}}`, `{"type":"ping"}`, `{"type":"\ud83d\ude00"}`, ` {"data": {"a" :"\"" } ,"type":"x"}`,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if !utf8.Valid(frame) {
			return // it is refused before
		}
		got, usual := scan(frame)
		if !usual {
			return
		}
		var want Request
		if err := json.Unmarshal(frame, &want); err != nil {
			t.Fatalf("%q is scanned: %v", frame, err)
		}
		if got.ID != want.ID || got.Type != want.Type || !bytes.Equal(got.Data, want.Data) {
			t.Fatalf("%q is scanned as %+v, want %+v", frame, got, want)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	frame := []byte(`{"id":"1","type":"message.send","data":{"client_id":"3f0c8d6e-1","text":"a small message, as people write them"}}`)
	for name, read := range map[string]func([]byte) (Request, error){"usual": Decode, "standard": decode} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
