package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// newSecret returns an opaque token "id.secret" for a session or an invitation and
// the hash that is stored of it. The secret has 256 random bits, so a plain hash is enough.
func newSecret(id string) (token string, hash []byte, err error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return "", nil, fmt.Errorf("make a secret: %w", err)
	}
	token = id + "." + base64.RawURLEncoding.EncodeToString(secret)
	return token, hashSecret(token), nil
}

func hashSecret(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
