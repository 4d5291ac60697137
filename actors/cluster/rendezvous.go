package cluster

import (
	"crypto/sha256"
	"encoding/binary"

	"parley/chat"
)

// rendezvous chooses the member for a key by highest random weight: all who know the same members choose
// the same one, and when one leaves only its keys move. The zero value of none.
func rendezvous(key string, members []chat.Member) chat.Member {
	var best chat.Member
	var most uint64
	for _, m := range members {
		sum := sha256.Sum256([]byte(m.ID + "\x00" + key))
		if weight := binary.BigEndian.Uint64(sum[:]); best.ID == "" || weight > most {
			best, most = m, weight
		}
	}
	return best
}
