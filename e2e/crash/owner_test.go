package crash

import (
	"net/http"
	"os"
	"testing"

	"parley/e2e/owner"
	"parley/e2e/server"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

func register(t *testing.T, s *server.Server) *owner.Owner {
	t.Helper()
	return owner.Register(t, s.URL(), owner.Registration{
		Email: marker("email") + "@shop.example", Password: "correct horse battery", Company: marker("company"), Name: marker("owner"),
	})
}

// makeBot makes a bot that knows a text and a file. model is as in its settings: "" or "extractive".
func makeBot(o *owner.Owner, model string) string {
	bot := o.MakeBot(marker("bot"))
	o.Call(http.MethodPatch, "bots/"+bot, map[string]any{
		"greeting": marker("greeting"), "instructions": "Speak of " + marker("instructions") + ".", "model": model,
	}, nil)
	o.AddText(bot, marker("title"), "Returns are accepted within seven days of delivery; mention "+marker("passage")+" to support. "+
		"The shop opens at nine in the morning and closes at six in the evening. "+
		"Delivery takes three working days within the country and ten abroad.")
	o.AddFile(bot, marker("filename")+".md", []byte("# Warranty\n\nThe warranty lasts two years and covers "+marker("original")+" as well.\n"))
	return bot
}
