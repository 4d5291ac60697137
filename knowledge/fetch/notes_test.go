package fetch

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

// noted are addresses and names as collections of attacks have them, in blocks of code and in tables.
var (
	notedCode    = regexp.MustCompile("(?s)```(?:powershell|ps1)\n(.*?)```")
	notedAddress = regexp.MustCompile(`(?i)[a-z0-9]+:(?://?)?[^\s'"|]+`)
	notedName    = regexp.MustCompile(`(?m)(?:^\||^\$ nslookup|^)\s*((?:[\w-]+\.)+[a-z]{2,})\s*(?:\||$)`)
)

// addressesOf finds what a collection of attacks would have us ask for.
func addressesOf(notes string) (all []string) {
	for _, block := range notedCode.FindAllStringSubmatch(notes, -1) {
		for line := range strings.Lines(block[1]) {
			if _, target, is := strings.Cut(line, "?url="); is {
				all = append(all, strings.TrimSpace(target)) // what is asked of a server that asks for others
			}
			all = append(all, notedAddress.FindAllString(line, -1)...)
			all = append(all, strings.TrimSpace(line))
		}
	}
	for _, name := range notedName.FindAllStringSubmatch(notes, -1) {
		all = append(all, "http://"+name[1]+"/")
	}
	slices.Sort(all)
	return slices.Compact(slices.DeleteFunc(all, func(address string) bool { return address == "" }))
}

// TestEveryAddressOfCollectedAttacksIsRefused reads them from PARLEY_EVAL_DATA/bad-input/ssrf-notes.md. All names lead to this machine, or to
// the address at which clouds hand out keys, as those of attackers do.
func TestEveryAddressOfCollectedAttacksIsRefused(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PARLEY_EVAL_DATA")
	if dir == "" {
		t.Skip("PARLEY_EVAL_DATA names no folder with data to measure on")
	}
	notes, err := os.ReadFile(filepath.Join(dir, "bad-input", "ssrf-notes.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := addressesOf(string(notes))
	if len(all) < 60 {
		t.Fatalf("only %d addresses are there: %q", len(all), all)
	}
	refusedEverywhere(t, all)
	t.Logf("%d addresses, all refused: asked for, redirected to, and with names that lead inside", len(all))
}

func TestAddressesAreFoundInCollectionsOfAttacks(t *testing.T) {
	t.Parallel()
	got := addressesOf("| Domain | To |\n|---|---|\n| inside.example | `::1` |\n\n```powershell\nhttp://2130706433/ = http://127.0.0.1\nssrf.php?url=dict://x:1/\nmake-1.2.3.4-rebind.example\n```\n")
	for _, want := range []string{"http://inside.example/", "http://2130706433/", "http://127.0.0.1", "dict://x:1/", "http://make-1.2.3.4-rebind.example/"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
	refusedEverywhere(t, got)
}

// refusedEverywhere asks for addresses, and for places that redirect to them, with a name server that an attacker has.
func refusedEverywhere(t *testing.T, all []string) {
	t.Helper()
	var turn, dialled atomic.Int32
	resolver := names(t, func() []netip.Addr {
		inner := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("10.0.0.1")}
		return inner[turn.Add(1)%3:][:1]
	})
	var target atomic.Value
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target.Load().(string))
		w.WriteHeader(http.StatusTemporaryRedirect)
	}))
	t.Cleanup(outside.Close)
	allowed := only(outside.Listener.Addr().String())
	guard := WithGuard(func(network, address string, c syscall.RawConn) error {
		if allowed(network, address, c) == nil {
			return nil
		}
		if err := publicWeb(network, address, c); err != nil {
			return err
		}
		dialled.Add(1)
		t.Errorf("%s was let through", address)
		return ssrf.ErrProhibitedIP
	})
	for _, address := range all {
		if _, err := New(guard, resolvedBy(resolver)).Get(t.Context(), Request{URL: address, Patience: 5 * time.Second}); !refused(err) {
			t.Errorf("%s: %v", address, err)
		}
		target.Store(address)
		if page, err := New(guard, resolvedBy(resolver)).Get(t.Context(), Request{URL: outside.URL, Patience: 5 * time.Second}); !refused(err) {
			t.Errorf("a redirect to %s: %+v, %v", address, page, err)
		}
	}
	if dialled.Load() > 0 {
		t.Errorf("%d connections were made", dialled.Load())
	}
}
