package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"parley/chat"
)

// The cost of hashing a password: OWASP's Password Storage Cheat Sheet, first
// choice for argon2id (m=19456 KiB, t=2, p=1). About 20 ms on one core.
const (
	argonMemory  = 19456 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16 // bytes, RFC 9106 section 3.1
	argonKey     = 32
)

// hashesAtOnce bounds memory (19 MiB each) and keeps cores free for
// conversations when many sign in together.
const hashesAtOnce = 2

// A password's length: long enough to resist guessing, short enough that
// hashing it costs what the parameters say. In characters and bytes.
const (
	minPassword = 10
	maxPassword = 1024
)

// errBusy is for whoever waited for a free hash until their context ended.
var errBusy = &chat.Error{Kind: chat.Unavailable, Code: "sign_in_busy", RetryAfter: 5 * time.Second,
	Message: "Too many people are signing in right now. Please try again in a moment."}

// hasher hashes passwords, a few at a time. Waiting ends with the context.
type hasher struct{ slots chan struct{} }

func newHasher() hasher { return hasher{make(chan struct{}, hashesAtOnce)} }

func (h hasher) derive(ctx context.Context, password string, salt []byte, p argonParams) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, errBusy.Because(ctx.Err())
	}
	// NFKC: the same password typed on another system may come in other code points (NIST SP 800-63B, 3.1.1.2).
	return argon2.IDKey(norm.NFKC.Bytes([]byte(password)), salt, p.time, p.memory, p.threads, argonKey), nil
}

// hash returns a PHC string: "$argon2id$v=19$m=19456,t=2,p=1$salt$key".
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key, err := h.derive(ctx, password, salt, argonParams{argonMemory, argonTime, argonThreads})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// matches tells whether the password is the one that was hashed, under the
// parameters that it was hashed with.
func (h hasher) matches(ctx context.Context, password, phc string) (bool, error) {
	p, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, password, salt, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// waste takes as long as matches does, for the account that does not exist.
func (h hasher) waste(ctx context.Context, password string) error {
	_, err := h.derive(ctx, password, make([]byte, argonSalt), argonParams{argonMemory, argonTime, argonThreads})
	return err
}

type argonParams struct {
	memory, time uint32
	threads      uint8
}

func parsePHC(phc string) (p argonParams, salt, key []byte, err error) {
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, fmt.Errorf("read password hash: not argon2id of version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, nil, nil, fmt.Errorf("read password hash: parameters: %w", err)
	}
	if p.time < 1 || p.threads < 1 {
		return p, nil, nil, fmt.Errorf("read password hash: parameters %q", fields[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(fields[4]); err != nil {
		return p, nil, nil, fmt.Errorf("read password hash: salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(fields[5]); err != nil || len(key) != argonKey {
		return p, nil, nil, fmt.Errorf("read password hash: key of %d bytes: %w", len(key), err)
	}
	return p, salt, key, nil
}

// checkPassword refuses passwords that are short, or would be guessed soon: by what is common, or by what is known of the person.
func checkPassword(password, email string, names ...string) error {
	if utf8.RuneCountInString(password) < minPassword {
		return chat.Fail(chat.Invalid, "password_too_short", fmt.Sprintf("Please choose a password of at least %d characters.", minPassword))
	}
	if len(password) > maxPassword {
		return chat.Fail(chat.Invalid, "password_too_long", fmt.Sprintf("Please choose a password of at most %d characters.", maxPassword))
	}
	if guessBits(password, contextOf(append(names, email))) < leastBits {
		return chat.Fail(chat.Invalid, "password_too_simple", "This password would be guessed quickly. Please choose another, for example four words that do not belong together.")
	}
	return nil
}

// contextOf are the words that somebody tries first who knows these names: whole, without what is between their words, and each word.
func contextOf(names []string) (context []string) {
	for _, name := range names {
		name = strings.ToLower(norm.NFKC.String(name))
		parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		context = append(append(context, name, strings.Join(parts, "")), parts...)
	}
	return context
}
