package account

import (
	"context"
	"strings"
)

// Client is where a request comes from, as far as the transport can tell.
type Client struct {
	Address string // of the network, behind trusted proxies
	Browser string // as it calls itself
	Device  string // what DeviceCookie holds
}

type clientKey struct{}

// WithClient notes where a request comes from.
func WithClient(ctx context.Context, client Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientOf returns it; the zero value: nobody noted it.
func ClientOf(ctx context.Context) Client {
	client, _ := ctx.Value(clientKey{}).(Client)
	return client
}

// maxBrowser is how much is kept of what a browser calls itself, in bytes: theirs have some 120.
const maxBrowser = 300

// clientOf returns what is kept of it with a sign-in.
func clientOf(ctx context.Context) Client {
	client := ClientOf(ctx)
	client.Device = ""
	client.Browser = strings.ToValidUTF8(client.Browser[:min(len(client.Browser), maxBrowser)], "")
	return client
}
