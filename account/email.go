package account

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"

	"parley/chat"
)

// maxEmail is the longest path that SMTP carries (RFC 5321, 4.5.3.1.3, without its brackets).
const maxEmail = 254

var errEmail = chat.Fail(chat.Invalid, "email_invalid", "Please enter an e-mail address such as name@company.example.")

// NormaliseEmail returns the address in the form that is stored and searched
// for: trimmed, the domain in lower case and punycode. The part before the @ is
// kept as typed; stores compare it without case.
func NormaliseEmail(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	parsed, err := mail.ParseAddress(typed)
	// Comments, quotes and display names parse, but are not what people call their address.
	if err != nil || parsed.Address != typed || len(typed) > maxEmail {
		return "", errEmail
	}
	at := strings.LastIndexByte(typed, '@')
	domain, err := idna.Lookup.ToASCII(typed[at+1:])
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || len(typed[:at]) > 64 {
		return "", errEmail
	}
	return typed[:at] + "@" + domain, nil
}

// asKept returns an address in that form, or as it was typed if it is none.
func asKept(typed string) string {
	if email, err := NormaliseEmail(typed); err == nil {
		return email
	}
	return typed
}
