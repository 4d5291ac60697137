package rest

import (
	"context"
	"time"

	"github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/store/memory"

	"parley/chat"
)

// Limits bound what one address or one business may ask for. Windows are
// fixed, so twice a rate can pass at the edge of two. Zero values mean the defaults.
type Limits struct {
	Off bool // no rate at all, for load tests; sizes and times hold nevertheless

	// Store counts; nil counts in this process alone.
	Store limiter.Store

	SignIn      Rate // per address: log in
	Register    Rate // per address: register
	Answers     Rate // per business
	Searches    Rate // per business
	Uploads     Rate // per business: new sources of any kind
	Webhooks    Rate // per business: changes and tests of webhooks
	Invitations Rate // per business: new ones, each of which sends a mail
	TestRuns    Rate // per business: of up to 500 questions each
	Transcripts Rate // per conversation: mails to whatever address somebody types; per business twenty times that

	Upload   int64         // the largest file, in bytes
	BodyTime time.Duration // how long a JSON body may take to arrive
}

// Rate is so many requests in a time.
type Rate struct {
	Limit  int64
	Period time.Duration
}

func (r Rate) times(n int64) Rate { return Rate{n * r.Limit, r.Period} }

// DefaultLimits hold where Limits says nothing: generous for people, narrow for scripts.
var DefaultLimits = Limits{
	SignIn:      Rate{20, time.Minute},
	Register:    Rate{20, time.Hour},
	Answers:     Rate{300, time.Minute},
	Searches:    Rate{1200, time.Minute},
	Uploads:     Rate{600, time.Minute},
	Webhooks:    Rate{30, time.Minute}, // a change makes appends read again what they know of webhooks
	TestRuns:    Rate{60, time.Hour},
	Transcripts: Rate{5, time.Hour},

	Invitations: Rate{60, time.Hour},
	Upload:      50 << 20,
	BodyTime:    15 * time.Second,
}

// limits are the counters behind Limits.
type limits struct {
	signIn, register, answers, searches, uploads, webhooks, invitations, testRuns, transcripts, allTranscripts meter
}

// meter counts one thing.
type meter struct {
	name    string
	limiter *limiter.Limiter // nil: not counted
}

func newLimits(l Limits) limits {
	if l.Off {
		return limits{}
	}
	store := l.Store
	if store == nil {
		store = memory.NewStore()
	}
	of := func(name string, rate, standard Rate) meter {
		if rate == (Rate{}) {
			rate = standard
		}
		return meter{name, limiter.New(store, limiter.Rate{Limit: rate.Limit, Period: rate.Period})}
	}
	d := DefaultLimits
	return limits{
		signIn:      of("sign-in", l.SignIn, d.SignIn),
		register:    of("register", l.Register, d.Register),
		answers:     of("answers", l.Answers, d.Answers),
		searches:    of("searches", l.Searches, d.Searches),
		uploads:     of("uploads", l.Uploads, d.Uploads),
		webhooks:    of("webhooks", l.Webhooks, d.Webhooks),
		invitations: of("invitations", l.Invitations, d.Invitations),

		testRuns:       of("test-runs", l.TestRuns, d.TestRuns),
		transcripts:    of("transcripts", l.Transcripts, d.Transcripts),
		allTranscripts: of("all-transcripts", l.Transcripts.times(20), d.Transcripts.times(20)),
	}
}

// count refuses a request over the rate. A store that cannot count lets it
// pass: limits protect from floods, and must not be one more way to be away.
func (m meter) count(ctx context.Context, key string) error {
	if m.limiter == nil {
		return nil
	}
	used, err := m.limiter.Get(ctx, m.name+":"+key)
	if err != nil || !used.Reached {
		return nil
	}
	wait := max(time.Until(time.Unix(used.Reset, 0)), time.Second)
	failure := chat.Fail(chat.Limited, "rate_limited", "That was too much at once. Please wait a moment and try again.")
	failure.RetryAfter = wait
	return failure
}

// uploadLimit is the size of the largest file.
func (s *server) uploadLimit() int64 {
	if s.Limits.Upload > 0 {
		return s.Limits.Upload
	}
	return DefaultLimits.Upload
}
