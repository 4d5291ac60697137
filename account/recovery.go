package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

const (
	// recoveryCodes is how many a person gets.
	recoveryCodes = 10
	// recoveryBytes makes 80 random bits: nobody guesses them, so that they may be tried while other codes may
	// not, and a plain hash of them is enough.
	recoveryBytes  = 10
	recoveryLength = 16 // characters, of five bits each
)

// Crockford's alphabet has no letters that are taken for others: https://www.crockford.com/base32.html
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var (
	crockfordEncoding = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)
	// misread are characters that people write for others, and what they put between groups.
	misread = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "\t", "")
)

// newRecoveryCodes returns codes, of which each is good once for a second factor, and their hashes.
func newRecoveryCodes() (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		random := make([]byte, recoveryBytes)
		if _, err := rand.Read(random); err != nil {
			return nil, nil, fmt.Errorf("make recovery codes: %w", err)
		}
		code := crockfordEncoding.EncodeToString(random)
		hashes = append(hashes, hashRecovery(code))
		codes = append(codes, strings.Join([]string{code[:4], code[4:8], code[8:12], code[12:]}, "-"))
	}
	return codes, hashes, nil
}

// recoveryOf returns a code as it is hashed, if what was typed can be one.
func recoveryOf(typed string) (string, bool) {
	code := misread.Replace(strings.ToUpper(strings.TrimSpace(typed)))
	return code, len(code) == recoveryLength && strings.Trim(code, crockford) == ""
}

func hashRecovery(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}
