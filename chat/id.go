package chat

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// Prefixes of identifiers: the kind of a thing can be read off its id.
const (
	TenantPrefix       = "tnt"
	UserPrefix         = "usr"
	BotPrefix          = "bot"
	VisitorPrefix      = "vis"
	ConversationPrefix = "cnv"
	MessagePrefix      = "msg"
	SourcePrefix       = "src"
	PassagePrefix      = "psg"
	TestPrefix         = "tst"
	RunPrefix          = "run"
)

// alphabet is Crockford's base32 in lower case: no letter that is misread, and
// ids sort as they were made.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idLength is the length of an id behind its prefix: 48 bits of milliseconds
// and 80 random bits, five to a character.
const idLength = 26

// NewID returns a new identifier such as "cnv_06f1…". 80 of its bits are
// random, so it cannot be guessed; the leading 48 are the time in milliseconds,
// so that rows made together lie together in an index.
func NewID(prefix string) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(time.Now().UnixMilli())<<16)
	if _, err := rand.Read(raw[6:]); err != nil {
		panic("chat: the system has no random numbers: " + err.Error())
	}
	id := make([]byte, 0, len(prefix)+1+idLength)
	id = append(id, prefix...)
	id = append(id, '_')
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	// 128 bits are 25.6 characters: the first carries the upper three.
	for shift := 125; shift >= 0; shift -= 5 {
		var five uint64
		switch {
		case shift >= 64:
			five = hi >> (shift - 64)
		case shift > 59:
			five = hi<<(64-shift) | lo>>shift
		default:
			five = lo >> shift
		}
		id = append(id, alphabet[five&31])
	}
	return string(id)
}

// ValidID tells whether s has the form of an id of this prefix. A malformed id
// is answered like one that does not exist: with ErrNotFound.
func ValidID(prefix, s string) bool {
	if len(s) != len(prefix)+1+idLength || s[:len(prefix)] != prefix || s[len(prefix)] != '_' {
		return false
	}
	for i := len(prefix) + 1; i < len(s); i++ {
		if decode[s[i]] == 0 {
			return false
		}
	}
	return true
}

var decode = func() (table [256]byte) {
	for _, c := range []byte(alphabet) {
		table[c] = 1
	}
	return table
}()
