package socket

// MostWaiting returns the bytes that wait for the connection that most waits for.
func (h *Handler) MostWaiting() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	most := 0
	for c := range h.conns {
		c.out.mu.Lock()
		most = max(most, c.out.bytes)
		c.out.mu.Unlock()
	}
	return most
}

// Unborn counts the watches that wait for a conversation's beginning.
func (h *Handler) Unborn() int {
	h.unborn.mu.Lock()
	defer h.unborn.mu.Unlock()
	n := 0
	for _, w := range h.unborn.asleep {
		for ; w != nil; w = w.behind {
			n++
		}
	}
	return n
}
