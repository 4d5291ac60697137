package crawl

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// MaxLinks is how many links of a page are followed. Lists of all articles of a large site have some thousands.
const MaxLinks = 20_000

// Page is what a web page says beside its text.
type Page struct {
	Title     string
	Base      string   // what links are relative to, if not the page itself
	Canonical string   // the address by which it wants to be known
	Refresh   string   // where it leads to by itself, at once
	Links     []string // as written, each once
	NoIndex   bool     // it asks not to be listed
	NoFollow  bool     // it asks that its links are not followed
}

// ReadPage reads markup, whatever its state. contentType is what the server says it is.
func ReadPage(body []byte, contentType string) (page Page) {
	content, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil { // an encoding that nobody knows; links are ASCII
		content = bytes.NewReader(body)
	}
	tokens := html.NewTokenizer(content)
	tokens.SetMaxBuf(1 << 20)
	seen := map[string]bool{}
	title := false
	for {
		switch tokens.Next() { //nolint:exhaustive // comments and the like say nothing
		case html.ErrorToken:
			page.Title = strings.Join(strings.Fields(page.Title), " ")
			return page
		case html.TextToken:
			if title && len(page.Title) < 1000 {
				page.Title += string(tokens.Text())
			}
		case html.EndTagToken:
			title = false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := tokens.TagName()
			tag := atom.Lookup(name)
			title = tag == atom.Title && page.Title == ""
			if more {
				page.tag(tag, attributes(tokens), seen)
			}
		}
	}
}

func attributes(tokens *html.Tokenizer) map[string]string {
	all := map[string]string{}
	for {
		key, value, more := tokens.TagAttr()
		if _, double := all[string(key)]; !double {
			all[string(key)] = string(value)
		}
		if !more {
			return all
		}
	}
}

func (p *Page) tag(tag atom.Atom, attr map[string]string, seen map[string]bool) {
	rel := strings.Fields(strings.ToLower(attr["rel"]))
	has := func(what string) bool {
		for _, r := range rel {
			if r == what {
				return true
			}
		}
		return false
	}
	switch tag { //nolint:exhaustive // the others lead nowhere
	case atom.A, atom.Area:
		if !has("nofollow") {
			p.link(attr["href"], seen)
		}
	case atom.Frame, atom.Iframe:
		if tag == atom.Frame {
			p.link(attr["src"], seen)
		}
	case atom.Base:
		if p.Base == "" {
			p.Base = strings.TrimSpace(attr["href"])
		}
	case atom.Link:
		switch {
		case has("canonical") && p.Canonical == "":
			p.Canonical = strings.TrimSpace(attr["href"])
		case has("next") || has("prev"):
			p.link(attr["href"], seen)
		}
	case atom.Meta:
		p.meta(attr)
	}
}

func (p *Page) link(reference string, seen map[string]bool) {
	reference = strings.TrimSpace(reference)
	reference, _, _ = strings.Cut(reference, "#")
	if reference == "" || seen[reference] || len(p.Links) >= MaxLinks {
		return
	}
	if scheme, _, found := strings.Cut(reference, ":"); found && !strings.ContainsAny(scheme, "/?.") {
		if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
			return // mailto, tel, javascript, data
		}
	}
	seen[reference] = true
	p.Links = append(p.Links, reference)
}

func (p *Page) meta(attr map[string]string) {
	content := attr["content"]
	switch name := strings.ToLower(attr["name"]); name {
	case "robots", strings.ToLower(Agent):
		p.Obey(content)
	}
	if strings.EqualFold(attr["http-equiv"], "refresh") && p.Refresh == "" {
		p.Refresh = refresh(content)
	}
}

// Obey applies what a page or its server asks of robots: "noindex, nofollow".
func (p *Page) Obey(directives string) {
	for directive := range strings.SplitSeq(strings.ToLower(directives), ",") {
		switch strings.TrimSpace(directive) {
		case "noindex":
			p.NoIndex = true
		case "nofollow":
			p.NoFollow = true
		case "none":
			p.NoIndex, p.NoFollow = true, true
		}
	}
}

// ObeyHeader applies an X-Robots-Tag, which may be meant for others: "otherbot: noindex".
func (p *Page) ObeyHeader(value string) {
	if agent, directives, found := strings.Cut(value, ":"); found && !strings.Contains(agent, ",") {
		switch strings.ToLower(strings.TrimSpace(agent)) {
		case strings.ToLower(Agent):
			p.Obey(directives)
			return
		case "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview":
		default:
			return
		}
	}
	p.Obey(value)
}

// refresh reads "0; url=/elsewhere". A page that leads on after a while is one to be read.
func refresh(content string) string {
	wait, target, found := strings.Cut(content, ";")
	if !found || strings.Trim(strings.TrimSpace(wait), "01.") != "" {
		return ""
	}
	target = strings.TrimSpace(target)
	if len(target) < 4 || !strings.EqualFold(target[:3], "url") {
		return ""
	}
	target = strings.TrimSpace(target[3:])
	if !strings.HasPrefix(target, "=") {
		return ""
	}
	return strings.Trim(strings.TrimSpace(target[1:]), `"'`)
}
