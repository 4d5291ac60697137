// Package docs is what users read, and what the demo bot answers from. It
// serves its pages as HTML; the Markdown is the source.
package docs

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

//go:embed *.md images site.css
var files embed.FS

// Page is one page of the documentation.
type Page struct {
	Name     string // "widget.md"
	Title    string // its first heading
	Markdown []byte
}

// order is the order in which a newcomer reads; pages that are not named follow.
var order = []string{"getting-started.md", "knowledge.md", "widget.md", "answers.md", "improve.md", "conversations.md", "inbox.md", "people.md", "team.md", "accounts.md", "sign-in.md", "billing.md", "api.md", "api-keys.md", "permissions.md", "webhooks.md", "mails.md", "self-hosting.md", "security.md", "cluster.md", "digitalocean.md", "aws.md", "backup.md", "upgrade.md", "operations.md", "metrics.md", "limits.md", "plans.md", "operator.md", "activity.md", "capacity.md", "configuration.md"}

// Pages returns all pages in reading order.
func Pages() []Page {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		panic("docs: " + err.Error()) // the pattern is malformed
	}
	slices.SortFunc(names, func(a, b string) int {
		return place(a) - place(b)
	})
	pages := make([]Page, 0, len(names))
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic("docs: " + err.Error()) // it was embedded
		}
		first, _, _ := strings.Cut(string(text), "\n")
		pages = append(pages, Page{Name: name, Title: strings.TrimSpace(strings.TrimLeft(first, "# ")), Markdown: text})
	}
	return pages
}

func place(name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} – Parley</title>
<link rel="stylesheet" href="/docs/site.css">
</head>
<body>
<nav aria-label="Pages"><a class="home" href="/">Parley</a>{{range .Pages}}<a href="/docs/{{.Name}}"{{if eq .Name $.Name}} aria-current="page"{{end}}>{{.Title}}</a>{{end}}</nav>
<main>{{.Body}}</main>
</body>
</html>
`))

// Handler serves the pages below /docs/. Everything is rendered once, here.
func Handler() (http.Handler, error) {
	// GFM, but columns are aligned by an attribute: styles within a page are not allowed.
	tables := extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	markdown := goldmark.New(goldmark.WithExtensions(tables, extension.Linkify, extension.Strikethrough, extension.TaskList), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	pages := Pages()
	rendered := map[string][]byte{}
	for _, p := range pages {
		var body, whole bytes.Buffer
		if err := markdown.Convert(p.Markdown, &body); err != nil {
			return nil, fmt.Errorf("render %s: %w", p.Name, err)
		}
		err := page.Execute(&whole, map[string]any{
			"Name": p.Name, "Title": p.Title, "Pages": pages,
			"Body": template.HTML(body.String()), //nolint:gosec // our own text, and goldmark drops raw HTML
		})
		if err != nil {
			return nil, fmt.Errorf("lay out %s: %w", p.Name, err)
		}
		rendered[p.Name] = whole.Bytes()
	}
	policies, err := drawingPolicies()
	if err != nil {
		return nil, err
	}
	static := http.StripPrefix("/docs/", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if r.URL.Path == "/docs/" || r.URL.Path == "/docs" {
			name = pages[0].Name
		}
		if html, ok := rendered[name]; ok {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(html)
			return
		}
		if policy := policies[strings.TrimPrefix(r.URL.Path, "/docs/")]; policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		static.ServeHTTP(w, r)
	}), nil
}
