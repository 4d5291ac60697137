package flood

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAFloodOfOneKey(t *testing.T) {
	h := begin(t)
	var made struct {
		Key string `json:"key"`
	}
	if answer, err := h.flooded.Try(http.MethodPost, "api-keys", "application/json", strings.NewReader(`{"name":"flood","scopes":["read"]}`)); err != nil ||
		answer.Status != http.StatusCreated || json.Unmarshal(answer.Body, &made) != nil {
		t.Fatalf("make a key: %d %s %v", answer.Status, answer.Body, err)
	}
	g := &groups{h: h}
	g.sit("visitors of the business", theirs, h.flooded.bot, 10)
	g.sit("visitors of another business", elsewhere, h.other.bot, 10)
	client := from("127.0.0.44")
	colleague, stranger := &count{}, &count{}
	// 16 are worked on at a time, 512 wait, and more are refused; so are more than 6,000 in a minute.
	h.beside(g, "requests of one key, 800 at a time", func(ctx context.Context, c *count) {
		together(802, func(n int) {
			switch n { // two people at their dashboards
			case 0:
				h.browse(ctx, colleague, from(theirs), h.flooded.Token, 100*time.Millisecond)
			case 1:
				h.browse(ctx, stranger, from(elsewhere), h.other.Token, 100*time.Millisecond)
			default:
				h.browse(ctx, c, client, made.Key, 20*time.Millisecond)
			}
		})
	})
	t.Logf("  with it, a member of the business: %v", colleague)
	t.Logf("  with it, a member of another business: %v", stranger)
	for _, c := range []*count{colleague, stranger} {
		if len(c.passed) == 0 || c.refused > 0 || len(c.broken) > 0 {
			t.Errorf("a member was harmed: %v", c)
		}
	}
}

// browse reads the inbox again and again.
func (h *house) browse(ctx context.Context, c *count, client *http.Client, token string, pause time.Duration) {
	for ctx.Err() == nil {
		_ = c.try(ctx, func() error { return h.get(ctx, client, token, "conversations?limit=50") })
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}
