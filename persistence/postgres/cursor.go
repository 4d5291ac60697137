package postgres

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"parley/chat"
)

// errCursor refuses a cursor that was not given out for this list.
var errCursor = chat.Fail(chat.Invalid, "bad_cursor", "This list cannot be continued from here. Please load it from its beginning.")

// position is a place in a list that is sorted by time and id, latest first.
type position struct {
	at time.Time
	id string
}

// beforeAll is the position that a list begins behind.
var beforeAll = position{at: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)}

// cursors writes positions as opaque texts, authenticated together with the
// list they belong to: nobody else's, and nothing made up, is accepted.
type cursors struct{ key []byte }

// cursorMAC is how many bytes of the HMAC a cursor carries.
const cursorMAC = 16

func (c cursors) encode(p position, list ...string) string {
	plain := binary.BigEndian.AppendUint64(nil, uint64(p.at.UnixMilli()))
	plain = append(plain, p.id...)
	return base64.RawURLEncoding.EncodeToString(append(c.mac(plain, list), plain...))
}

// decode returns where a list goes on; "" is its beginning.
func (c cursors) decode(cursor string, list ...string) (position, error) {
	if cursor == "" {
		return beforeAll, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < cursorMAC+8 {
		return position{}, errCursor
	}
	mac, plain := raw[:cursorMAC], raw[cursorMAC:]
	if !hmac.Equal(mac, c.mac(plain, list)) {
		return position{}, errCursor
	}
	return position{at: time.UnixMilli(int64(binary.BigEndian.Uint64(plain))).UTC(), id: string(plain[8:])}, nil
}

func (c cursors) mac(plain []byte, list []string) []byte {
	mac := hmac.New(sha256.New, c.key)
	for _, part := range list {
		mac.Write(binary.AppendUvarint(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	mac.Write(plain)
	return mac.Sum(nil)[:cursorMAC]
}

// Pages of lists.
const (
	defaultPage = 50
	largestPage = 200
)

// pageSize is how many entries a page has when limit are asked for.
func pageSize(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, largestPage)
}
