package account

import (
	"slices"
	"strings"
	"testing"

	"parley/chat"
)

func TestAWidgetRunsOnlyWhereItsBotsDomainsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		domains string // separated by spaces, as an owner wrote them
		origin  string
		want    bool
	}{
		{"shop.example", "https://shop.example", true},
		{"shop.example", "http://shop.example", true},
		{"shop.example", "https://shop.example:443", true},
		{"shop.example", "https://shop.example:80", false},
		{"shop.example", "http://shop.example:443", false},
		{"shop.example", "https://shop.example:8443", false},
		{"shop.example", "https://www.shop.example", false},
		{"shop.example", "https://evilshop.example", false},
		{"shop.example", "https://shop.example.evil.example", false},
		{"shop.example", "https://shop.example@evil.example", false},
		{"shop.example", "https://evil.example@shop.example", false},
		{"shop.example", "https://user:word@shop.example", false},
		{"shop.example", "https://evil.example#shop.example", false},
		{"shop.example", "https://evil.example/shop.example", false},
		{"shop.example", "https://shop.example/", false},
		{"shop.example", "https://shop.example?", false},
		{"shop.example", "https://shop.example#", false},
		{"shop.example", "https://shop.example\\@evil.example", false},
		{"shop.example", "https://shop.example:", false},
		{"shop.example", "https://shop.example.", false},
		{"shop.example", "https://shop.example:0443", true},
		{"shop.example", "https://shop.example:+443", false},
		{"shop.example", "https://shop.example:*", false},
		{"shop.example", "HTTPS://SHOP.example", true},
		{"Shop.Example", "https://shop.example", true},
		{"shop.example", "ftp://shop.example", false},
		{"shop.example", "capacitor://shop.example", false},
		{"shop.example", "file://shop.example", false},
		{"shop.example", "//shop.example", false},
		{"shop.example", "shop.example", false},
		{"shop.example", "null", false},
		{"shop.example", "", false},
		{"shop.example", "*", false},
		{"shop.example", "https://*.shop.example", false},
		{"shop.example", "https://", false},
		{"shop.example", "https://shop.example https://evil.example", false},
		{"shop.example", "https://shop.example%00.evil.example", false},
		{"", "https://shop.example", false},
		{"", "null", false},

		{"shop.example:8443", "https://shop.example:8443", true},
		{"shop.example:8443", "http://shop.example:8443", true},
		{"shop.example:8443", "https://shop.example", false},
		{"shop.example:443", "https://shop.example", true},
		{"shop.example:443", "http://shop.example", false},

		{"*.shop.example", "https://www.shop.example", true},
		{"*.shop.example", "https://a.b.shop.example", true},
		{"*.shop.example", "https://shop.example", false},
		{"*.shop.example", "https://evilshop.example", false},
		{"*.shop.example", "https://.shop.example", false},
		{"*.shop.example", "https://www.shop.example:8443", false},
		{"*.shop.example:8443", "https://www.shop.example:8443", true},
		{"*.shop.example:8443", "https://www.shop.example", false},
		{"*.shop.example shop.example", "https://shop.example", true},

		{"localhost:*", "http://localhost", true},
		{"localhost:*", "http://localhost:5173", true},
		{"localhost:*", "http://localhost.evil.example:5173", false},
		{"localhost:*", "http://127.0.0.1:5173", false},
		{"localhost", "http://localhost:5173", false},
		{"127.0.0.1:3000", "http://127.0.0.1:3000", true},
		{"[::1]:3000", "http://[::1]:3000", true},
		{"[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000", true},
		{"[::1]", "http://[::1]", true},
		{"127.0.0.1", "http://0x7f.1", false},
		{"127.0.0.1", "http://127.1", false},

		{"bücher.example", "https://xn--bcher-kva.example", true},
		{"xn--bcher-kva.example", "https://bücher.example", true},
		{"BÜCHER.example", "https://xn--bcher-kva.example", true},
		{"bücher.example", "https://bucher.example", false},
		{"apple.example", "https://аpple.example", false}, // the first letter is Cyrillic
	} {
		domains, err := ParseDomains(strings.Fields(c.domains))
		if err != nil {
			t.Errorf("ParseDomains(%s): %v", c.domains, err)
			continue
		}
		if got := Allowed(domains, c.origin); got != c.want {
			t.Errorf("domains %q, origin %q: allowed %v, want %v", c.domains, c.origin, got, c.want)
		}
	}
}

func TestAListOfDomainsThatCannotBeMeantIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"":                                    "empty",
		"   ":                                 "empty",
		"https://shop.example":                "scheme",
		"shop.example/path":                   "behind the host",
		"user@shop.example":                   "behind the host",
		"shop example":                        "behind the host",
		"*":                                   "your own site",
		"*:8080":                              "your own site",
		"*.com":                               "your own site",
		"shop.*":                              "beginning",
		"shop.*.example":                      "beginning",
		"*.*.example":                         "beginning",
		"*shop.example":                       "beginning",
		"*.127.0.0.1":                         "beginning",
		"shop.example.":                       "dot at its end",
		"shop.example:":                       "port",
		"shop.example:0":                      "port",
		"shop.example:65536":                  "port",
		"shop.example:https":                  "port",
		"shop.example:-1":                     "port",
		"shop..example":                       "not the name",
		".shop.example":                       "not the name",
		"[::1":                                "not the name",
		"[shop.example]":                      "not the name",
		"shop!.example":                       "not the name",
		"127.1":                               "not the name",
		strings.Repeat("a", 64) + ".example":  "not the name",
		strings.Repeat("a.", 200) + "example": "not the name",
	} {
		_, err := ParseDomains([]string{"fine.example", entry})
		failure := chat.AsError(err)
		if failure.Kind != chat.Invalid || failure.Code != "domain_invalid" || !strings.Contains(failure.Message, want) {
			t.Errorf("ParseDomains(%q): %v, want a sentence with %q", entry, err, want)
		}
	}
}

func TestAListOfDomainsIsKeptInOneForm(t *testing.T) {
	t.Parallel()
	got, err := ParseDomains([]string{" Shop.Example ", "shop.example", "BÜCHER.example:0443", "*.Shop.example", "[0:0::1]:80", "localhost:*"})
	want := []string{"shop.example", "xn--bcher-kva.example:443", "*.shop.example", "[::1]:80", "localhost:*"}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
	again, err := ParseDomains(got)
	if err != nil || !slices.Equal(again, want) {
		t.Fatalf("parsed again: %q, %v", again, err)
	}
}

func TestAListOfDomainsIsBounded(t *testing.T) {
	t.Parallel()
	var list []string
	for range maxDomains + 1 {
		list = append(list, chat.NewID("h")[2:]+".example")
	}
	if _, err := ParseDomains(list); chat.AsError(err).Code != "too_many_domains" {
		t.Fatalf("error %v", err)
	}
	if _, err := ParseDomains(list[1:]); err != nil {
		t.Fatalf("%d domains: %v", maxDomains, err)
	}
}

func TestThePlatformsOwnOriginIsItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		public, origin string
		want           bool
	}{
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"https://chat.example/", "https://chat.example", true},
		{"https://chat.example", "https://chat.example:443", true},
		{"https://chat.example", "http://chat.example", false},
		{"https://chat.example", "https://evil.example", false},
		{"https://chat.example", "https://www.chat.example", false},
		{"https://chat.example", "null", false},
		{"https://chat.example", "", false},
		{"", "", false},
		{"", "null", false},
	} {
		if got := SameOrigin(c.public, c.origin); got != c.want {
			t.Errorf("public %q, origin %q: %v, want %v", c.public, c.origin, got, c.want)
		}
	}
}

func TestAPageOfTheHostThatIsAskedIsToldFromOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origin, host string
		want         bool
	}{
		{"http://localhost:8080", "localhost:8080", true},
		{"http://LOCALHOST:8080", "localhost:8080", true},
		{"http://127.0.0.1:8080", "127.0.0.1:8080", true},
		{"http://[::1]:8080", "[::1]:8080", true},
		{"https://chat.example", "chat.example", true},
		{"https://chat.example", "chat.example:443", true},
		{"http://localhost:8080", "127.0.0.1:8080", false},
		{"http://localhost:5173", "localhost:8080", false},
		{"http://localhost", "localhost:8080", false},
		{"https://chat.example", "chat.example:80", false},
		{"https://evil.example", "chat.example", false},
		{"https://chat.example.evil.example", "chat.example", false},
		{"https://chat.example", "chat.example@evil.example", false},
		{"https://chat.example", "chat.example/", false},
		{"http://localhost:8080/", "localhost:8080", false},
		{"null", "", false},
		{"", "", false},
		{"http://", "", false},
	} {
		if got := SameHost(c.origin, c.host); got != c.want {
			t.Errorf("origin %q, host %q: %v, want %v", c.origin, c.host, got, c.want)
		}
	}
}
