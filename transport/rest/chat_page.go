package rest

import (
	"cmp"
	"errors"
	"html/template"
	"log/slog"
	"net/http"

	"parley/chat"
)

// chatPage is where links in mails lead: the chat of one bot, filling the page. What
// stands behind # in its address opens a conversation; it never reaches us.
var chatPage = template.Must(template.New("chat").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{if .ID}}{{.Title}}{{else}}No such chat{{end}}</title>
<link rel="icon" href="data:,">
</head>
<body>
{{- if .ID}}
<noscript><p>This chat needs JavaScript. Please turn it on and load the page again.</p></noscript>
<script src="/widget.js" data-bot="{{.ID}}" data-page="chat" async></script>
{{- else}}
<main>
<h1>There is no such chat</h1>
<p>It may have been removed. Please look for another way to reach us on the website that you came from.</p>
</main>
{{- end}}
</body>
</html>
`))

func (s *server) serveChat(w http.ResponseWriter, r *http.Request) {
	bot, err := s.publicBot(r)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		writeProblem(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	policy(w, sockets(policyChat, r.Host))
	header.Set("Referrer-Policy", "no-referrer") // addresses of mails are nobody else's business
	header.Set("X-Robots-Tag", "noindex")
	header.Set("Cache-Control", cacheChecked)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
	}
	page := struct{ ID, Title string }{bot.ID, cmp.Or(bot.Appearance.Title, bot.Name, "Chat")}
	if err := chatPage.Execute(w, page); err != nil {
		s.Logger.Debug("a page was not read to its end", slog.Any("error", err))
	}
}

// publicBot finds the bot that an address names, of whichever business it is.
func (s *server) publicBot(r *http.Request) (chat.Bot, error) {
	tenant, err := s.Directory.BotTenant(r.Context(), r.PathValue("bot"))
	if err != nil {
		return chat.Bot{}, err
	}
	return s.Directory.Bot(r.Context(), tenant, r.PathValue("bot"))
}
