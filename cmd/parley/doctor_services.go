package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"parley/cmd/parley/doctor"
	"parley/llm"
	"parley/llm/openai"
	"parley/transport/mail"
)

// lookAtModel has it write a few words: that it is there, knows the model and streams is seen in no other way.
func (d *DoctorCmd) lookAtModel(ctx context.Context) []doctor.Finding {
	provider, err := openai.New(openai.Config{BaseURL: d.OpenAIBaseURL, Key: d.OpenAIKey, Model: d.LanguageModel()})
	if err != nil {
		return doctor.Wrong("Correct OPENAI_BASE_URL: it goes up to and with /v1.", "%v", err)
	}
	begun, pieces, first := time.Now(), 0, time.Duration(0)
	result, err := provider.Answer(ctx, llm.Request{
		Bot: "Doctor", Instructions: "Count from one to ten in words.", Question: "Please count.", MaxTokens: 64,
	}, func(string) error {
		if pieces++; pieces == 1 {
			first = time.Since(begun)
		}
		return nil
	})
	switch {
	case err != nil:
		return doctor.Wrong("Check OPENAI_BASE_URL (up to and with /v1), OPENAI_API_KEY and that PARLEY_MODEL is one of the server's models.",
			"%s does not answer: %v", d.LanguageModel(), err)
	case pieces == 0:
		return doctor.Warn("Ask it the same by hand; models that think first may need a larger one beside them.", "%s answers with no words", d.LanguageModel())
	case pieces == 1:
		return doctor.Warn("Let the server, or the proxy before it, stream: visitors wait for the whole answer.", "%s answers in one piece after %v", d.LanguageModel(), first.Round(time.Millisecond))
	}
	return doctor.Fine("%s answers and streams; first words after %v", result.Model, first.Round(time.Millisecond))
}

func (d *DoctorCmd) lookAtMail(ctx context.Context) []doctor.Finding {
	sender, err := mail.NewSMTP(d.SMTPURL, d.Sender())
	if err != nil {
		return doctor.Wrong("Correct SMTP_URL and PARLEY_MAIL_FROM.", "%v", err)
	}
	if err := sender.Check(ctx); err != nil {
		var failure *mail.Failure
		if errors.As(err, &failure) && failure.Code == 535 {
			return doctor.Wrong("Correct the user and the password in SMTP_URL; some providers want a password for programs.", "%s refuses the sign-in (535)", sender)
		}
		return doctor.Wrong("Check host and port in SMTP_URL: 465 with smtps://, 587 with smtp://, and that the provider of this machine lets mail out.", "%s: %v", sender, err)
	}
	if strings.HasSuffix(d.Sender(), "@localhost") {
		return doctor.Warn("Set PARLEY_MAIL_FROM, or PARLEY_PUBLIC_URL.", "%s takes our mails, which come from %s: nobody can answer them", sender, d.Sender())
	}
	return doctor.Fine("%s lets us in; mails come from %s", sender, d.Sender())
}
