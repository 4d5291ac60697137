package socket

import (
	"slices"
	"testing"
	"time"
	"unsafe"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

func TestAnOutputIsEncodedOnceForAllWhoSeeTheSame(t *testing.T) {
	t.Parallel()
	delta := &actors.Delta{Message: "msg_a", Index: 3, Text: "lo \u00fc"}
	event := &actors.Event{Event: chat.Event{Seq: 1, At: time.Now(), Body: chat.MessageCompleted{Message: "msg_a", Text: "Hello \u00fc"}}}
	for scope, want := range map[string][2][]byte{
		"": {wire.AppendDelta(nil, "", delta.Message, delta.Index, delta.Text), wire.AppendEvent(nil, event.Event)},
		"cnv_1": {wire.AppendDelta(nil, "cnv_1", delta.Message, delta.Index, delta.Text),
			wire.AppendWatched(nil, "cnv_1", event.Event)},
	} {
		var scratch []byte
		show := func() [2][]byte {
			return [2][]byte{(item{delta: delta, scope: scope}).encode(&scratch), eventFrame(event, scope)}
		}
		first := show()
		clear(scratch) // it serves others in between
		second := show()
		for i := range want {
			if !slices.Equal(first[i], want[i]) {
				t.Errorf("%q: got %s, want %s", scope, first[i], want[i])
			}
			if unsafe.SliceData(first[i]) != unsafe.SliceData(second[i]) {
				t.Errorf("%q: %s was encoded twice", scope, second[i])
			}
		}
	}
}

// A delta on its way to a visitor and 50 agents, up to the bytes that are written:
// what a session and the writers of its watchers do, without the system calls.
// "each" encodes it for every one of them, as if nothing were shared.
func BenchmarkDelta(b *testing.B) {
	const text = "A piece of an answer, \"as\" a model gives it.\n"
	message := chat.NewID(chat.MessagePrefix)
	scopes := append([]string{""}, slices.Repeat([]string{chat.NewID(chat.ConversationPrefix)}, 50)...)
	for how, encode := range map[string]func(item, *[]byte) []byte{
		"shared": item.encode,
		"each": func(it item, scratch *[]byte) []byte {
			*scratch = wire.AppendDelta((*scratch)[:0], it.scope, it.delta.Message, it.delta.Index, it.delta.Text)
			return *scratch
		},
	} {
		b.Run(how, func(b *testing.B) {
			watches := make([]*watch, len(scopes))
			for i, scope := range scopes {
				watches[i] = &watch{c: &conn{out: outbox{bound: 1000, wake: func() {}}}, scope: scope, answer: message}
			}
			scratch := make([]byte, 0, 1<<10)
			b.ReportAllocs()
			for i := range b.N {
				delta := &actors.Delta{Message: message, Index: i * len(text), Text: text}
				for _, w := range watches {
					w.show(delta)
					it, _ := w.c.out.take()
					encode(it, &scratch)
					w.c.out.take() // nothing more: the writer ends
				}
			}
		})
	}
}
