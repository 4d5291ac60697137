package hooks

import "parley/chat"

// How much may be under way at a time on one node. Each call lasts 15 seconds
// at most, so a business whose servers all hang holds an eighth of the node.
const (
	perNode    = 64
	perTenant  = 8
	perWebhook = 4
)

// underWay counts what a node has taken and not ended.
type underWay struct {
	all     int
	tenant  map[string]int
	webhook map[string]int
}

func newUnderWay() *underWay {
	return &underWay{tenant: make(map[string]int), webhook: make(map[string]int)}
}

func (u *underWay) add(d chat.Delivery, n int) {
	u.all += n
	for _, c := range []struct {
		counts map[string]int
		key    string
	}{{u.tenant, d.Tenant}, {u.webhook, d.Webhook}} {
		if c.counts[c.key] += n; c.counts[c.key] == 0 {
			delete(c.counts, c.key)
		}
	}
}

// shares says how many deliveries to take of each queue: one of each in turn,
// the one that waits longest first, until there is no room.
func (u *underWay) shares(queues []chat.HookQueue) []chat.Share {
	room := perNode - u.all
	tenants := make(map[string]int)
	counts := make([]int, len(queues))
	for given := true; given && room > 0; {
		given = false
		for i, q := range queues {
			if room == 0 || u.tenant[q.Tenant]+tenants[q.Tenant] >= perTenant || u.webhook[q.Webhook]+counts[i] >= perWebhook {
				continue
			}
			counts[i]++
			tenants[q.Tenant]++
			room--
			given = true
		}
	}
	var shares []chat.Share
	for i, q := range queues {
		if counts[i] > 0 {
			shares = append(shares, chat.Share{HookQueue: q, Count: counts[i]})
		}
	}
	return shares
}
