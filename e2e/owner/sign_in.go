package owner

import (
	"net/http"
	"testing"
	"time"
)

// SignIn is a business that the server of that URL knows already.
func SignIn(t testing.TB, url string, as Registration) *Owner {
	t.Helper()
	o := &Owner{t: t, base: url + "/api/v1/", http: &http.Client{Timeout: 60 * time.Second}, as: as}
	o.enter("auth/login")
	return o
}
