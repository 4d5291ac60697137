package extract

import (
	"strings"
	"testing"
)

// around what a page is about there is this on each.
const (
	pageTop = `<!doctype html><html><head><title>Help</title></head><body>
<div id="cookie-banner" role="dialog"><p>We use cookies to improve what you see, to count who reads what, and to show you things that you may like on other sites, too. You can change your mind at any time.</p><button>Accept all</button></div>
<a class="skip-link" href="#main">Skip to content</a>
<header class="site-header"><a href="/">Quince &amp; Co</a><form role="search"><input><button>Search the help</button></form>
<nav aria-label="Main"><ul><li><a href="/a">Products</a><li><a href="/b">Pricing</a><li><a href="/c">Sign in</a></ul></nav></header>
<ol class="breadcrumbs"><li><a href="/">All collections</a></li><li><a href="/x">Orders</a></li></ol>
`
	pageBottom = `
<footer><p>© Quince &amp; Co, 12 Orchard Lane. All rights reserved.</p><ul><li><a href="/imprint">Imprint</a><li><a href="/privacy">Privacy policy</a></ul></footer>
<div class="gdpr-consent-modal"><h2>Your privacy choices</h2><p>Necessary cookies are always on.</p></div></body></html>`
)

func TestWhatSurroundsAPageIsNotReadAndItsContentIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page      string
		want, not []string
	}{
		"a short article": {
			`<div class="layout"><div class="sidebar-nav"><ul><li><a href=1>Change an order</a><li><a href=2>Cancel an order</a></ul></div>
<div class="article"><h1>Where is my parcel?</h1><p>Open the link in our mail.</p><ol><li>Choose the parcel.</li><li>Press “Track”.</li></ol></div>
<div class="related-articles"><h3>Related</h3><a href=3>Returns abroad</a></div></div>`,
			[]string{"Where is my parcel?", "Open the link in our mail.", "Choose the parcel.", "Press “Track”."},
			[]string{"Change an order", "Returns abroad"},
		},
		"opening hours": {
			`<main><h1>Visit us</h1><p>12 Orchard Lane, Bath</p><table><tr><th>Day</th><th>Hours</th></tr><tr><td>Monday</td><td>9–17</td></tr><tr><td>Sunday</td><td>closed</td></tr></table><p>Call <a href="tel:1">0123 456</a>.</p></main>`,
			[]string{"Visit us", "12 Orchard Lane, Bath", "Monday | 9–17", "Sunday | closed", "Call 0123 456."}, nil,
		},
		"questions in an accordion": {
			`<section class="faq"><h2>Questions</h2>
<h3><button aria-expanded="false" aria-controls="a1">Do you ship abroad?</button></h3><div id="a1" hidden><p>Yes, to all of Europe.</p></div>
<h2>More</h2><button class="accordion" aria-controls="a2">Can I pay later?</button><div id="a2" aria-hidden="true" style="display:none"><p>Within 30 days.</p></div>
<button class="accordion" aria-controls="a3">In cash?</button><div id="a3" style="display: none;"><p>No.</p></div>
<h2>And</h2><details><summary>Who are you?</summary><p>A shop for fruit trees.</p></details><p>Ask us.</p></section>`,
			[]string{"Questions > Do you ship abroad?: Yes, to all of Europe.", "More > Can I pay later?: Within 30 days.", "More > In cash?: No.",
				"And > Who are you?: A shop for fruit trees.", "And: Ask us."}, nil,
		},
		"a folded menu": {
			`<button aria-controls="m1">More</button><div id="m1" hidden><a href=1>Careers</a> <a href=2>Press</a></div><main><h1>Jam</h1><p>Boil it.</p></main>`,
			[]string{"Boil it."}, []string{"Careers", "Press"},
		},
		"documentation": {
			`<div class="page"><aside class="menu"><ul><li><a href=1>Install</a><li><a href=2>Upgrade</a></ul></aside><main><nav class="breadcrumbs"><a href=1>Docs</a></nav>
<article><h1>Install</h1><p>Run this.</p><pre><code>make install
make run</code></pre><aside class="note"><p>It needs Go.</p></aside><h2 id="next">Then</h2><ul><li><code>-v</code>: says more</li></ul></article>
<div class="pagination-nav"><a href=3>Next: Upgrade</a></div><div class="table-of-contents toc"><a href="#next">Then</a></div></main></div>`,
			[]string{"Install: Run this.", "make install\nmake run", "It needs Go.", "-v: says more"}, []string{"Docs", "Upgrade"},
		},
		"a page about cookies": {
			`<main><h1>Cookies</h1><div class="cookie-policy"><p>This one keeps you signed in.</p></div></main>`,
			[]string{"This one keeps you signed in."}, nil,
		},
		"old markup": {
			`<div id="header"><a href=/>Home</a> | <a href=/shop>Shop</a> | Today only: plums</div><table><tr><td class="menu"><a href=1>Apples</a><br><a href=2>Pears</a></td><td><h2>Pruning</h2><p>Prune in winter.</p></td></tr></table><div id="footer">Best viewed with Netscape</div>`,
			[]string{"Prune in winter."}, []string{"Today only", "Netscape"},
		},
		"an article with its own header": {
			`<article><header><h1>Grafting</h1><p>By Ann, in May.</p></header><p>Cut both at the same angle.</p><footer>It was updated in June.</footer></article>`,
			[]string{"By Ann, in May.", "Cut both at the same angle.", "It was updated in June."}, nil,
		},
		"a page that people talk about": {
			`<article><h1>Medlars</h1><p>Wait for the frost.</p><div id="comments"><h3>2 comments</h3><p class="comment">Yuck!</p></div></article>`,
			[]string{"Wait for the frost."}, []string{"Yuck!"},
		},
		"nothing but links": {
			`<main><h1>Orders</h1><ul><li><a href=1>How to change an order</a><li><a href=2>How to cancel an order</a></ul></main>`,
			[]string{"How to change an order", "How to cancel an order"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, lines := extracted(t, HTML, []byte(pageTop+c.page+pageBottom))
			got := strings.Join(lines, "\n")
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("missing %q in\n%s", want, got)
				}
			}
			for _, not := range append(c.not, "cookies", "Accept", "Skip to", "Search the help", "Pricing", "collections", "Imprint", "All rights", "privacy choices") {
				if strings.Contains(got, not) && !strings.Contains(strings.Join(c.want, ""), not) {
					t.Errorf("%q was read:\n%s", not, got)
				}
			}
		})
	}
}

// A long page of questions has no article: what go-readability takes for one is one of many parts.
func TestALongPageOfQuestionsIsReadAsAWhole(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString(pageTop + `<div class="wrap">`)
	questions := []string{"delivery", "returns", "payment", "trees", "pruning", "watering", "winter", "pests"}
	for i, q := range questions {
		page.WriteString(`<section class="card"><div class="q"><h3>What about ` + q + `?</h3></div><div class="a"><p>` + strings.Repeat("As for "+q+", there is this to say, and more. ", 3+5*(i%2)) + `</p></div></section>`)
	}
	page.WriteString(`</div>` + pageBottom)
	_, lines := extracted(t, HTML, []byte(page.String()))
	got := strings.Join(lines, "\n")
	for _, q := range questions {
		if !strings.Contains(got, "What about "+q+"?: As for "+q) {
			t.Errorf("missing %s in\n%s", q, got)
		}
	}
}

func TestALongArticleIsReadWithoutTheTalkBelowIt(t *testing.T) {
	t.Parallel()
	page := pageTop + `<div class="post"><h1>Quinces</h1>` + strings.Repeat("<p>"+filler+filler+"</p>", 8) + `</div>
<div class="related-posts"><h3>Related</h3><a href=1>Medlars</a></div>
<div id="comments"><h3>Comments</h3>` + strings.Repeat(`<div class="comment"><p>I like them, too, and my neighbour does.</p></div>`, 10) + `</div>` + pageBottom
	_, lines := extracted(t, HTML, []byte(page))
	got := strings.Join(lines, "\n")
	if strings.Count(got, strings.TrimSpace(filler)) != 16 || strings.Contains(got, "neighbour") || strings.Contains(got, "Medlars") || strings.Contains(got, "cookies") {
		t.Error(got)
	}
}
