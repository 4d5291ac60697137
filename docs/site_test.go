package docs_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"parley/docs"
)

func TestEveryPageIsServedAndItsLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	handler, err := docs.Handler()
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequest(http.MethodGet, path, nil))
		return response
	}
	link := regexp.MustCompile(`(?:href|src)="([^":#]+\.(?:md|png|svg|css))`)
	for _, page := range docs.Pages() {
		response := get("/docs/" + page.Name)
		if response.Code != http.StatusOK || page.Title == "" || !strings.Contains(response.Body.String(), "<h1") {
			t.Errorf("%s: status %d, title %q", page.Name, response.Code, page.Title)
		}
		for _, found := range link.FindAllStringSubmatch(response.Body.String(), -1) {
			target := found[1]
			if !strings.HasPrefix(target, "/") {
				target = "/docs/" + target
			}
			if code := get(target).Code; code != http.StatusOK {
				t.Errorf("%s links to %s: status %d", page.Name, found[1], code)
			}
		}
	}
	if code := get("/docs/no-such-page.md").Code; code != http.StatusNotFound {
		t.Errorf("a page that does not exist: status %d", code)
	}
}

// Pages are served without leave for anything that stands within them.
func TestPagesStyleAndRunNothingWithinThem(t *testing.T) {
	t.Parallel()
	handler, err := docs.Handler()
	if err != nil {
		t.Fatal(err)
	}
	within := regexp.MustCompile(`(?i)<script|<style|\sstyle=|\son\w+=|javascript:`)
	for _, page := range docs.Pages() {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/docs/"+page.Name, nil))
		// Code is shown, and escaped: what is left are the page's own tags.
		if found := within.FindString(tags(response.Body.String())); found != "" {
			t.Errorf("%s has %q within it", page.Name, found)
		}
	}
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/docs/images/cluster.svg", nil))
	if policy := response.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("a drawing may %q", policy)
	}
}

// tags is a page without what stands between its tags.
func tags(page string) string {
	return strings.Join(regexp.MustCompile(`<[^>]*>`).FindAllString(page, -1), "\n")
}
