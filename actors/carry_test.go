package actors

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/fxamacker/cbor/v2"
	"google.golang.org/protobuf/proto"

	"parley/actors/cluster"
	"parley/chat"
)

var updateCarried = flag.Bool("update", false, "write testdata/carried.txt anew")

// atHome are the types of this package that look as if they were sent to other nodes, and are not.
var atHome = []string{
	"begin", "abandon", "finish", "halt", // orders of a session to itself
	"lineRead", "deskTick", "gathered", // of a desk to itself
}

// closed are types that are encoded although they have fields which are not exported: those are no part of the message.
var closed = []reflect.Type{reflect.TypeFor[actor.PID](), reflect.TypeFor[time.Time](), reflect.TypeFor[Forms]()}

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

// Whatever is told to a session or a desk, is an order, an output or the body of an event, must be carried or named in atHome.
func TestNoMessageIsForgotten(t *testing.T) {
	var known []string
	for _, typ := range ours() {
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		known = append(known, typ.Name())
	}
	forgotten := func(why string, names []string) {
		if len(names) < 2 {
			t.Errorf("%s: only %v found; the test looks in the wrong place", why, names)
		}
		for _, name := range names {
			if !slices.Contains(known, name) && !slices.Contains(atHome, name) {
				t.Errorf("%s is %s, and carry.go does not carry it", name, why)
			}
		}
	}
	forgotten("told to sessions", grouped(t, "messages.go", "What sessions are told"))
	forgotten("told to desks", grouped(t, "desk.go", "What desks are told"))
	forgotten("an order", having(t, ".", "plan"))
	forgotten("an output", having(t, ".", "output"))
	forgotten("an output of a desk", having(t, ".", "deskOutput"))
	forgotten("the body of an event", having(t, filepath.Join("..", "chat"), "Type"))
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

// grouped names the types of the group that begins with such a comment.
func grouped(t *testing.T, file, comment string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE || !strings.HasPrefix(group.Doc.Text(), comment) {
			continue
		}
		for _, spec := range group.Specs {
			names = append(names, spec.(*ast.TypeSpec).Name.Name)
		}
	}
	return names
}

// having names the types of a folder that have a method.
func having(t *testing.T, folder, method string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != method {
				continue
			}
			receiver := f.Recv.List[0].Type
			if pointer, is := receiver.(*ast.StarExpr); is {
				receiver = pointer.X
			}
			names = append(names, receiver.(*ast.Ident).Name)
		}
	}
	return names
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
		if err := os.WriteFile(path, now.Bytes(), 0o644); err != nil { //nolint:gosec // G306: it is part of the repository.
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("there is none: go test ./actors -run Messages -update")
	}
	if !bytes.Equal(before, now.Bytes()) {
		t.Errorf("messages are written in another way. New fields and kinds are good: go test ./actors -run Messages -update. Whatever else changes is not understood by the version before.\n%s", now.Bytes())
	}
	lines := strings.Split(strings.TrimSpace(string(before)), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		label, _, _ := strings.Cut(lines[i], " ")
		name, number, _ := strings.Cut(label, "/")
		data, err := hex.DecodeString(lines[i+1])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := carried.Open(&cluster.Envelope{Kind: name, Data: data})
		if unknown, is := got.(*cluster.Unknown); is {
			t.Errorf("%s: %v", label, unknown)
			continue
		}
		want := filled(t, types[name])[int(number[0]-'0')]
		if !alike(want, reflect.ValueOf(got)) {
			t.Errorf("%s: got %+v", label, got)
		}
	}
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

// filled makes values of a type in which no field is zero; one for each thing that an interface in it may hold.
func filled(t *testing.T, typ reflect.Type) []reflect.Value {
	t.Helper()
	choices := 1
	if holder, ok := interfaceIn(typ); ok {
		choices = len(holding(holder))
	}
	values := make([]reflect.Value, choices)
	for i := range choices {
		values[i] = reflect.New(typ).Elem()
		fill(t, values[i], i)
	}
	return values
}

func fill(t *testing.T, v reflect.Value, choice int) {
	t.Helper()
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 5, 4, 3, 217_000_000, time.UTC)))
		return
	case reflect.TypeFor[*actor.PID]():
		v.Set(reflect.ValueOf(actor.NewPID("10.0.0.7:4711", "watcher/1x")))
		return
	case reflect.TypeFor[Forms]():
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a " + v.Type().Name())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(-7_000_000_000)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), choice)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), choice)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, choice)
		fill(t, value, choice)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Interface:
		held := reflect.New(holding(v.Type())[choice]).Elem()
		fill(t, held, 0)
		v.Set(held)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); !f.IsExported() {
				t.Fatalf("%s.%s would stay behind: it is not exported", v.Type(), f.Name)
			}
			fill(t, v.Field(i), choice)
		}
	default:
		t.Fatalf("the test cannot fill a %s", v.Type())
	}
}

// holding are the carried types that an interface may hold.
func holding(iface reflect.Type) []reflect.Type {
	var held []reflect.Type
	for _, typ := range carried.Types() {
		if typ.Implements(iface) {
			held = append(held, typ)
		}
	}
	slices.SortFunc(held, func(a, b reflect.Type) int { return strings.Compare(a.String(), b.String()) })
	return held
}

// interfaceIn finds a field of an interface type, of which each message has one at most.
func interfaceIn(typ reflect.Type) (reflect.Type, bool) {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Interface {
		return typ, true
	}
	if typ.Kind() != reflect.Struct || slices.Contains(closed, typ) {
		return nil, false
	}
	for i := range typ.NumField() {
		if found, ok := interfaceIn(typ.Field(i).Type); ok {
			return found, true
		}
	}
	return nil, false
}

// alike compares what is part of a message: addresses by what they say.
func alike(a, b reflect.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	if pid, ok := a.Interface().(*actor.PID); ok {
		return proto.Equal(pid, b.Interface().(*actor.PID))
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return alike(a.Elem(), b.Elem())
	case reflect.Struct:
		if slices.Contains(closed, a.Type()) {
			return reflect.DeepEqual(a.Interface(), b.Interface())
		}
		for i := range a.NumField() {
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
