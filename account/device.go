package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// DeviceCookie is the cookie by which a browser is known to have signed in to an account before. It signs nobody in.
const DeviceCookie = "parley_device"

// DeviceLife is how long a browser keeps it: as long as browsers keep any cookie.
const DeviceLife = 400 * 24 * time.Hour

// accountsOfDevice is how many accounts a browser is known to; the one that signed in longest ago goes.
const accountsOfDevice = 4

// devices makes and checks what DeviceCookie holds: "nonce.mac" for each account, with "~" between them. The MAC binds the
// nonce to an account's address.
type devices struct{ key []byte }

func newDevices(key []byte) devices {
	if key == nil {
		key = []byte(rand.Text())
	}
	return devices{key}
}

// known returns the nonce by which a browser is known to an account; empty: it is not.
func (d devices) known(cookie, email string) string {
	for _, entry := range d.entries(cookie) {
		if nonce, mac, _ := strings.Cut(entry, "."); hmac.Equal([]byte(mac), []byte(d.sign(nonce, email))) {
			return nonce
		}
	}
	return ""
}

// remember returns a cookie by which a browser is known to one more account.
func (d devices) remember(cookie, email string) string {
	entries := d.entries(cookie)
	if d.known(cookie, email) == "" {
		nonce := rand.Text() // 128 bits
		entries = append([]string{nonce + "." + d.sign(nonce, email)}, entries...)
	}
	return strings.Join(entries[:min(len(entries), accountsOfDevice)], "~")
}

// entries are those of a cookie that may be anything.
func (d devices) entries(cookie string) (entries []string) {
	for entry := range strings.SplitSeq(cookie, "~") {
		if len(entries) < accountsOfDevice && len(entry) == deviceEntry {
			entries = append(entries, entry)
		}
	}
	return entries
}

// deviceEntry is the length of one: 26 characters of rand.Text, a point, and a MAC of macLength bytes in base64.
var deviceEntry = 26 + 1 + base64.RawURLEncoding.EncodedLen(macLength)

func (d devices) sign(nonce, email string) string {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(nonce + "\x00" + strings.ToLower(email)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macLength])
}
