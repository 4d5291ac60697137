package account

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
)

// A key of the API reads "prl_live_", 43 characters of a secret and 6 of its checksum. Scanners of leaked secrets find
// it by keyPattern, and know by the checksum that it is one; so does Parley, without a look into the database.
const (
	keyStart    = "prl_live_"
	keySecret   = 43 // characters of 62: the first number whose secrets are more than 256 bits
	keyChecksum = 6  // characters of 62 that hold 32 bits
	keyLength   = len(keyStart) + keySecret + 1 + keyChecksum
	keyShown    = 4 // characters of the secret by which people tell their keys apart; 232 bits are left
)

// KeyPattern is a regular expression that finds keys, for scanners of secrets.
const KeyPattern = `prl_live_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}`

const keyAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newKeySecret returns a new key, whole, and what of it is shown later.
func newKeySecret() (key, prefix string, err error) {
	key, err = newMarkedSecret(keyStart)
	if err != nil {
		return "", "", err
	}
	return key, key[:len(keyStart)+keyShown], nil
}

// newMarkedSecret returns 256 random bits between a beginning that says what they are and their checksum.
func newMarkedSecret(start string) (string, error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	secret := inAlphabet(new(big.Int).SetBytes(random), keySecret)
	return start + secret + "_" + checksum(secret), nil
}

// IsKey tells whether a token has the form of a key of the API, and its checksum.
func IsKey(token string) bool {
	rest, is := strings.CutPrefix(token, keyStart)
	if !is || len(token) != keyLength || rest[keySecret] != '_' {
		return false
	}
	return checksum(rest[:keySecret]) == rest[keySecret+1:]
}

// checksum tells a key that was cut or mistyped from one that is none any more. It is no secret.
func checksum(secret string) string {
	return inAlphabet(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(secret)))), keyChecksum)
}

// inAlphabet writes a number with leading zeros.
func inAlphabet(n *big.Int, length int) string {
	out := make([]byte, length)
	base, digit := big.NewInt(int64(len(keyAlphabet))), new(big.Int)
	for i := length - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = keyAlphabet[digit.Int64()]
	}
	return string(out)
}
