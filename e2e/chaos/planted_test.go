package chaos

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"parley/e2e/client"
	"parley/e2e/owner"
)

// marker is a text that is planted in one place of the product and can be
// found nowhere else. It is one word to every tokenizer.
func marker(place string) string { return "zqxplanted" + place + "wvk" }

// places is where markers are planted.
var places = []string{
	"email", "company", "owner", "bot", "greeting", "instructions", "title", "passage", "filename", "original", "message", "contact", "comment",
}

// plant registers another business at the server, which has a marker wherever people's
// text is kept, and returns it with its bot. The bot answers from what it was given to read, without a model.
func (s *site) plant() (*site, string) {
	s.Helper()
	planted := *s
	o := owner.Register(s, s.server.URL(), owner.Registration{
		Email: marker("email") + "@shop.example", Password: "correct horse battery", Company: marker("company"), Name: marker("owner"),
	})
	planted.owner = o
	bot := o.MakeBot(marker("bot"))
	planted.welcome(bot)
	o.Call(http.MethodPatch, "bots/"+bot, map[string]any{
		"greeting": marker("greeting"), "instructions": "Speak of " + marker("instructions") + ".", "model": "extractive",
	}, nil)
	o.AddText(bot, marker("title"), "Returns are accepted within seven days of delivery; mention "+marker("passage")+" to support. "+
		"The shop opens at nine in the morning and closes at six in the evening. "+
		"Delivery takes three working days within the country and ten abroad.")
	o.AddFile(bot, marker("filename")+".md", []byte("# Warranty\n\nThe warranty lasts two years and covers "+marker("original")+" as well.\n"))
	return &planted, bot
}

// confide has a visitor leave markers beside their messages.
func (r *run) confide(v *client.Visitor) {
	v.Tell(r.Context(), "contact.set", map[string]any{"email": marker("contact") + "@visitor.example"})
	for _, e := range v.Events() {
		if e.Type == "message.completed" {
			v.Tell(r.Context(), "message.feedback", map[string]any{"message": e.Data.Message, "helpful": true, "comment": marker("comment")})
			return
		}
	}
}

// noPlantedText fails for each marker that can be read in data, however its letters are cased.
func (r *run) noPlantedText(where string, data []byte) {
	r.Helper()
	lower := bytes.ToLower(data)
	for _, place := range places {
		if bytes.Contains(lower, []byte(marker(place))) {
			r.Errorf("%s holds the %s in plain text", where, place)
		}
	}
}

// noPlantedFiles looks through a folder, names of files included.
func (r *run) noPlantedFiles(folder string) {
	r.Helper()
	files, size := 0, 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path == filepath.Join(folder, "mail") {
			return fs.SkipDir // what would have been sent, to whom: it leaves the house where SMTP is set up
		}
		r.noPlantedText("the name of "+path, []byte(filepath.Base(path)))
		if !entry.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files, size = files+1, size+len(data)
		r.noPlantedText(strings.TrimPrefix(path, folder), data)
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	if size < 1<<16 {
		r.Errorf("only %d bytes in %d files were there to look through", size, files)
	}
	r.Logf("looked for %d planted texts through %d files, %d bytes", len(places), files, size)
}
