package main

import (
	"context"
	"crypto/tls"
	"net/url"
	"time"

	"parley/cmd/parley/doctor"
)

// soon is how long before its end a certificate should have been replaced: most are renewed a month before.
const soon = 14 * 24 * time.Hour

// lookAtCertificate reads the server's own certificate, if it has one.
func (d *DoctorCmd) lookAtCertificate(context.Context) []doctor.Finding {
	pair, err := tls.LoadX509KeyPair(d.TLSCert, d.TLSKey)
	if err != nil {
		return doctor.Wrong("Name files in PEM: the certificate with those up to its issuer, and its key.", "the certificate cannot be read: %v", err)
	}
	public, err := url.Parse(d.Public())
	if err != nil {
		return doctor.Wrong("Set PARLEY_PUBLIC_URL to an address such as https://chat.example.", "%s is not an address that browsers can reach", d.Public())
	}
	host, left := public.Hostname(), time.Until(pair.Leaf.NotAfter)
	switch {
	case left <= 0:
		return doctor.Wrong("Renew it: the server reads the new files by itself.", "the certificate has ended on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	case pair.Leaf.VerifyHostname(host) != nil:
		return doctor.Wrong("Get one for that name, or correct PARLEY_PUBLIC_URL.", "the certificate is not for %s", host)
	case left < soon:
		return doctor.Warn("Renew it: the server reads the new files by itself.", "the certificate ends in %d days", int(left.Hours()/24))
	}
	return doctor.Fine("a certificate good for %s until %s", host, pair.Leaf.NotAfter.Format(time.DateOnly))
}
