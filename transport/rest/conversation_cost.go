package rest

import (
	"context"
	"fmt"

	"parley/account"
	"parley/account/billing"
)

// spent is what answers took.
type spent struct {
	Answers    int64      `json:"answers" doc:"That ended, those that failed included."`
	Cached     int64      `json:"cached" doc:"Of them, had been given before: they cost nothing."`
	Tokens     usedTokens `json:"tokens"`
	CostMicros *int64     `json:"cost_micros" doc:"By the provider's price list, in millionths of a US dollar; null: that is not known of any."`
	Unpriced   int64      `json:"unpriced" doc:"Answers of which it is not known: they were stopped, or their model has no price."`
}

func spentOf(s billing.Spent) *spent {
	return &spent{Answers: s.Answers, Cached: s.Cached, Tokens: usedTokens{s.InputTokens, s.OutputTokens}, CostMicros: costOf(s), Unpriced: s.Unpriced}
}

// withCost adds what the answers of a conversation took.
func (s *server) withCost(ctx context.Context, who account.Identity, c conversation) (conversation, error) {
	took, err := s.Ledger.OfConversation(ctx, who.Tenant, c.ID)
	if err != nil {
		return conversation{}, fmt.Errorf("sum up what a conversation took: %w", err)
	}
	c.Spent = spentOf(took)
	return c, nil
}
