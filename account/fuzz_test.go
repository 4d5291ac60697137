package account

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

// Nobody signs but us: whatever is made of a good token is refused, and so is all else.
func FuzzAccessTokens(f *testing.F) {
	// The same token in each process: those that fuzz have seeds of the one that began.
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s, err := newSigner([]byte(strings.Repeat("k", 32)), nil, func() time.Time { return noon })
	if err != nil {
		f.Fatal(err)
	}
	good, _, err := s.sign(Identity{Tenant: "tnt_01m84rx0nqvn03pwwpr29f6z2t", User: "usr_01m84rx0nq6kgkdjy55mqh0gv0", Role: Viewer, Name: "Mia"})
	if err != nil {
		f.Fatal(err)
	}
	parts := strings.Split(good, ".")
	for _, token := range []string{
		good, "", ".", "..", parts[0] + "." + parts[1] + ".", "eyJhbGciOiJub25lIn0." + parts[1] + ".", parts[0] + ".e30." + parts[2], good + "=", good + "\n", " " + good,
		parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[2], strings.ToUpper(good), "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uLyJ9." + parts[1] + "." + parts[2],
	} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		// base64 skips the ends of lines wherever they are: the same token, on several lines.
		if who, err := s.check(token); err == nil && strings.NewReplacer("\r", "", "\n", "").Replace(token) != good {
			t.Errorf("%q is %+v, and nobody signed it", token, who)
		}
	})
}

// A visitor's token is taken in the one form in which it was given out.
func FuzzVisitorTokens(f *testing.F) {
	visitors := NewVisitors([]byte(strings.Repeat("v", 32)))
	good := visitors.Mint(VisitorClaims{
		Tenant: chat.NewID(chat.TenantPrefix), Bot: chat.NewID(chat.BotPrefix), Visitor: chat.NewID(chat.VisitorPrefix), Conversation: chat.NewID(chat.ConversationPrefix),
	})
	for _, token := range []string{good, "", ".", good + ".", good[:len(good)-1], good + "A", "a" + good, strings.Replace(good, ".", "..", 1), strings.ToUpper(good), good + "\x00", good + "\r", good + "\n"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := visitors.Check(token); err == nil && visitors.Mint(claims) != token {
			t.Errorf("%q is taken for %q", token, visitors.Mint(claims))
		}
	})
}

// An origin is allowed only if it is that of a site that the list names, however it is written.
func FuzzOrigins(f *testing.F) {
	for _, seed := range [][2]string{
		{"shop.example", "https://shop.example"}, {"*.shop.example:8443", "https://a.shop.example:8443"}, {"localhost:*", "http://localhost:3000"}, {"shop.example", "https://shop.example.evil.example"},
		{"*.shop.example", "https://evilshop.example"}, {"shop.example", "https://evil.example#shop.example"}, {"shop.example", "https://shop.example@evil.example"}, {"shop.example", "null"},
		{"bücher.example", "https://xn--bcher-kva.example"}, {"[::1]:8080", "http://[::1]:8080"}, {"*", "https://evil.example"}, {"*.example", "https://shop.example"}, {"shop.example.", "https://shop.example"}, {"shop.example", "https://SHOP.example:443"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, domain, origin string) {
		parsed, err := ParseDomains([]string{domain})
		if err != nil {
			return
		}
		again, err := ParseDomains(parsed)
		if err != nil || len(again) != 1 || again[0] != parsed[0] {
			t.Errorf("%q is kept as %q, and that as %q (%v)", domain, parsed, again, err)
		}
		if !Allowed(parsed, origin) {
			return
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
			t.Fatalf("%q is no origin, and %q allows it", origin, domain)
		}
		host := strings.ToLower(u.Hostname())
		site, port := parsed[0], ""
		if i := strings.LastIndex(site, ":"); i >= 0 && !strings.HasSuffix(site, "]") {
			site, port = site[:i], site[i+1:]
		}
		site = strings.Trim(site, "[]")
		below, wild := strings.CutPrefix(site, "*")
		if wild && (!strings.HasSuffix(host, below) || len(host) <= len(below)) || !wild && host != site {
			t.Errorf("%q (%q) allows %q", domain, parsed[0], origin)
		}
		standard := u.Port() == "" || u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme]
		if port == "" && !standard || port != "" && port != "*" && u.Port() != port && !(standard && port == map[string]string{"http": "80", "https": "443"}[u.Scheme]) {
			t.Errorf("%q (%q) allows the port of %q", domain, parsed[0], origin)
		}
	})
}

// A key of the API is told by its form: what is not one never costs a look into storage.
func FuzzKeyForms(f *testing.F) {
	good, _, err := newKeySecret()
	if err != nil {
		f.Fatal(err)
	}
	for _, token := range []string{good, "", "prl_live_", good[:len(good)-1], good + "x", strings.ToUpper(good), strings.Replace(good, "_", "-", 2)} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if IsKey(token) && (len(token) != len(good) || !strings.HasPrefix(token, "prl_live_")) {
			t.Errorf("%q is taken for a key", token)
		}
	})
}

// What a business's server signed is not to be had by joining the parts in another way, nor with another secret.
func FuzzIdentitySignatures(f *testing.F) {
	const secret = "a secret of the business, of 32 bytes"
	good := Claim{ID: "customer-7", Name: "Mia", Email: "mia@shop.example", Expires: 1893456000}
	for _, seed := range []string{"", "00", strings.Repeat("0", 64), strings.Repeat("F", 64), "zz"} {
		f.Add(good.ID, good.Name, good.Email, good.Expires, seed, "")
	}
	f.Add("customer-7\nMia", "mia@shop.example", "", good.Expires, "", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjdXN0b21lci03IiwiZXhwIjoxODkzNDU2MDAwfQ.")
	f.Fuzz(func(t *testing.T, id, name, email string, expires int64, signature, token string) {
		if signedWith(Claim{ID: id, Name: name, Email: email, Expires: expires, Signature: signature}, secret) {
			t.Errorf("%q signs %q", signature, id)
		}
		if claim, open := openJWT(token, secret); open {
			t.Errorf("%q opens as %+v", token, claim)
		}
	})
}
