package vitals

import (
	"context"
	"errors"
	"time"

	"parley/llm"
)

// What a model is called for.
const (
	forAnswer   = "answer"
	forSummary  = "summary"
	forQuestion = "question"
)

// LanguageModel is all that a model is asked for.
type LanguageModel interface {
	llm.Provider
	llm.Summariser
	llm.Rewriter
	llm.Prompter
}

// Model measures a model that writes answers, summaries and questions.
func (v *Vitals) Model(model LanguageModel) llm.Provider { return measuredModel{model, v} }

type measuredModel struct {
	LanguageModel
	vitals *Vitals
}

func (m measuredModel) Answer(ctx context.Context, request llm.Request, emit func(text string) error) (llm.Result, error) {
	begun, spoke := time.Now(), false
	result, err := m.LanguageModel.Answer(ctx, request, func(text string) error {
		if !spoke {
			spoke = true
			m.vitals.modelSpoke.Observe(time.Since(begun).Seconds())
		}
		return emit(text)
	})
	m.vitals.modelCalled(forAnswer, time.Since(begun), err)
	m.vitals.modelTook(result)
	return result, err
}

func (m measuredModel) Summarise(ctx context.Context, request llm.SummaryRequest) (string, llm.Result, error) {
	begun := time.Now()
	summary, result, err := m.LanguageModel.Summarise(ctx, request)
	m.vitals.modelCalled(forSummary, time.Since(begun), err)
	m.vitals.modelTook(result)
	return summary, result, err
}

func (m measuredModel) Rewrite(ctx context.Context, request llm.RewriteRequest) (string, llm.Result, error) {
	begun := time.Now()
	question, result, err := m.LanguageModel.Rewrite(ctx, request)
	m.vitals.modelCalled(forQuestion, time.Since(begun), err)
	m.vitals.modelTook(result)
	return question, result, err
}

func (v *Vitals) modelTook(result llm.Result) {
	v.tokens.WithLabelValues("in").Add(float64(result.InputTokens))
	v.tokens.WithLabelValues("out").Add(float64(result.OutputTokens))
}

func (v *Vitals) modelCalled(purpose string, took time.Duration, err error) {
	v.calls.WithLabelValues(purpose, outcomeOf(err)).Inc()
	v.called.WithLabelValues(purpose).Observe(took.Seconds())
}

// outcomeOf says how a call ended.
func outcomeOf(err error) string {
	var failure *llm.Error
	switch {
	case err == nil:
		return completed
	case errors.Is(err, context.Canceled):
		return "canceled" // whoever asked does not want to know any more
	case !errors.As(err, &failure):
		return "failed"
	case failure.Truncated:
		return "cut"
	case failure.Retryable:
		return "unavailable"
	default:
		return "refused"
	}
}
