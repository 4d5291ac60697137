package socket

import "parley/account"

// countRefusal adds something that a limit refused to the activity of the business that this connection is with. Of one that has opened
// nothing, nobody knows which it is.
func (c *conn) countRefusal() {
	tenant := ""
	switch role := c.current().(type) {
	case *session:
		tenant = role.visitor().Tenant
	case *desk:
		tenant = role.member.Tenant
	}
	c.h.config.Activity.Count(tenant, account.Activity{Refused: 1})
}
