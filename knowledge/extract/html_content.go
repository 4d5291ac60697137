package extract

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// content reads what a page is about: what it marks as its main part, or else its body, without
// menus, footers and banners. What marks them are elements, roles and names; where nothing is left, all is read.
func content(root *html.Node) []Block {
	from := root
	if main := mainPart(root); main != nil {
		from = main
	}
	if blocks := readWithout(from, surrounds); len(blocks) > 0 {
		return blocks
	}
	return read(root)
}

// mainPart returns the one element that a page marks as such, nil if there is none, or more than one.
func mainPart(root *html.Node) (found *html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.DataAtom == atom.Main || attr(n, "role") == "main") && !hidden(n) {
			if found != nil {
				return nil
			}
			found = n
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// around are roles of what stands around the content of a page.
var around = map[string]bool{
	"navigation": true, "banner": true, "contentinfo": true, "search": true, "dialog": true, "alertdialog": true,
	"menu": true, "menubar": true, "toolbar": true, "complementary": true,
}

var (
	// consentName is of boxes that ask for consent, however much text they have.
	consentName = regexp.MustCompile(`(?i)cookie|consent|gdpr|(^|[-_ ])ccpa`)
	// aroundName is of elements that are what they are called if most of their text is links.
	aroundName = regexp.MustCompile(`(?i)(^|[-_ ])(nav|navbar|navigation|menu|sidebar|breadcrumbs?|pagination|pager|toc|share|social|related|skip)([-_ ]|$)`)
	// talkName is of what visitors wrote below a page.
	talkName = regexp.MustCompile(`(?i)(^| )(comments|comments?[-_](list|section|area|thread)|disqus[-_]thread)( |$)`)
	// edgeName is of headers and footers from before there were elements for them.
	edgeName = regexp.MustCompile(`(?i)^(site|page|global|main)?[-_]?(header|footer)$`)
)

// surrounds tells whether an element is not what its page is about.
func surrounds(n *html.Node) bool {
	switch n.DataAtom { //nolint:exhaustive // others are told by their role and name
	case atom.Html, atom.Body, atom.Main, atom.Article:
		return false
	case atom.Header, atom.Footer, atom.Aside:
		return !inside(n) // an article has its own, and notes beside it
	}
	if role := attr(n, "role"); around[role] {
		return role != "complementary" || !inside(n)
	}
	names := attr(n, "id") + " " + attr(n, "class")
	switch {
	case names == " ":
		return false
	case consentName.MatchString(names):
		return !inside(n) && !holds(n, atom.H1)
	case talkName.MatchString(names):
		return !holds(n, atom.H1)
	case edgeName.MatchString(attr(n, "id")):
		return !inside(n) && !holds(n, atom.H1, atom.Main, atom.Article)
	}
	return aroundName.MatchString(names) && mostlyLinks(n)
}

// inside tells whether an element stands in the content that the page marks.
func inside(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Main || p.DataAtom == atom.Article || attr(p, "role") == "main" {
			return true
		}
	}
	return false
}

func holds(n *html.Node, wanted ...atom.Atom) bool {
	for d := range n.Descendants() {
		if slices.Contains(wanted, d.DataAtom) {
			return true
		}
	}
	return false
}

// mostlyLinks tells whether more than half of an element's text is that of links.
func mostlyLinks(n *html.Node) bool {
	all, linked := 0, 0
	var count func(n *html.Node, link bool)
	count = func(n *html.Node, link bool) {
		link = link || n.DataAtom == atom.A || n.DataAtom == atom.Button
		if n.Type == html.TextNode {
			size := utf8.RuneCountInString(strings.TrimSpace(n.Data))
			if all += size; link {
				linked += size
			}
		}
		for c := range n.ChildNodes() {
			count(c, link)
		}
	}
	count(n, false)
	return linked*2 > all
}

// unfold shows what a page hides until somebody asks for it: the answers of an accordion, the parts behind tabs. Their
// buttons become the headings that they are for the reader. Menus, which work the same way, stay folded.
func unfold(root *html.Node) {
	panels, buttons := map[string]*html.Node{}, []*html.Node(nil)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			panels[id] = n
		}
		if attr(n, "aria-controls") != "" && (n.DataAtom == atom.Button || attr(n, "role") == "tab" || attr(n, "role") == "button") {
			buttons = append(buttons, n)
		}
	}
	for _, button := range buttons {
		id := attr(button, "aria-controls")
		panel := panels[id]
		delete(panels, id) // looking at one takes its size of time
		if panel == nil || below(button, panel) || below(panel, button) || inMenu(panel) || mostlyLinks(panel) || consentName.MatchString(attr(panel, "id")+" "+attr(panel, "class")) {
			continue
		}
		show(panel)
		become := atom.H4
		for p := button.Parent; p != nil; p = p.Parent {
			if headingLevel(p) > 0 {
				become = atom.Span // it is in a heading already
			}
		}
		button.DataAtom, button.Data, button.Attr = become, become.String(), nil
	}
}

func headingLevel(n *html.Node) int {
	if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
		return int(n.Data[1] - '0')
	}
	return 0
}

// below tells whether n stands in the other element, or is it.
func below(n, other *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == other {
			return true
		}
	}
	return false
}

func inMenu(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		role := attr(n, "role")
		if n.DataAtom == atom.Nav || n.DataAtom == atom.Header && !inside(n) || n.DataAtom == atom.Form || around[role] {
			return true
		}
	}
	return false
}

// show removes what hides an element.
func show(n *html.Node) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return a.Key == "hidden" || a.Key == "aria-hidden" || a.Key == "style" || a.Key == "role"
	})
}
