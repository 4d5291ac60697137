package crawl_test

import (
	"strings"
	"testing"

	"parley/knowledge/crawl"
)

func FuzzResolve(f *testing.F) {
	for _, seed := range []string{"/a/../b?c=d#e", "https://b\u00fccher.example:80/%7e", "//x", "?a&b", "http://[::1]/", ";jsessionid=1", "/%zz", "\t/a"} {
		f.Add(seed)
	}
	scope, err := crawl.NewScope("https://acme.example/docs/", "", []string{"/docs/old"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, reference string) {
		address, ok := scope.Resolve("https://acme.example/docs/a", reference)
		if !ok {
			return
		}
		if len(address) > crawl.MaxAddress || strings.ContainsAny(address, "#\n\t \"<>") || !strings.HasPrefix(address, "http") {
			t.Fatalf("%q is written as %q", reference, address)
		}
		if again, ok := scope.Resolve("https://acme.example/", address); !ok || again != address {
			t.Fatalf("%q is written as %q and then as %q, %v", reference, address, again, ok)
		}
		scope.Within(address)
		scope.Excluded(address)
	})
}

func FuzzRules(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a$\nCrawl-delay: 1e9", "/a")
	f.Add("Disallow: /\nUser-agent:\nAllow: *", "/%2f?")
	f.Fuzz(func(t *testing.T, robots, path string) {
		rules := crawl.ReadRules([]byte(robots))
		rules.Allows("https://acme.example/" + path)
		if rules.Delay < 0 || rules.Delay > crawl.MaxDelay {
			t.Fatalf("a delay of %v", rules.Delay)
		}
	})
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte("<urlset><url><loc>https://a.example/</loc></url></urlset>"))
	f.Add([]byte("https://a.example/\n"))
	f.Add([]byte(pack("<sitemapindex><sitemap><loc>x")))
	f.Fuzz(func(t *testing.T, body []byte) {
		found, ok := crawl.ReadSitemap(body)
		if !ok && len(found.Pages)+len(found.Maps) > 0 {
			t.Fatal("what is no sitemap has addresses")
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add([]byte("<a href=/x><meta http-equiv=refresh content='0;url=/y'><base href=z><title>t"), "text/html; charset=utf-16")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		page := crawl.ReadPage(body, contentType)
		if len(page.Links) > crawl.MaxLinks {
			t.Fatalf("%d links", len(page.Links))
		}
		crawl.Missing(len(body), page.Title)
	})
}

func FuzzRemembered(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 1, 0, 2})
	f.Fuzz(func(t *testing.T, packed []byte) {
		crawl.ReadLinks(packed)
		trail := crawl.ReadTrail(packed)
		if again := crawl.ReadTrail(trail.Pack()); string(again.Pack()) != string(trail.Pack()) {
			t.Fatal("a trail is not what it was")
		}
	})
}
