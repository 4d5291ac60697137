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

// Asleep counts the watches that wait for something to happen.
func (h *Handler) Asleep() int {
	h.sleepers.mu.Lock()
	defer h.sleepers.mu.Unlock()
	n := 0
	for _, w := range h.sleepers.asleep {
		for ; w != nil; w = w.behind {
			n++
		}
	}
	return n
}

// SendAllAway tells all clients now, whatever they do.
func (h *Handler) SendAllAway() {
	for _, c := range h.arrived(true) {
		c.sendAway(spread)
	}
}
