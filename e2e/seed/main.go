// Command seed fills the data folder of a server that is down with conversations, for tests of what thousands of them look like:
//
//	go run ./e2e/seed -data ./data -tenant tnt_… -bot bot_… -conversations 10000
//
// Each is born as a server would write it, through the store: most are with the bot, some closed, and a few
// wait for a person, each of which is worth a mail. Their times go back from now, a minute each. With -messages
// each has so many of its visitor, which are numbered.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"path/filepath"
	"time"

	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// batch is how many conversations share a transaction.
const batch = 500

func main() {
	log.SetFlags(0)
	log.SetPrefix("seed: ")
	data := flag.String("data", "./data", "the server's data `folder`")
	tenant := flag.String("tenant", "", "`id` of the business")
	bot := flag.String("bot", "", "`id` of its bot")
	conversations := flag.Int("conversations", 10_000, "how `many`")
	messages := flag.Int("messages", 1, "how `many` in each")
	flag.Parse()
	if err := run(context.Background(), *data, *tenant, *bot, *conversations, *messages); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, data, tenant, bot string, conversations, messages int) error {
	master, _, err := seal.LoadOrCreate(filepath.Join(data, "key"))
	if err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, data, postgres.Options{Master: master, Logger: slog.Default()})
	if err != nil {
		return err
	}
	defer store.Close()
	begun := time.Now()
	for from := 0; from < conversations; from += batch {
		var appends []chat.Append
		for i := from; i < min(from+batch, conversations); i++ {
			appends = append(appends, conversation(tenant, bot, i, messages, begun.Add(-time.Duration(conversations-i)*time.Minute)))
		}
		outcomes, err := store.Append(ctx, appends)
		if err != nil {
			return fmt.Errorf("append: %w", err)
		}
		for _, outcome := range outcomes {
			if outcome.Err != nil {
				return fmt.Errorf("append: %w", outcome.Err)
			}
		}
	}
	fmt.Printf("%d conversations in %v\n", conversations, time.Since(begun).Round(time.Millisecond))
	return nil
}

// Who the visitors are and what they say: short and long words, several scripts, both directions.
var (
	names = []string{
		"Mia Fern", "Zoë Ångström", "محمد الأمين", "王小明", "Αθηνά Παπαδοπούλου", "👩‍🔧 Sam", "",
		"Karl-Theodor Maria Nikolaus Johann Jacob Philipp Franz Joseph Sylvester von Obenüber",
	}
	words = []string{
		"Where is my order?", "My second key does not fit the lock.",
		"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
		"كم يومًا لدي لإرجاع الدراجة؟", "自転車を返品できますか？",
		"See https://shop.example/orders/12345678901234567890123456789012345678901234567890?utm_source=mail",
		"I have written to you three times now, and each time somebody else answered something else. Can one person please read all of it?",
	}
)

// conversation is the i-th, begun at a time.
func conversation(tenant, bot string, i, messages int, at time.Time) chat.Append {
	a := chat.Append{
		Ref: chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}, Epoch: 1, At: at,
		Birth:  &chat.Birth{Bot: bot, Visitor: chat.NewID(chat.VisitorPrefix), Page: "https://shop.example/orders", Locale: "de-DE"},
		Bodies: []chat.Body{asked(words[i%len(words)])},
	}
	for number := 2; number <= messages; number++ {
		a.Bodies = append(a.Bodies, asked(fmt.Sprintf("%d. %s", number, words[number%len(words)])))
	}
	if name := names[i%len(names)]; name != "" {
		a.Bodies = append(a.Bodies, chat.ContactChanged{Name: name})
	}
	switch {
	case i%500 == 1:
		a.Status = chat.Waiting
	case i%20 == 0:
		a.Status = chat.Closed
	default:
		a.Status = chat.WithBot
		return a
	}
	a.Bodies = append(a.Bodies, chat.StatusChanged{Status: a.Status})
	return a
}

func asked(text string) chat.Body {
	id := chat.NewID(chat.MessagePrefix)
	return chat.MessageCreated{Message: id, Author: chat.Author{Kind: chat.ByVisitor}, Text: text, ClientID: id}
}
