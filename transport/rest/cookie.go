package rest

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/account"
	"parley/chat"
)

// The dashboard's cookies: the access token goes with every request, the
// refresh token only to where it is exchanged.
const (
	refreshCookie = "parley_refresh"
	refreshPath   = "/api/v1/auth"
	devicePath    = "/api/v1" // wherever a password is asked for
)

var errCrossOrigin = chat.Fail(chat.Forbidden, "cross_origin", "This request comes from another website and was not carried out.")

// accessToken returns the token that a request carries: as a bearer, or as the
// dashboard's cookie, which counts only if the platform's own pages sent it.
func (s *server) accessToken(r *http.Request) (string, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, found := strings.Cut(header, " ")
		if !found || !strings.EqualFold(scheme, "Bearer") {
			return "", account.ErrUnauthorized
		}
		return strings.TrimSpace(token), nil
	}
	cookie, err := r.Cookie(account.AccessCookie)
	if err != nil {
		return "", account.ErrUnauthorized
	}
	if err := s.ownOrigin(r); err != nil {
		return "", err
	}
	return cookie.Value, nil
}

// ownOrigin refuses requests that a browser sends for another website. Unlike
// CrossOriginProtection alone it refuses reading too.
func (s *server) ownOrigin(r *http.Request) error {
	if err := s.origins.Check(r); err != nil {
		return errCrossOrigin.Because(err)
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return errCrossOrigin
	}
	if origin := r.Header.Get("Origin"); origin != "" && !account.SameOrigin(s.PublicURL, origin) && !account.SameHost(origin, r.Host) {
		return errCrossOrigin
	}
	return nil
}

// tokenCookies carries a sign-in to the browser.
func (s *server) tokenCookies(tokens account.Tokens) []http.Cookie {
	cookies := []http.Cookie{
		s.cookie(account.AccessCookie, tokens.Access, "/", tokens.AccessExpires),
		s.cookie(refreshCookie, tokens.Refresh, refreshPath, tokens.RefreshExpires),
	}
	if tokens.Device != "" {
		cookies = append(cookies, s.deviceCookie(tokens.Device))
	}
	return cookies
}

// deviceCookie makes a browser known to an account. Signing out leaves it.
func (s *server) deviceCookie(value string) http.Cookie {
	return s.cookie(account.DeviceCookie, value, devicePath, time.Now().Add(account.DeviceLife))
}

// noCookies removes them.
func (s *server) noCookies() []http.Cookie {
	past := time.Unix(1, 0)
	return []http.Cookie{s.cookie(account.AccessCookie, "", "/", past), s.cookie(refreshCookie, "", refreshPath, past)}
}

func (s *server) cookie(name, value, path string, expires time.Time) http.Cookie {
	return http.Cookie{ //nolint:gosec // Secure wherever the platform is: a trial on one's own machine has no TLS
		Name: name, Value: value, Path: path, Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.PublicURL, "https://"),
	}
}

// originOf returns scheme and host of an address, or "".
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
