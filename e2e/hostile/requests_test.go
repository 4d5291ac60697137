package hostile

import (
	"net/http"
	"strings"
	"testing"

	"parley/chat"
	"parley/e2e/owner"
	"parley/persistence/testbed"
)

// onBoth plays on SQLite and on Postgres: what one takes, the other may not.
func onBoth(t *testing.T, play func(t *testing.T, h *house)) {
	for name, env := range map[string]func() []string{
		"SQLite":   func() []string { return nil },
		"Postgres": func() []string { return []string{"DATABASE_URL=" + testbed.Postgres(t, testbed.NoSync)} },
	} {
		t.Run(name, func(t *testing.T) { play(t, open(t, env()...)) })
	}
}

func TestRequestsThatMakeNoSenseAreRefusedInWords(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		bot := "bots/" + h.bot
		deep := strings.Repeat("[", 50_000)
		for name, c := range map[string]struct {
			method, path, body string
			status             int
			code, says         string
		}{
			"no body":                   {"POST", "bots", ``, 400, "malformed", "JSON"},
			"no JSON":                   {"POST", "bots", marker, 400, "malformed", "JSON"},
			"half of it":                {"POST", "bots", `{"name":"` + marker, 400, "malformed", "JSON"},
			"more than one":             {"POST", "bots", `{"name":"a"}{"name":"b"}`, 400, "malformed", "JSON"},
			"an array":                  {"POST", "bots", `["` + marker + `"]`, 422, "invalid", "not valid"},
			"null":                      {"POST", "bots", `null`, 422, "invalid", "not valid"},
			"a number for a name":       {"POST", "bots", `{"name":5}`, 422, "invalid", "not valid"},
			"no name":                   {"POST", "bots", `{"name":""}`, 422, "invalid", "name"},
			"a name of space":           {"POST", "bots", `{"name":" \t"}`, 422, "invalid", "name"},
			"a long name":               {"POST", "bots", `{"name":"` + strings.Repeat("x", 1000) + `"}`, 422, "invalid", "name"},
			"a NUL in a name":           {"POST", "bots", `{"name":"a\u0000b"}`, 422, "invalid", "name"},
			"deep nesting":              {"POST", "bots", deep, 400, "malformed", "JSON"},
			"closed deep nesting":       {"POST", "bots", `{"name":` + deep[:9000] + strings.Repeat("]", 9000) + `}`, 422, "invalid", "not valid"},
			"invalid UTF-8":             {"POST", "bots", "{\"name\":\"" + marker + "\xff\xfe\"}", 400, "malformed", "UTF-8"},
			"1 MB":                      {"POST", "bots", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "body_too_large", "larger"},
			"a bad colour":              {"PUT", bot + "/appearance", `{"accent":"url(` + marker + `)"}`, 422, "invalid", "#3455db"},
			"a script for an avatar":    {"PUT", bot + "/appearance", `{"avatar":"javascript:alert(1)"}`, 422, "invalid", "https://"},
			"a domain for everybody":    {"PUT", bot + "/domains", `{"domains":["*"]}`, 422, "domain_invalid", "your own site"},
			"domains that are text":     {"PUT", bot + "/domains", `{"domains":"shop.example"}`, 422, "invalid", "not valid"},
			"nothing to search for":     {"POST", bot + "/search", `{"query":""}`, 422, "invalid", "query"},
			"a long search":             {"POST", bot + "/search", `{"query":"` + strings.Repeat("x", 2001) + `"}`, 422, "invalid", "2000"},
			"too much to find":          {"POST", bot + "/search", `{"query":"x","limit":100000}`, 422, "invalid", "not valid"},
			"less than nothing to find": {"POST", bot + "/search", `{"query":"x","limit":-1}`, 422, "invalid", "not valid"},
			"an empty question":         {"POST", bot + "/answers", `{"text":" "}`, 422, "message_empty", "write a message"},
			"8,001 characters":          {"POST", bot + "/answers", `{"text":"` + strings.Repeat("é", 8001) + `"}`, 413, "message_too_long", "in parts"},
			"a question of 1 MB":        {"POST", bot + "/answers", `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "body_too_large", "larger"},
			"invalid UTF-8 in it":       {"POST", bot + "/answers", "{\"text\":\"\xc3\x28\"}", 400, "malformed", "UTF-8"},
			"a long client_id":          {"POST", bot + "/answers", `{"text":"x","client_id":"` + strings.Repeat("x", 65) + `"}`, 422, "invalid", "not valid"},
			"a NUL in a client_id":      {"POST", bot + "/answers", `{"text":"x","client_id":"a\u0000b"}`, 422, "bad_id", "not allowed"},
			"no conversation":           {"POST", bot + "/answers", `{"text":"x","conversation":"` + chat.NewID(chat.ConversationPrefix) + `"}`, 404, "not_found", "nothing here"},
			"a conversation of no form": {"POST", bot + "/answers", `{"text":"x","conversation":"' OR 1=1"}`, 404, "not_found", "nothing here"},
			"a page too large":          {"GET", "conversations?limit=201", ``, 422, "invalid", "not valid"},
			"a page of none":            {"GET", "conversations?limit=0", ``, 422, "invalid", "not valid"},
			"a page of words":           {"GET", "conversations?limit=many", ``, 422, "invalid", "not valid"},
			"a cursor that is none":     {"GET", "conversations?cursor=" + marker, ``, 422, "bad_cursor", "from its beginning"},
			"another cursor":            {"GET", bot + "/sources?cursor=%00%ff", ``, 422, "bad_cursor", "from its beginning"},
			"an unknown status":         {"GET", "conversations?status=" + marker, ``, 422, "invalid", "not valid"},
			"events before the first":   {"GET", "conversations/" + h.visitor.Conversation() + "/events?after=-1", ``, 422, "invalid", "not valid"},
			"events beyond numbers":     {"GET", "conversations/" + h.visitor.Conversation() + "/events?after=99999999999999999999", ``, 422, "invalid", "not valid"},
			"a source of nothing":       {"POST", bot + "/sources", `{}`, 422, "source_kind", "one of these"},
			"a source of null":          {"POST", bot + "/sources", `null`, 422, "source_kind", "one of these"},
			"a source that is a list":   {"POST", bot + "/sources", `[]`, 400, "malformed", "JSON"},
			"a text of space":           {"POST", bot + "/sources", `{"text":" \n"}`, 422, "text_empty", "Write some"},
			"a text of invalid UTF-8":   {"POST", bot + "/sources", "{\"text\":\"" + marker + "\xff\"}", 400, "malformed", "UTF-8"},
			"a text of 9 MB":            {"POST", bot + "/sources", `{"text":"` + strings.Repeat("x", 9<<20) + `"}`, 413, "body_too_large", "as files"},
			"no questions":              {"POST", bot + "/sources", `{"faq":[]}`, 422, "invalid", "question"},
			"half a question":           {"POST", bot + "/sources", `{"faq":[{"question":"` + marker + `"}]}`, 422, "invalid", "entry 1"},
			"a file of the server":      {"POST", bot + "/sources", `{"url":"file:///etc/passwd"}`, 422, "invalid", "https://"},
			"a password in an address":  {"POST", bot + "/sources", `{"url":"https://a:` + marker + `@shop.example"}`, 422, "invalid", "https://"},
			"an e-mail that is none":    {"POST", "auth/register", `{"email":"` + marker + `","password":"correct horse battery","company":"x"}`, 422, "email_invalid", "e-mail"},
			"a short password":          {"POST", "auth/register", `{"email":"a@b.example","password":"x","company":"x"}`, 422, "password_too_short", "characters"},
			"an e-mail that is taken":   {"POST", "auth/register", `{"email":"` + marker + `good@shop.example","password":"correct horse battery","company":"x"}`, 409, "email_taken", "sign in"},
			"a wrong password":          {"POST", "auth/login", `{"email":"` + marker + `good@shop.example","password":"wrong horse battery"}`, 401, "credentials_wrong", "password"},
			"nobody's e-mail":           {"POST", "auth/login", `{"email":"` + marker + `none@shop.example","password":"wrong horse battery"}`, 401, "credentials_wrong", "password"},
			"another's bot":             {"GET", "bots/" + h.theirs, ``, 404, "not_found", "nothing here"},
			"a bot that is none":        {"GET", "bots/" + chat.NewID(chat.BotPrefix), ``, 404, "not_found", "nothing here"},
			"a bot of no form":          {"GET", "bots/%00", ``, 404, "not_found", "nothing here"},
			"a way out":                 {"GET", "bots/..%2f..%2fetc", ``, 404, "not_found", "nothing here"},
			"a wrong method":            {"DELETE", "bots", ``, 405, "method_not_allowed", "method"},
			"no such address":           {"GET", marker, ``, 404, "not_found", "nothing here"},
		} {
			t.Run(name, func(t *testing.T) {
				media := "application/json"
				if c.body == "" {
					media = ""
				}
				got, err := h.owner.Try(c.method, c.path, media, strings.NewReader(c.body))
				if err != nil {
					t.Fatal(err)
				}
				refused(t, got, c.status, c.code, c.says)
				h.unharmed(t)
			})
		}
	})
}

func TestNobodyUploadsToAnothersBot(t *testing.T) {
	t.Parallel()
	h := open(t)
	send := func(bot string) (string, owner.Answer) {
		media, form := owner.Form("a.txt", []byte(marker))
		got, err := h.owner.Try(http.MethodPost, "bots/"+bot+"/sources", media, strings.NewReader(string(form)))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(string(got.Body), got.Problem().RequestID, "", 1), got
	}
	theirs, got := send(h.theirs)
	refused(t, got, 404, "not_found", "nothing here")
	for _, bot := range []string{chat.NewID(chat.BotPrefix), "bot_1", strings.ToUpper(h.theirs)} {
		if none, _ := send(bot); none != theirs {
			t.Errorf("another's bot is answered with %s, %s with %s", theirs, bot, none)
		}
	}
	var page struct{ Items []owner.Source }
	h.other.Call(http.MethodGet, "bots/"+h.theirs+"/sources", nil, &page)
	if len(page.Items) != 0 {
		t.Errorf("the other business has %v", page.Items)
	}
	h.unharmed(t)
}
