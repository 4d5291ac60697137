package crawl_test

import (
	"strings"
	"testing"

	"parley/knowledge/crawl"
)

func scope(t *testing.T, site, within string, exclude ...string) crawl.Scope {
	t.Helper()
	s, err := crawl.NewScope(site, within, exclude)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnAddressIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	s := scope(t, "https://acme.example/docs/", "")
	for reference, want := range map[string]string{
		"intro":                             "https://acme.example/docs/intro",
		"/Intro#top":                        "https://acme.example/Intro",
		"HTTPS://ACME.example:443/a":        "https://acme.example/a",
		"http://www.acme.example/a":         "https://acme.example/a",
		"//acme.example/a":                  "https://acme.example/a",
		"https://acme.example.":             "https://acme.example/",
		"https://acme.example":              "https://acme.example/",
		"../a/./b/../c//d":                  "https://acme.example/a/c/d",
		"/a/?b=2&a=1&utm_source=x&fbclid=y": "https://acme.example/a/?a=1&b=2",
		"/a?":                               "https://acme.example/a",
		"/a?b&a":                            "https://acme.example/a?a&b",
		"/%7euser/%e9?q=%2f":                "https://acme.example/~user/%E9?q=%2F",
		"/caf\u00e9":                        "https://acme.example/caf%C3%A9",
		"/a b":                              "https://acme.example/a%20b",
		" /a\n":                             "https://acme.example/a",
		"/a;jsessionid=1234":                "https://acme.example/a",
		"https://b\u00fccher.example/a":     "https://xn--bcher-kva.example/a",
		"https://acme.example:8443/a":       "https://acme.example:8443/a",
		"https://[::1]:80/":                 "https://[::1]:80/",
		"https://\u2460\u2461\u2466.0.0.1/": "https://127.0.0.1/",
		"mailto:a@b.example":                "",
		"javascript:alert(1)":               "",
		"ftp://acme.example/":               "",
		"https://user:secret@acme.example/": "",
		"http:acme":                         "",
		"https://acme.example/%zz":          "",
		"https://":                          "",
		"/" + strings.Repeat("a", crawl.MaxAddress): "",
	} {
		got, ok := s.Resolve("https://acme.example/docs/start", reference)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%.60q is %q, %v; want %q", reference, got, ok, want)
		}
		if again, ok := s.Resolve("https://acme.example/", got); want != "" && (!ok || again != got) {
			t.Errorf("%q is written again as %q", got, again)
		}
	}
}

func TestASiteIsAPathAndWhatIsBelowIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		site, within, address string
		in                    bool
	}{
		{"https://acme.example/docs/intro", "", "https://acme.example/docs/other", true},
		{"https://acme.example/docs/", "", "https://acme.example/docs", true},
		{"https://acme.example/docs/", "", "https://acme.example/documents", false},
		{"https://acme.example/docs/", "", "https://acme.example/", false},
		{"https://acme.example/docs", "", "https://acme.example/", true},
		{"https://acme.example", "/help", "https://acme.example/help", true},
		{"https://acme.example", "/help", "https://acme.example/help/a?b", true},
		{"https://acme.example", "/help", "https://acme.example/helpful", false},
		{"https://acme.example", "/help/", "https://acme.example/help", true},
		{"https://acme.example", "", "https://other.example/", false},
		{"https://acme.example", "", "https://acme.example.evil.example/", false},
		{"https://acme.example", "", "https://acme.example:8443/", false},
	} {
		if got := scope(t, c.site, c.within).Within(c.address); got != c.in {
			t.Errorf("%s within %q holds %s: %v", c.site, c.within, c.address, got)
		}
	}
	left := scope(t, "https://acme.example", "", "/blog/", " /jobs ")
	for address, excluded := range map[string]bool{"/blog": true, "/blog/a": true, "/jobs/1": true, "/blogger": false, "/": false} {
		if left.Excluded("https://acme.example"+address) != excluded {
			t.Errorf("%s is left out: %v", address, !excluded)
		}
	}
	for _, site := range []string{"", "acme", "ftp://acme.example", "https://a b/"} {
		if _, err := crawl.NewScope(site, "", nil); err == nil {
			t.Errorf("%q is a site", site)
		}
	}
}

func TestRobotsTxtIsObeyed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		robots  string
		allowed map[string]bool
	}{
		"for all":            {"User-agent: *\nDisallow: /private", map[string]bool{"/private/a": false, "/": true}},
		"for us":             {"User-agent: *\nDisallow: /\n\nUser-agent: parley\nDisallow: /x", map[string]bool{"/a": true, "/x": false}},
		"for another":        {"User-agent: otherbot\nDisallow: /", map[string]bool{"/a": true}},
		"the longest counts": {"User-agent: *\nDisallow: /a\nAllow: /a/b", map[string]bool{"/a/c": false, "/a/b/c": true}},
		"with stars":         {"User-agent: *\nDisallow: /*?print=\nDisallow: /*.pdf$", map[string]bool{"/a?print=1": false, "/a.pdf": false, "/a.pdf.html": true}},
		"nothing":            {"", map[string]bool{"/a": true}},
		"an empty rule":      {"User-agent: *\nDisallow:", map[string]bool{"/a": true}},
		"with nonsense":      {"\xef\xbb\xbfUser-agent: *\r\nDisallow: /a # no\r\nCrawl-delay: often\r\n<html>\r\n\xff: \xfe\r\nDisallow: /b", map[string]bool{"/a": false, "/b": false, "/c": true}},
	} {
		rules := crawl.ReadRules([]byte(c.robots))
		for path, want := range c.allowed {
			if rules.Allows("https://acme.example"+path) != want {
				t.Errorf("%s: %s is allowed: %v", name, path, !want)
			}
		}
	}
	rules := crawl.ReadRules([]byte("Sitemap: https://acme.example/a.xml\nUser-agent: *\nCrawl-delay: 3600\nsitemap: /b.xml"))
	if rules.Delay != crawl.MaxDelay || !rules.Slower || len(rules.Sitemaps) != 2 {
		t.Errorf("%+v", rules)
	}
	if !(crawl.Rules{}).Allows("https://acme.example/") {
		t.Error("no rules forbid something")
	}
}
