package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"parley/cmd/parley/doctor"
	"parley/persistence/seal"
	"parley/transport/rest"
	"parley/transport/wire"
)

// lookAtPublic goes where browsers go: through DNS, TLS and whatever proxies there are.
func (d *DoctorCmd) lookAtPublic(ctx context.Context) []doctor.Finding {
	public, err := url.Parse(d.Public())
	if err != nil || !isOrigin(d.Public()) {
		return doctor.Wrong("Set PARLEY_PUBLIC_URL to an address such as https://chat.example.", "%s is not an address that browsers can reach", d.Public())
	}
	var found []doctor.Finding
	if public.Scheme != "https" && !loopbackHost(public.Hostname()) {
		found = doctor.Warn("Put a proxy with a certificate before the server, and set PARLEY_PUBLIC_URL to its https:// address.", "%s is not encrypted: sign-ins and conversations can be read on the way", d.Public())
	}
	// Websockets need HTTP/1.1: a transport of our own that offers nothing else.
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
	response, err := ask(ctx, client, d.Public()+"/healthz", nil)
	if err != nil {
		var untrusted *tls.CertificateVerificationError
		var unknown *net.DNSError
		switch {
		case errors.As(err, &untrusted):
			return append(found, doctor.Wrong("Renew or replace the certificate at the proxy.", "%s has a certificate that browsers do not trust: %v", d.Public(), untrusted)...)
		case errors.As(err, &unknown):
			return append(found, doctor.Wrong("Make an entry in the DNS for it.", "the name %s is not known", public.Hostname())...)
		case d.PublicURL == "":
			return append(found, doctor.Warn("Start it, and run doctor again.", "no server runs at %s", d.Public())...)
		}
		return append(found, doctor.Wrong("Check the DNS, the firewall and the proxy, and that the server runs.", "%s cannot be reached: %v", d.Public(), err)...)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return append(found, doctor.Wrong("Look into the proxy's log: it answers in place of the server.", "%s/healthz answers %d", d.Public(), response.StatusCode)...)
	}
	if root, err := d.root(ctx); err == nil {
		switch theirs := response.Header.Get(rest.InstallationHeader); theirs {
		case installation(root):
		case "":
			return append(found, doctor.Warn("Wait until it has started; if it says so again, something else answers there.", "%s answers, and does not say which installation it is", d.Public())...)
		default:
			return append(found, doctor.Wrong("Let the DNS and the proxy lead to this installation, or correct PARLEY_PUBLIC_URL.", "%s leads to something else than this installation", d.Public())...)
		}
	}
	response, err = ask(ctx, client, d.Public()+"/api/v1/socket", http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"ZG9jdG9yIGxvb2tzIGluIQ=="}, "Sec-Websocket-Protocol": {wire.Subprotocol},
	})
	if err != nil {
		return append(found, doctor.Wrong("Let the proxy pass websockets on: Upgrade and Connection headers, HTTP/1.1.", "websockets do not get through: %v", err)...)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		return append(found, doctor.Wrong("Let the proxy pass websockets on: Upgrade and Connection headers, HTTP/1.1.", "websockets do not get through: %s answers %d", d.Public(), response.StatusCode)...)
	}
	return append(doctor.Fine("%s leads here, and websockets get through", d.Public()), found...)
}

func ask(ctx context.Context, client *http.Client, address string, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if header != nil {
		request.Header = header
	}
	response, err := client.Do(request)
	if err != nil {
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err // the address is said already
		}
		return nil, err
	}
	return response, nil
}

func (d *DoctorCmd) lookAtProxies(context.Context) []doctor.Finding {
	for _, network := range d.Proxies {
		if network.Bits() == 0 {
			return doctor.Wrong("Name the networks of your own proxies alone.", "PARLEY_TRUSTED_PROXIES has %s: everybody may say whom limits count, and so has none", network)
		}
	}
	behind := d.PublicURL != "" && !samePort(d.PublicURL, d.Addr)
	switch {
	case behind && len(d.Proxies) == 0:
		return doctor.Warn("Set PARLEY_TRUSTED_PROXIES to the proxy's network, such as 127.0.0.1/32.",
			"%s is not the port that is listened on, so there is a proxy; none is trusted, and limits per address count all visitors as one", d.PublicURL)
	case len(d.Proxies) > 0 && d.PublicURL == "":
		return doctor.Warn("Set PARLEY_PUBLIC_URL to the address of the proxy.", "proxies are trusted, and nobody said where browsers reach them")
	case len(d.Proxies) > 0:
		return doctor.Fine("%s may say who visitors are", d.Proxies)
	}
	return doctor.Fine("there are none")
}

// samePort tells whether a public address may be the server's own.
func samePort(public, addr string) bool {
	u, err := url.Parse(public)
	_, port, bad := net.SplitHostPort(addr)
	if err != nil || bad != nil {
		return true // another check's business
	}
	return u.Scheme == "http" && (u.Port() == port || u.Port() == "" && port == "80")
}

func (d *DoctorCmd) lookAtMetrics(context.Context) []doctor.Finding {
	const inner = "Set PARLEY_METRICS_ADDR to an address of this machine or of the inner network, such as 127.0.0.1:9090."
	if d.MetricsAddr == "" {
		if d.Private() {
			return doctor.Fine("/metrics is at the server's own address, which this machine alone reaches")
		}
		return doctor.Warn(inner, "metrics are shown nowhere")
	}
	host, _, err := net.SplitHostPort(d.MetricsAddr)
	if err != nil {
		return doctor.Wrong(inner, "PARLEY_METRICS_ADDR %q is not host:port", d.MetricsAddr)
	}
	address, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && address.IsUnspecified():
		return doctor.Warn(inner+" In a container, do not publish its port.", "%s is every interface: make sure that the public does not reach it", d.MetricsAddr)
	case err == nil && !address.IsPrivate() && !address.IsLoopback() && !address.IsLinkLocalUnicast():
		return doctor.Wrong(inner, "%s is on the public internet, with profiles and causes of failures", d.MetricsAddr)
	}
	return doctor.Fine("%s", d.MetricsAddr)
}

func loopbackHost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
}

func hasPrefix(text string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// installation is a name that all nodes of an installation share and nobody can turn into their key.
func installation(root *seal.Root) string {
	return fmt.Sprintf("%x", root.Derive("installation", 8))
}
