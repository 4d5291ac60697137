package crawl_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/knowledge/crawl"
)

func pack(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func TestSitemapsAreRead(t *testing.T) {
	t.Parallel()
	const urls = `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://a.example/1?x=1&amp;y=2 </loc><lastmod>2026-01-01</lastmod>` +
		`<image:image xmlns:image="x"><image:loc>https://a.example/i.png</image:loc></image:image></url><url><loc><![CDATA[https://a.example/2]]></loc></url></urlset>`
	two := []string{"https://a.example/1?x=1&y=2", "https://a.example/2"}
	for name, c := range map[string]struct {
		body string
		want crawl.Sitemap
		no   bool
	}{
		"pages":             {body: urls, want: crawl.Sitemap{Pages: two}},
		"packed":            {body: pack(urls), want: crawl.Sitemap{Pages: two}},
		"cut off":           {body: urls[:len(urls)-60], want: crawl.Sitemap{Pages: two[:1]}},
		"packed and cut":    {body: pack(strings.Repeat(" ", 10) + urls)[:40], no: true},
		"of sitemaps":       {body: `<sitemapindex><sitemap><loc>https://a.example/m.xml</loc></sitemap></sitemapindex>`, want: crawl.Sitemap{Maps: []string{"https://a.example/m.xml"}}},
		"lines":             {body: "\ufeffhttps://a.example/1\r\n\r\nhttps://a.example/2\n", want: crawl.Sitemap{Pages: []string{"https://a.example/1", "https://a.example/2"}}},
		"no lines":          {body: "https://a.example/1\nand more words", no: true},
		"a web page":        {body: "<!doctype html><html><body><loc>https://a.example/</loc></body></html>", no: true},
		"a feed":            {body: `<?xml version="1.0"?><rss><channel><link>https://a.example</link></channel></rss>`, no: true},
		"nothing":           {body: "", no: true},
		"entities":          {body: `<!DOCTYPE urlset [<!ENTITY a "https://a.example/"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>`, want: crawl.Sitemap{Pages: []string{"&b;"}}},
		"empty, and closed": {body: "<urlset></urlset>", want: crawl.Sitemap{}},
	} {
		got, ok := crawl.ReadSitemap([]byte(c.body))
		if ok == c.no {
			t.Errorf("%s: is one: %v", name, ok)
		}
		if diff := cmp.Diff(c.want, got); ok && diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestASitemapBombIsReadToItsBound(t *testing.T) {
	t.Parallel()
	bomb := pack("<urlset>" + strings.Repeat(" ", 17<<20) + "<url><loc>https://a.example/</loc></url></urlset>")
	if got, _ := crawl.ReadSitemap([]byte(bomb)); len(got.Pages) != 0 {
		t.Errorf("%d pages behind 17 MB of nothing", len(got.Pages))
	}
	many := "<urlset>" + strings.Repeat("<url><loc>https://a.example/</loc></url>", 60_000) + "</urlset>"
	if got, _ := crawl.ReadSitemap([]byte(many)); len(got.Pages) != 50_000 {
		t.Errorf("%d pages", len(got.Pages))
	}
}

func TestAPageTellsWhereItLeads(t *testing.T) {
	t.Parallel()
	page := crawl.ReadPage([]byte(`<!doctype html><title> Help &amp; more </title><base href="/b/"><link rel="canonical" href=" /c "><link rel=next href=/n>
		<meta name="ROBOTS" content="NoIndex, max-snippet:3"><svg><title>Logo</title></svg>
		<a href="x#top">x</a><a href=x>again</a><A HREF='/y?a=1&amp;b=2'>y</A><a rel="nofollow" href=/no>no</a><a href="mailto:a@b">m</a><a href="JavaScript:void(0)">j</a><a href="#top">t</a>
		<area href=/area><frame src=/frame><iframe src=/inner></iframe><a>none</a><!-- <a href=/comment> --><script>"<a href=/script>"</script><a href="a:b">odd</a>`), "text/html")
	want := crawl.Page{Title: "Help & more", Base: "/b/", Canonical: "/c", NoIndex: true, Links: []string{"/n", "x", "/y?a=1&b=2", "/area", "/frame"}}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Error(diff)
	}
	for content, want := range map[string]string{
		"0; url=/there": "/there", "0;URL='/there'": "/there", "1; url = \"/there\"": "/there", "30; url=/there": "", "0": "", "0; /there": "",
	} {
		if got := crawl.ReadPage([]byte(`<meta http-equiv=Refresh content='`+strings.ReplaceAll(content, "'", "&#39;")+`'>`), "").Refresh; got != want {
			t.Errorf("%q leads to %q", content, got)
		}
	}
	for header, want := range map[string]crawl.Page{
		"noindex": {NoIndex: true}, "none": {NoIndex: true, NoFollow: true}, "otherbot: noindex": {}, "parley: nofollow": {NoFollow: true}, "nofollow, noarchive": {NoFollow: true},
		"unavailable_after: 25 Jun 2030 15:00:00 PST": {},
	} {
		var page crawl.Page
		page.ObeyHeader(header)
		if diff := cmp.Diff(want, page); diff != "" {
			t.Errorf("%q: %s", header, diff)
		}
	}
}

func TestAPageThatSaysItIsMissingIsMissing(t *testing.T) {
	t.Parallel()
	for heading, want := range map[string]bool{
		"404": true, "404 Not Found": true, "Error 404": true, "Page not found": true, "Page Not Found | Acme": true, "Acme – Page not found": true, "Sorry, this page could not be found": true,
		"Oops! That page can't be found.": true, "The page you are looking for does not exist": true, "This page is no longer available": true, "Seite nicht gefunden": true, "Página no encontrada": true,
		"Page introuvable": true, "ページが見つかりません": true, "页面不存在": true, "410": true,
		"How to fix 404 errors": false, "Page found": false, "404 ways to cook rice": false, "File is found": false, "Why a page was not found by Google": false, "Opening hours": false, "": false,
		"Lost and found": false, "What does “not found” mean?": false,
	} {
		if got := crawl.Missing(100, heading); got != want {
			t.Errorf("%q is missing: %v", heading, got)
		}
	}
	if crawl.Missing(10_000, "Page not found") {
		t.Error("a long page is missing")
	}
}

func TestTheFrontierEnds(t *testing.T) {
	t.Parallel()
	trail := crawl.ReadTrail(nil)
	trail.Begin(1)
	f := crawl.NewFrontier(scope(t, "https://a.example/", "", "/left"), crawl.ReadRules([]byte("User-agent: *\nDisallow: /no")), &trail, 3000, 0)
	judge := func(reference string, depth int, listed bool) string {
		_, verdict, why := f.Judge("https://a.example/", reference, depth, listed)
		if (verdict == crawl.Leave) != (why != "") {
			t.Errorf("%s: verdict %v and %q", reference, verdict, why)
		}
		return [...]string{"ignored", "left", "looked at"}[verdict]
	}
	for _, c := range []struct {
		reference string
		depth     int
		want      string
	}{
		{"/a", 1, "looked at"}, {"/a#b", 1, "ignored"}, {"https://b.example/", 1, "ignored"}, {"/left/a", 1, "left"}, {"/no/a", 1, "left"}, {"/a.PNG", 1, "left"}, {"/a.pdf", 1, "looked at"},
		{"/deep", crawl.MaxDepth, "looked at"}, {"/deeper", crawl.MaxDepth + 1, "left"}, {"/a/b/a/b/a/b", 1, "left"}, {"/x/x/x/x", 1, "left"}, {"/a/b/c/a", 1, "looked at"},
		{strings.Repeat("/s", 30), 1, "left"}, {"/v1.2", 1, "looked at"},
	} {
		if got := judge(c.reference, c.depth, false); got != c.want {
			t.Errorf("%s is %s, want %s", c.reference, got, c.want)
		}
	}
	// Pages that differ in numbers only end, and so do those that differ behind the question mark. Those of a sitemap do not.
	count := func(pattern string, n int, listed bool) map[string]int {
		all := map[string]int{}
		for i := range n {
			all[judge(fmt.Sprintf(pattern, i), 1, listed)]++
		}
		return all
	}
	if got := count("/day/%d", 1000, false); got["looked at"] != 500 || got["left"] != 1 {
		t.Errorf("numbered: %v", got)
	}
	if got := count("/list?from=%d", 1000, false); got["looked at"] != 200 || got["left"] != 1 {
		t.Errorf("queried: %v", got)
	}
	if got := count("/article/%d", 1000, true); got["looked at"] != 1000 {
		t.Errorf("listed: %v", got)
	}
	if got := count("/word-%d/x", 3000, true); got["looked at"] >= 3000 || !trail.Full {
		t.Errorf("over the limit: %v, full %v", got, trail.Full)
	}
	// The next step goes on where this one was.
	trail.Failures = 3
	again := crawl.ReadTrail(trail.Pack())
	if again.Plan != 1 || !again.Full || again.Failures != 3 || !again.Fresh {
		t.Errorf("%+v", again)
	}
	f = crawl.NewFrontier(f.Scope, f.Rules, &again, 10_000, 0)
	if got := count("/day/1%d", 100, false); got["looked at"] != 0 {
		t.Errorf("numbered in the next step: %v", got)
	}
	if again.Begin(1); again.Fresh || again.Full || again.Failures != 0 {
		t.Errorf("the next round: %+v", again)
	}
	if again.Begin(2); !again.Fresh {
		t.Errorf("the next round by another plan: %+v", again)
	}
}

func TestLinksAreRemembered(t *testing.T) {
	t.Parallel()
	var links []string
	for i := range 20_000 {
		links = append(links, fmt.Sprintf("https://a.example/articles/%d-%x", i, i*7919))
	}
	packed := crawl.PackLinks(links)
	if got := crawl.ReadLinks(packed); !slices.Equal(got, links) || len(packed) > 200<<10 {
		t.Errorf("%d links in %d bytes", len(got), len(packed))
	}
	if crawl.ReadLinks(nil) != nil || crawl.PackLinks(nil) != nil || crawl.ReadLinks([]byte("broken")) != nil {
		t.Error("nothing is something")
	}
}
