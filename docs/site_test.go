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
