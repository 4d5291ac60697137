package flood

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestAFloodOfOneVisitor(t *testing.T) {
	h := begin(t)
	g := &groups{h: h}
	const office = "127.0.0.40"
	client := from(office)
	first, err := h.visit(t.Context(), client, h.flooded.bot, "")
	if err != nil {
		t.Fatal(err)
	}
	g.sit("colleagues at the same address", office, h.flooded.bot, 10)
	g.sit("other visitors of the business", theirs, h.flooded.bot, 10)
	g.sit("visitors of another business", elsewhere, h.other.bot, 10)
	h.beside(g, "one visitor, 120 connections", func(ctx context.Context, c *count) {
		together(120, func(int) { // of which 100 find a place
			v, err := h.visit(ctx, client, h.flooded.bot, first.token)
			if c.note(ctx, 0, err); err != nil {
				return
			}
			defer v.ws.CloseNow()
			for ctx.Err() == nil {
				if c.try(ctx, func() error { return v.say(ctx) }) != nil && !polite(ctx) {
					return
				}
			}
		})
	})
}

// polite waits a moment between attempts, so that a flood here does not take the machine that is shared with the server. It is
// still a thousand times what it was told to do.
func polite(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(20 * time.Millisecond):
		return true
	}
}

func TestAFloodOfFramesOfOneConnection(t *testing.T) {
	h := begin(t)
	g := &groups{h: h}
	g.sit("other visitors of the business", theirs, h.flooded.bot, 10)
	g.sit("visitors of another business", elsewhere, h.other.bot, 10)
	v, err := h.visit(t.Context(), from("127.0.0.41"), h.flooded.bot, "")
	if err != nil {
		t.Fatal(err)
	}
	h.beside(g, "frames of 60 KB, without a pause", func(ctx context.Context, c *count) {
		go func() {
			large := map[string]any{"text": strings.Repeat("x", 60_000), "conversation": "x"}
			for n := 0; ctx.Err() == nil; n++ {
				if v.write(ctx, fmt.Sprint(n), "typing", large) != nil {
					return
				}
			}
		}()
		for ctx.Err() == nil {
			answer, err := v.read(ctx)
			if err == nil && answer.Type == "error" {
				err = &refused{answer.Data.Code, answer.Data.RetryAfter}
			}
			if c.note(ctx, 0, err); err != nil && !isRefused(err) {
				return
			}
		}
	})
}

func isRefused(err error) bool {
	var no *refused
	return errors.As(err, &no)
}

// newcomers open chats without a token, as fast as they are let in, and write in each as much as they may.
func (h *house) newcomers(ctx context.Context, c *count, client *http.Client, bot string) {
	for ctx.Err() == nil {
		var v *visitor
		err := c.try(ctx, func() (err error) {
			v, err = h.visit(ctx, client, bot, "")
			return err
		})
		if err != nil {
			if !polite(ctx) {
				return
			}
			continue
		}
		for range 40 {
			if c.try(ctx, func() error { return v.say(ctx) }) != nil {
				break
			}
		}
		_ = v.ws.CloseNow()
	}
}

func TestAFloodOfOneAddress(t *testing.T) {
	h := begin(t)
	g := &groups{h: h}
	const office = "127.0.0.42"
	g.sit("who chats at the same address", office, h.flooded.bot, 10)
	g.sit("other visitors of the business", theirs, h.flooded.bot, 10)
	g.sit("visitors of another business", elsewhere, h.other.bot, 10)
	client := from(office)
	h.beside(g, "newcomers of one address, 100 at a time", func(ctx context.Context, c *count) {
		together(100, func(int) { h.newcomers(ctx, c, client, h.flooded.bot) })
	})
}

func TestAFloodOfConnectionsThatSayNothing(t *testing.T) {
	h := begin(t)
	g := &groups{h: h}
	g.sit("other visitors of the business", theirs, h.flooded.bot, 10)
	g.sit("visitors of another business", elsewhere, h.other.bot, 10)
	client := from("127.0.0.43")
	h.beside(g, "connections of one address that open nothing", func(ctx context.Context, c *count) {
		var tries atomic.Int64
		together(50, func(int) {
			for tries.Add(1) < 2000 && ctx.Err() == nil {
				err := c.try(ctx, func() error { return h.knock(ctx, client) })
				if err != nil && !isRefused(err) {
					return
				}
			}
		})
	})
}

func TestAFloodOfOneBusiness(t *testing.T) {
	h := begin(t)
	g := &groups{h: h}
	g.sit("visitors of another business", elsewhere, h.other.bot, 20)
	h.beside(g, "visitors of one business, at 40 addresses", func(ctx context.Context, c *count) {
		together(120, func(n int) {
			h.newcomers(ctx, c, from(fmt.Sprint("127.0.1.", 1+n%40)), h.flooded.bot)
		})
	})
}

func TestAnOfficeOf300VisitorsBehindOneAddressWorks(t *testing.T) {
	h := begin(t)
	client := from("127.0.0.45")
	opened, wrote, again := &count{}, &count{}, &count{}
	ctx := t.Context()
	together(300, func(int) { // all of them come at once
		var v *visitor
		err := opened.try(ctx, func() (err error) {
			v, err = h.visit(ctx, client, h.flooded.bot, "")
			return err
		})
		if err != nil {
			return
		}
		for range 3 {
			_ = wrote.try(ctx, func() error { return v.say(ctx) })
		}
		_ = v.ws.CloseNow() // and go on to the next page
		err = again.try(ctx, func() (err error) {
			v, err = h.visit(ctx, client, h.flooded.bot, v.token)
			return err
		})
		if err == nil {
			_ = wrote.try(ctx, func() error { return v.say(ctx) })
			_ = v.ws.CloseNow()
		}
	})
	t.Logf("300 visitors of one address: opening: %v; messages: %v; the next page: %v", opened, wrote, again)
	if len(opened.passed) != 300 || len(again.passed) != 300 || len(wrote.passed) != 1200 {
		t.Error("not all of them were served")
	}
}
