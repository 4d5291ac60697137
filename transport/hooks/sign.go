package hooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/chat"
)

// secretPrefix tells what the rest is; secretBytes is within the 24 to 64 that
// the specification asks for.
const (
	secretPrefix = "whsec_"
	secretBytes  = 32
)

// NewSecret returns a secret to sign with, "whsec_" and base64.
func NewSecret() string {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // it never fails: the process ends first
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

// signatures returns the webhook-signature of a body that is sent under an id at a time. After a rotation there are two with a space between,
// as the specification has it: a server that knows either of the secrets finds its own.
func signatures(w chat.Webhook, id string, at time.Time, body []byte) (string, error) {
	signed, err := sign(w.Secret, id, at, body)
	if err != nil || !w.OldCounts(at) {
		return signed, err
	}
	old, err := sign(w.OldSecret, id, at, body)
	return signed + " " + old, err
}

// sign returns one signature.
func sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("read the webhook's secret: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
