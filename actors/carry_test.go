package actors

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"google.golang.org/protobuf/proto"

	"parley/actors/cluster"
	"parley/chat"
)

var updateCarried = flag.Bool("update", false, "write testdata/carried.txt anew")

func TestEveryMessageArrivesAsItWasSent(t *testing.T) {
	for name, typ := range ours() {
		for i, sent := range filled(t, typ) {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				got := transport(t, sent.Interface())
				if !alike(sent, reflect.ValueOf(got)) {
					t.Errorf("sent %+v\n got %+v", sent.Interface(), got)
				}
			})
		}
	}
}

func TestAMessageWithNothingInItArrivesIfItMayBeSo(t *testing.T) {
	for name, typ := range ours() {
		if _, holds := interfaceIn(typ); holds || typ == reflect.TypeFor[*attach]() {
			continue
		}
		zero := reflect.Zero(typ)
		if typ.Kind() == reflect.Pointer {
			zero = reflect.New(typ.Elem())
		}
		if got := transport(t, zero.Interface()); !alike(zero, reflect.ValueOf(got)) {
			t.Errorf("%s: sent %+v, got %+v", name, zero.Interface(), got)
		}
	}
}

// ours are the carried types but the cluster's own.
func ours() map[string]reflect.Type {
	types := carried.Types()
	maps.DeleteFunc(types, func(name string, _ reflect.Type) bool {
		_, general := cluster.NewCodec().Types()[name]
		return general
	})
	return types
}

// The file has each message as it was sent by the version before. Nodes of two versions run side by side, so what stands in it
// must go on being read; new fields and kinds may come.
func TestMessagesAreWrittenAndReadAsTheVersionBeforeDid(t *testing.T) {
	path := filepath.Join("testdata", "carried.txt")
	var now bytes.Buffer
	types := ours()
	for _, name := range slices.Sorted(maps.Keys(types)) {
		for i, message := range filled(t, types[name]) {
			packed, err := carried.Pack(message.Interface())
			if err != nil {
				t.Fatal(err)
			}
			text, err := cbor.Diagnose(packed.GetData())
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&now, "%s/%d %s\n%x\n", name, i, text, packed.GetData())
		}
	}
	if *updateCarried {
		if err := os.WriteFile(path, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("there is none: go test ./actors -run Messages -update")
	}
	if !bytes.Equal(before, now.Bytes()) {
		t.Error("there are new fields or kinds: go test ./actors -run Messages -update, and see what changes")
	}
	lines := strings.Split(strings.TrimSpace(string(before)), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		label, text, _ := strings.Cut(lines[i], " ")
		name, _, _ := strings.Cut(label, "/")
		data, err := hex.DecodeString(lines[i+1])
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		again, err := carried.Pack(carried.Open(&cluster.Envelope{Kind: name, Data: data}))
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		var sent, read any
		if err := errors.Join(cbor.Unmarshal(data, &sent), cbor.Unmarshal(again.GetData(), &read)); err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		if again.GetKind() != name || !within(sent, read) {
			t.Errorf("of what the version before sends, something is lost: %s\n%s", label, text)
		}
	}
}

// within tells whether all that was sent is in what was read, which may have more fields.
func within(sent, read any) bool {
	switch sent := sent.(type) {
	case map[any]any:
		into, ok := read.(map[any]any)
		for key, value := range sent {
			ok = ok && within(value, into[key])
		}
		return ok
	case []any:
		into, ok := read.([]any)
		return ok && slices.EqualFunc(sent, into, within)
	}
	return reflect.DeepEqual(sent, read)
}

func TestAnAnswersPieceArrivesThoughItEndsWithinALetter(t *testing.T) {
	sent := &Delta{Message: "msg_1", Index: 3, Text: "gr\xc3"}
	if got := transport(t, sent).(*Delta); got.Text != sent.Text {
		t.Errorf("got %q", got.Text)
	}
}

func TestErrorsAreRecognisedAfterTheJourney(t *testing.T) {
	secret := errors.New("dial postgres://parley:hunter2@db")
	for _, sent := range []error{
		chat.ErrNotFound, chat.ErrFenced, chat.ErrQuota, chat.ErrBlocked, chat.ErrUnavailable.Because(secret), errTooMany,
		fmt.Errorf("write: %w", chat.ErrNotWaiting),
	} {
		got, ok := transport(t, sent).(error)
		want := chat.AsError(sent)
		var failed *chat.Error
		switch {
		case !ok || !errors.Is(got, want) || !errors.As(got, &failed):
			t.Errorf("%v became %v", sent, got)
		case failed.Kind != want.Kind || failed.Message != want.Message || failed.RetryAfter != want.RetryAfter:
			t.Errorf("%+v became %+v", want, failed)
		case strings.Contains(got.Error(), "hunter2"):
			t.Errorf("the cause went along: %v", got)
		}
	}
	got := transport(t, secret).(error)
	if e := chat.AsError(got); e.Kind != chat.Internal || strings.Contains(got.Error(), "hunter2") {
		t.Errorf("got %v", got)
	}
}

func TestACallKeepsWhoAsksAndHowLongTheyWait(t *testing.T) {
	trace := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	sent := &cluster.Call{ID: 1<<63 | 5, Trace: trace, Until: time.Now().Add(time.Minute), Message: &wake{}}
	got := transport(t, sent).(*cluster.Call)
	if _, ok := got.Message.(*wake); !ok || got.ID != sent.ID || got.Trace != trace || got.Until.Sub(sent.Until).Abs() > 30*time.Second {
		t.Errorf("got %+v", got)
	}
	if got := transport(t, &cluster.Call{ID: 1, Message: &wake{}}).(*cluster.Call); !got.Until.IsZero() {
		t.Errorf("waits until %v", got.Until)
	}
	late := transport(t, &cluster.Call{ID: 1, Until: time.Now().Add(-time.Hour), Message: &wake{}}).(*cluster.Call)
	if late.Until.IsZero() || time.Until(late.Until) > time.Minute {
		t.Errorf("one that is late waits until %v", late.Until)
	}
	if got := transport(t, &cluster.Call{ID: 1, Trace: "\xff", Message: &wake{}}).(*cluster.Call); got.Trace != "" {
		t.Errorf("a trace that is no text came as %q", got.Trace)
	}
}

func TestWhatTheOtherVersionDoesNotKnowIsToleratedOrRefused(t *testing.T) {
	encode := func(v any) []byte {
		data, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	type newer struct {
		Message, Text, Mood string
		More                map[string][]int
	}
	delta := encode(newer{Message: "msg_1", Text: "Hi", Mood: "merry", More: map[string][]int{"a": {1}}})
	got, ok := carried.Open(&cluster.Envelope{Kind: "output.delta", Data: delta}).(*Delta)
	if !ok || got.Message != "msg_1" || got.Text != "Hi" || got.Index != 0 {
		t.Errorf("with unknown fields and without a known one: %+v", got)
	}
	choice := func(kind string) any { return map[string]any{"Kind": kind, "Data": map[string]any{}} }
	for name, envelope := range map[string]*cluster.Envelope{
		"an unknown kind":                {Kind: "output.hologram", Data: delta},
		"no kind":                        {Data: delta},
		"no data":                        {Kind: "output.delta"},
		"data that is null":              {Kind: "write", Data: []byte{0xf6}},
		"data of another type":           {Kind: "output.delta", Data: encode("text")},
		"a field of another type":        {Kind: "output.delta", Data: encode(map[string]any{"Index": "seven"})},
		"an unknown order":               {Kind: "write", Data: encode(map[string]any{"Order": choice("order.dance")})},
		"no order":                       {Kind: "write", Data: encode(map[string]any{})},
		"an output in place of an order": {Kind: "write", Data: encode(map[string]any{"Order": choice("output.delta")})},
		"no output":                      {Kind: "show", Data: encode(map[string]any{})},
		"an unknown body":                {Kind: "output.event", Data: encode(map[string]any{"Seq": 1, "Body": choice("event.danced")})},
		"no body":                        {Kind: "order.remark", Data: encode(map[string]any{})},
		"nobody who watches":             {Kind: "attach", Data: encode(map[string]any{})},
		"a sitter without a seat":        {Kind: "desk.stir", Data: encode(map[string]any{"Seats": []any{map[string]any{}}})},
		"data that goes on":              {Kind: "wake", Data: append(encode(map[string]any{}), 0)},
	} {
		unknown, is := carried.Open(envelope).(*cluster.Unknown)
		if !is || unknown.Kind != envelope.GetKind() || !errors.Is(unknown, chat.ErrUnavailable) {
			t.Errorf("%s: got %+v", name, carried.Open(envelope))
		}
		envelope.Call = 7
		if call := carried.Open(envelope).(*cluster.Call); call.ID != 7 || call.Message == nil {
			t.Errorf("%s, in a call: got %+v", name, call)
		}
	}
}

func TestWhatIsCutOffIsRefused(t *testing.T) {
	for name, typ := range ours() {
		packed, err := carried.Pack(filled(t, typ)[0].Interface())
		if err != nil {
			t.Fatal(err)
		}
		for n := range packed.GetData() {
			cut := &cluster.Envelope{Kind: name, Data: packed.GetData()[:n]}
			if _, refused := carried.Open(cut).(*cluster.Unknown); !refused {
				t.Fatalf("%s is read from its first %d bytes", name, n)
			}
		}
	}
}

func FuzzOpenNeverPanics(f *testing.F) {
	for name, typ := range ours() {
		t := new(testing.T)
		for _, message := range filled(t, typ) {
			packed, err := carried.Pack(message.Interface())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(name, packed.GetData(), uint64(0))
		}
	}
	f.Add("error", []byte{0xa0}, uint64(1))
	f.Fuzz(func(t *testing.T, kind string, data []byte, call uint64) {
		opened := carried.Open(&cluster.Envelope{Kind: kind, Data: data, Call: call})
		if called, is := opened.(*cluster.Call); is != (call != 0) {
			t.Errorf("got a %T", opened)
		} else if is {
			opened = called.Message
		}
		switch m := opened.(type) {
		case nil:
			t.Error("got nothing")
		case *write:
			if m.Order == nil {
				t.Error("got a write without an order")
			}
		case *Event:
			if m.Body == nil {
				t.Error("got an event without a body")
			}
		}
	})
}

// transport packs, marshals, unmarshals and opens, as two nodes do.
func transport(t *testing.T, message any) any {
	t.Helper()
	packed, err := carried.Pack(message)
	if err != nil {
		t.Fatalf("pack a %T: %v", message, err)
	}
	bytes, err := proto.Marshal(packed)
	if err != nil {
		t.Fatalf("marshal a %T: %v", message, err)
	}
	var arrived cluster.Envelope
	if err := proto.Unmarshal(bytes, &arrived); err != nil {
		t.Fatalf("unmarshal a %T: %v", message, err)
	}
	return carried.Open(&arrived)
}
