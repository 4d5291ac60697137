package actors

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"parley/actors/cluster"
	"parley/chat"
)

// BenchmarkCarry measures what it takes to send a message to another node, but for the network: pack, marshal, unmarshal, open.
func BenchmarkCarry(b *testing.B) {
	visitor := Visitor{
		Ref: chat.Ref{Tenant: chat.NewID("tnt"), Conversation: chat.NewID(chat.ConversationPrefix)},
		Bot: chat.NewID("bot"), ID: chat.NewID(chat.VisitorPrefix), Page: "https://shop.example/basket", Locale: "de", BotName: "Parley",
	}
	text := strings.Repeat("How long does it take? ", 5)
	for name, message := range map[string]any{
		"delta": &Delta{Message: chat.NewID(chat.MessagePrefix), Index: 512, Text: " delivery"},
		"post": &cluster.Call{ID: 1 << 60, Until: time.Now().Add(time.Hour), Message: &write{visitor, &post{
			Author: chat.Author{Kind: chat.ByVisitor, ID: visitor.ID}, ClientID: "c-0af7651916cd43dd", Text: text,
		}}},
		"event": &Event{Event: chat.Event{Seq: 12, At: time.Now().UTC().Truncate(time.Millisecond), Body: chat.MessageCreated{
			Message: chat.NewID(chat.MessagePrefix), Author: chat.Author{Kind: chat.ByVisitor}, Text: text, ClientID: "c-0af7651916cd43dd",
		}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				packed, err := carried.Pack(message)
				if err != nil {
					b.Fatal(err)
				}
				bytes, err := proto.Marshal(packed)
				if err != nil {
					b.Fatal(err)
				}
				var arrived cluster.Envelope
				if err := proto.Unmarshal(bytes, &arrived); err != nil {
					b.Fatal(err)
				}
				if _, unknown := carried.Open(&arrived).(*cluster.Unknown); unknown {
					b.Fatal("it did not arrive")
				}
				size = len(bytes)
			}
			b.ReportMetric(float64(size), "B/message")
		})
	}
	b.Run("local", func(b *testing.B) {
		var message any = &Delta{}
		b.ReportAllocs()
		for b.Loop() {
			if carried.Open(message) != message {
				b.Fatal("it is another")
			}
		}
	})
}
