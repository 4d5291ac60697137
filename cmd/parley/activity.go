package main

import (
	"context"

	"parley/account"
	"parley/chat"
	"parley/transport/mail"
)

// startActivity begins to count what businesses do, and to watch for what is unlike itself.
func (p *platform) startActivity() {
	p.activity = account.StartActivityCounter(p.store, p.logger)
	p.watch = account.StartAnomalyWatch(account.AnomalyWatchConfig{
		Activities: p.store, Anomalies: p.store, Keys: p.store, Leases: p.store, People: p.store,
		Alarm: mail.Alerts{Sender: p.sender}, Operator: p.config.OperatorEmail, PublicURL: p.config.Public(), Logger: p.logger,
	})
}

// stopActivity ends both, and keeps what was counted.
func (p *platform) stopActivity(ctx context.Context) {
	if p.watch != nil {
		p.watch.Stop()
	}
	if p.activity != nil {
		p.activity.Stop(ctx)
	}
}

// activityLog counts what is written to conversations.
type activityLog struct {
	chat.Log
	activity *account.ActivityCounter
}

// Append counts what was kept.
func (l activityLog) Append(ctx context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	outcomes, err := l.Log.Append(ctx, batch)
	for i, outcome := range outcomes {
		if i < len(batch) && outcome.Err == nil && outcome.Duplicate == nil && err == nil {
			l.activity.CountOf(account.Subject{Tenant: batch[i].Tenant, Line: batch[i].Line}, gained(&batch[i]))
		}
	}
	return outcomes, err
}

// activityExpenses counts what models took besides answers.
type activityExpenses struct {
	chat.Expenses
	activity *account.ActivityCounter
}

// AddExpense counts it whether it is kept or not: it was spent.
func (e activityExpenses) AddExpense(ctx context.Context, expense chat.Expense) error {
	e.activity.Count(expense.Tenant, spent(expense))
	return e.Expenses.AddExpense(ctx, expense)
}

func spent(expense chat.Expense) account.Activity {
	a := account.Activity{Tokens: expense.InputTokens + expense.OutputTokens}
	if expense.CostMicros != nil {
		a.CostMicros = *expense.CostMicros
	}
	return a
}

// gained is what a conversation gained by an append.
func gained(entry *chat.Append) (a account.Activity) {
	for _, body := range entry.Bodies {
		switch body := body.(type) {
		case chat.MessageCreated:
			if body.Author.Kind == chat.ByVisitor {
				a.Messages++
			}
		case chat.MessageCompleted:
			a.Answers++
		}
	}
	if entry.Trace != nil && !entry.Trace.Cached {
		a.Tokens = entry.Trace.InputTokens + entry.Trace.OutputTokens
		if entry.Trace.CostMicros != nil {
			a.CostMicros = *entry.Trace.CostMicros
		}
	}
	return a
}
