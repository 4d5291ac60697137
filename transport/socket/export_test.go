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
