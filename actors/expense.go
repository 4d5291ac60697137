package actors

import (
	"context"
	"log/slog"
	"time"

	"parley/chat"
	"parley/llm"
)

// charge adds what a call of a model took to what its answer did. A part whose cost is not known leaves the whole without one.
func (w *answering) charge(took llm.Result) {
	trace := w.trace
	trace.InputTokens += took.InputTokens
	trace.OutputTokens += took.OutputTokens
	micros, known := w.prices.Cost(took.Model, took.InputTokens, took.OutputTokens)
	if !known || took.Model == "" || trace.CostMicros == nil {
		trace.CostMicros = nil
		return
	}
	micros += *trace.CostMicros
	trace.CostMicros = &micros // what is known of the answer so far may be shared
}

// settle is what an answer took, as far as its trace knows; nil: nothing is known.
func settle(trace *chat.Trace, from chat.Source) *chat.Usage {
	if trace == nil {
		return &chat.Usage{Source: from}
	}
	return &chat.Usage{
		Provider: trace.Provider, Model: trace.Model, InputTokens: trace.InputTokens, OutputTokens: trace.OutputTokens,
		CostMicros: trace.CostMicros, Cached: trace.Cached, Source: from,
	}
}

// spendTimeout bounds the wait for an expense to be kept. What takes longer is lost, which the log says.
const spendTimeout = 5 * time.Second

// spend keeps what a tenant's bots took besides answering visitors. It goes on when ctx has ended: that has cost something all the same.
func (a *answerer) spend(ctx context.Context, expense chat.Expense) {
	free := expense.CostMicros != nil && *expense.CostMicros == 0 && expense.InputTokens == 0
	if a.expenses == nil || free {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spendTimeout)
	defer cancel()
	now, err := a.allowances.Allowance(ctx, expense.Tenant)
	if err == nil {
		expense.Period, expense.At = now.Period, time.Now()
		err = a.expenses.AddExpense(ctx, expense)
	}
	if err != nil {
		a.logger.Warn("what a model took is in no account", slog.String("tenant", expense.Tenant), slog.Any("error", err))
	}
}

// tried is what an answer took that no visitor gets.
func tried(tenant string, trace *chat.Trace) chat.Expense {
	return chat.Expense{Tenant: tenant, InputTokens: trace.InputTokens, OutputTokens: trace.OutputTokens, CostMicros: trace.CostMicros}
}

// memorised is what a summary of a tenant's conversation took.
func (a *answerer) memorised(tenant string, took llm.Result) chat.Expense {
	expense := chat.Expense{Tenant: tenant, InputTokens: took.InputTokens, OutputTokens: took.OutputTokens}
	if micros, known := a.prices.Cost(took.Model, took.InputTokens, took.OutputTokens); known {
		expense.CostMicros = &micros
	}
	return expense
}
