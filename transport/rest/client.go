package rest

import (
	"net/http"

	"parley/account"
	"parley/transport/address"
)

// clientOf is what sign-ins keep of where they come from.
func (s *server) clientOf(r *http.Request) account.Client {
	client := account.Client{Address: address.Of(r, s.Proxies), Browser: r.UserAgent()}
	if cookie, err := r.Cookie(account.DeviceCookie); err == nil {
		client.Device = cookie.Value
	}
	return client
}
