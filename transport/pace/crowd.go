package pace

import "sync"

// Crowd counts how many of each key are here at a time. It remembers none that is not here.
type Crowd struct {
	most  int
	share Share

	mu   sync.Mutex
	here map[string]int
}

// NewCrowd returns a crowd of so many for each key. A nil Share is the whole.
func NewCrowd(most int, share Share) *Crowd {
	if share == nil {
		share = ShareOf(nil)
	}
	return &Crowd{most: most, share: share, here: make(map[string]int)}
}

// Enter tells whether there is room for one more. Who enters must leave.
func (c *Crowd) Enter(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[key] >= max(whole*c.most/c.share(), 1) {
		return false
	}
	c.here[key]++
	return true
}

// Leave makes room again.
func (c *Crowd) Leave(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[key]--; c.here[key] <= 0 {
		delete(c.here, key)
	}
}
