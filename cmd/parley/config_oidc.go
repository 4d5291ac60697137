package main

import (
	"errors"
	"net"
	"net/url"

	"parley/account"
)

// OIDC is the issuer at which people may sign in; nil: there is none.
func (c *Config) OIDC() *account.OIDC {
	if c.OIDCIssuer == "" {
		return nil
	}
	return &account.OIDC{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Name: c.OIDCName}
}

// checkOIDC returns what is wrong with these settings. What an issuer says over a line that others can write to proves nothing.
func (c *Config) checkOIDC() error {
	if c.OIDCIssuer == "" {
		if c.OIDCClientID+c.OIDCClientSecret+c.OIDCName != "" {
			return errors.New("PARLEY_OIDC_CLIENT_ID, _CLIENT_SECRET and _NAME need PARLEY_OIDC_ISSUER")
		}
		return nil
	}
	if c.OIDCClientID == "" {
		return errors.New("PARLEY_OIDC_ISSUER needs PARLEY_OIDC_CLIENT_ID")
	}
	u, err := url.Parse(c.OIDCIssuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("PARLEY_OIDC_ISSUER is not an address such as https://login.example")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())) {
		return errors.New("PARLEY_OIDC_ISSUER must begin with https://, unless it is of this machine")
	}
	return nil
}
