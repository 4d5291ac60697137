package account

import (
	"context"
	"net/netip"

	"parley/chat"
)

// Retention is how long a business keeps what. The zero value: for ever, addresses whole.
type Retention struct {
	ConversationDays int  // without an event, after which a conversation is deleted; 0: never
	AuditDays        int  // after which entries of the audit log are deleted; 0: never
	MaskAddresses    bool // visitors' addresses are kept without their last part
}

// Bounds of Retention. Who has just done something must not be able to have it forgotten the next day.
const (
	leastAuditDays = 30
	mostDays       = 3650
)

var errRetention = chat.Fail(chat.Invalid, "retention_invalid",
	"Conversations can be kept for 1 to 3,650 days and the audit log for 30 to 3,650; 0 keeps them for ever.")

// Check returns an error unless the times are within their bounds.
func (r Retention) Check() error {
	if r.ConversationDays < 0 || r.ConversationDays > mostDays || r.AuditDays < 0 || r.AuditDays > mostDays || r.AuditDays > 0 && r.AuditDays < leastAuditDays {
		return errRetention
	}
	return nil
}

// Retentions keeps how long businesses keep what.
type Retentions interface {
	// Retention returns a tenant's; the zero value where nothing was said.
	Retention(ctx context.Context, tenant string) (Retention, error)
	PutRetention(ctx context.Context, tenant string, retention Retention) error
}

// What is left of a masked address, in bits: the network that a provider gives to some hundred customers.
const (
	maskedBits4 = 24
	maskedBits6 = 48
)

// Mask returns an address without the last octet, of an IPv6 address without the last 80 bits. What is no address is masked whole.
func Mask(address string) string {
	prefix, err := netip.ParsePrefix(address)
	if err != nil {
		ip, err := netip.ParseAddr(address)
		if err != nil {
			return ""
		}
		prefix = netip.PrefixFrom(ip, ip.BitLen())
	}
	ip, bits := prefix.Addr().Unmap(), maskedBits4
	if !ip.Is4() {
		bits = maskedBits6
	}
	return netip.PrefixFrom(ip.WithZone(""), bits).Masked().Addr().String()
}
