package main

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// notice is how long the others have to notice that this node is not ready any more, before anybody is sent to them: a
	// fifth of the grace at most. Alone, there is nobody to notice.
	notice = 3 * time.Second
	// closing bounds the end of the parts once nobody is served any more.
	closing = 5 * time.Second
	// slack is what the watchdog adds to both: then the process ends, whatever still hangs, and the next one repairs.
	slack = 3 * time.Second
)

// drain takes the process out of service within its grace (PARLEY_DRAIN), so that nobody loses anything and, with other nodes
// to go to, hardly anybody notices:
//
//  1. /readyz says 503, so that load balancers send newcomers elsewhere. Until they do, newcomers are served here, and
//     each answer asks for a new connection for the next request.
//  2. The engine tells the other nodes, takes nothing new, and lets go of what it holds: conversations at rest at once,
//     those that are being answered when their answer has ended. Until then they are reached from wherever their visitor is.
//  3. After notice, sockets are told to reconnect, at an even pace over what is left of four fifths of the grace; those that show an answer
//     come last, once it has ended or when it must be. What they had asked is answered before they close.
//  4. The listener closes. Requests, answers over Server-Sent Events among them, have the rest of the grace for their end.
//  5. So has the engine for the answers that it still writes. What is unfinished when the grace ends is answered
//     again by another node, or by this one's successor.
//
// Then nothing is served, and the platform can be closed.
func (p *platform) drain(w *web, server *http.Server, handler *swap) {
	ctx, cancel := context.WithTimeout(context.Background(), p.config.Drain)
	defer cancel()

	close(w.draining)
	handler.set(parting{w.handler})
	others := p.nodes.Load() > 1
	w.socket.Leave(others)

	var answers sync.WaitGroup
	answers.Go(func() { p.engine.Drain(ctx) })
	defer answers.Wait()

	if others {
		time.Sleep(min(notice, p.config.Drain/5))
	}
	w.socket.Drain(ctx)
	_ = server.Shutdown(ctx) // the grace is over: what is left is cut off
}

// parting serves requests of a process that ends, and asks their clients to connect anew for the next one.
type parting struct{ http.Handler }

func (h parting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" {
		w.Header().Set("Connection", "close")
	}
	h.Handler.ServeHTTP(w, r)
}
