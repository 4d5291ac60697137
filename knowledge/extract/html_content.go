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
// menus, footers and banners. What marks them are elements, roles and names, and how far they are from its heading; where nothing is left, all is read.
// marked tells whether something on the page says where its content is.
func content(root *html.Node) (blocks []Block, marked bool) {
	from, skip := root, surrounds
	if main := mainPart(root); main != nil {
		from, marked = main, true
	}
	if around := heartOf(from); around != nil {
		marked = true
		skip = func(n *html.Node) bool { return surrounds(n) || around.leaves(n) }
	}
	if blocks = readWithout(from, skip); len(blocks) > 0 {
		return blocks, marked
	}
	return read(root), false
}

// prune removes what never is what a page is about, so that an article is not found in it or with it.
func prune(root *html.Node) {
	var out []*html.Node
	for n := range root.Descendants() {
		names := attr(n, "id") + " " + attr(n, "class")
		if n.Type != html.ElementNode || names == " " || n.DataAtom == atom.Html || n.DataAtom == atom.Body || n.DataAtom == atom.Main || n.DataAtom == atom.Article {
			continue
		}
		if consentName.MatchString(names) && !inside(n) && !holds(n, atom.H1) || askName.MatchString(names) && shortOf(n, maxAsk) && !holds(n, atom.H1) {
			out = append(out, n)
		}
	}
	for _, n := range out {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// heart is the smallest element that has the page's only first heading and most of its text. What stands beside it
// may surround it, though nothing marks it as such.
type heart struct {
	node  *html.Node
	holds map[*html.Node]int // the elements that hold it, and it, with how long their text is
}

// The heart of a page has at least two thirds of its text that is no link.
const heartIn, heartAll = 2, 3

// leastHeart is how long the text of a page must be for its heart to be found, in characters. Shorter ones are lists of links.
const leastHeart = 150

// heartOf finds the heart of a page, or of its main part; nil if it has none.
func heartOf(from *html.Node) *heart {
	var title *html.Node
	for n := range from.Descendants() {
		if n.DataAtom == atom.H1 && !hidden(n) {
			if title != nil {
				return nil
			}
			title = n
		}
	}
	if title == nil {
		return nil
	}
	h := &heart{node: title, holds: map[*html.Node]int{}}
	for n := title; n != from.Parent; n = n.Parent {
		h.holds[n] = 0
	}
	if h.weigh(from) < leastHeart {
		return nil
	}
	for h.node != from && h.holds[h.node]*heartAll < h.holds[from]*heartIn {
		delete(h.holds, h.node)
		h.node = h.node.Parent
	}
	return h
}

// weigh returns how long the text of an element is that is no link, in characters, without what is known to surround it.
func (h *heart) weigh(n *html.Node) (size int) {
	if n.Type == html.TextNode {
		return utf8.RuneCountInString(strings.TrimSpace(n.Data))
	}
	_, holds := h.holds[n]
	if n.Type == html.ElementNode && !holds && (n.DataAtom == atom.A || unseen[n.DataAtom] || hidden(n) || surrounds(n)) {
		return 0
	}
	for c := range n.ChildNodes() {
		size += h.weigh(c)
	}
	if holds {
		h.holds[n] = size
	}
	return size
}

// besideName is of elements that are what they are called if they stand outside of the heart of a page.
var besideName = regexp.MustCompile(`(?i)(^|[-_ ])(header|footer|foot|top-?bar|masthead|banner|announcements?|newsletter|subscribe|sign-?up|promo|legal|copyright|imprint|feedback|votes?|kopf|fuss|fusszeile|kopfzeile|pied|bandeau|pie|cabecera)([-_ ]|$)`)

// besideDepth is how far below an element that the heart is in one is looked at: looking takes an element's size of time.
const besideDepth = 3

// leaves tells whether an element outside of the heart is of no interest: it is called so, or much of its text is links.
func (h *heart) leaves(n *html.Node) bool {
	if _, holds := h.holds[n]; holds || n.Type != html.ElementNode || inlined[n.DataAtom] {
		return false
	}
	holder := n.Parent
	for range besideDepth {
		if _, holds := h.holds[holder]; holds {
			break
		}
		holder = holder.Parent
	}
	if _, holds := h.holds[holder]; !holds || holder == h.node {
		return false
	}
	return besideName.MatchString(attr(n, "id")+" "+attr(n, "class")) || linksOver(n, 3)
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
	consentName = regexp.MustCompile(`(?i)cookie|consent|gdpr|usercentrics|(^|[-_ ])(ccpa|cmp)|privacy[-_ ]?(banner|bar|modal|notice|popup)`)
	// aroundName is of elements that are what they are called if most of their text is links.
	aroundName = regexp.MustCompile(`(?i)(^|[-_ ])(nav|gnav|navbar|navigation|menu|sidebar|breadcrumbs?|pagination|pager|toc|related|relatives|recent|recommended|recommendations|upsell|tags|skip)([-_ ]|$)`)
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
	case atom.Header:
		return !inside(n) // an article has its own
	case atom.Aside:
		return !inside(n) || mostlyLinks(n) // or a note beside its text
	case atom.Footer:
		return !inside(n) || mostlyLinks(n) // or notes to its text
	}
	if role := attr(n, "role"); around[role] {
		return role != "complementary" || !inside(n)
	}
	names := attr(n, "id") + " " + attr(n, "class")
	switch {
	case names == " ":
		return false
	case askName.MatchString(names):
		return shortOf(n, maxAsk)
	case consentName.MatchString(names):
		return !inside(n) && !holds(n, atom.H1)
	case talkName.MatchString(names):
		return !holds(n, atom.H1)
	case edgeName.MatchString(attr(n, "id")):
		return !inside(n) && !holds(n, atom.H1, atom.Main, atom.Article)
	}
	return aroundName.MatchString(names) && mostlyLinks(n)
}

// askName is of what asks its readers for something, lets them do something with the page, or tells who wrote it.
var askName = regexp.MustCompile(`(?i)(^|[-_ ])(votes?|helpful|rating|feedback|editsection|edit-this-page|share|sharing|sharedaddy|social|print|copy|post-?profile|user-?info|author-?(box|bio)|online-list)([-_ ]|$)`)

// maxAsk is how long the text of such an element is at most, in characters: a page about votes is called so, too.
const maxAsk = 200

// shortOf tells whether an element's text has that many characters at most.
func shortOf(n *html.Node, most int) bool {
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			if most -= utf8.RuneCountInString(strings.TrimSpace(d.Data)); most < 0 {
				return false
			}
		}
	}
	return true
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
func mostlyLinks(n *html.Node) bool { return linksOver(n, 2) }

// linksOver tells whether more than one part in so many of an element's text is that of links.
func linksOver(n *html.Node, parts int) bool {
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
	return linked*parts > all
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
	unfoldNamed(root)
}

// foldName is of parts of a page that a script shows when somebody asks for them, and of what they stand in.
var foldName = regexp.MustCompile(`(?i)accordion|collaps|toggle|expand|faq|(^|[-_ ])(answer|question|tab|tabs|panel|details?)([-_ ]|$)`)

// unfoldNamed shows what is hidden until somebody asks for it, where nothing but a name tells so.
func unfoldNamed(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || !hidden(n) || inlined[n.DataAtom] || unseen[n.DataAtom] {
			continue
		}
		named := false
		for p, up := n, 0; p != nil && up < 3 && !named; p, up = p.Parent, up+1 {
			named = foldName.MatchString(attr(p, "id") + " " + attr(p, "class"))
		}
		if named && !inMenu(n) && !mostlyLinks(n) && !consentName.MatchString(attr(n, "id")+" "+attr(n, "class")) {
			show(n)
		}
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
