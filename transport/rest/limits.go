package rest

import (
	"context"
	"time"

	"github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/store/memory"

	"parley/account"
)

// Limits bound what one address or one business may ask for. Windows are
// fixed, so twice a rate can pass at the edge of two. Zero values mean the defaults.
type Limits struct {
	Off bool // no rate at all, for load tests; sizes and times hold nevertheless

	// Store counts; nil counts in this process alone.
	Store limiter.Store

	SignIn      Rate // per account and address: log in; per address signInTimes that
	Requests    Rate // per member or key; per business five times that
	Strangers   Rate // per address: whatever nobody known asks for
	Register    Rate // per address: register
	Answers     Rate // per member or key; per business five times that, as for the next two
	Searches    Rate // per member or key
	Uploads     Rate // per member or key: new sources of any kind
	Webhooks    Rate // per business: changes and tests of webhooks
	Invitations Rate // per business: new ones, each of which sends a mail
	TestRuns    Rate // per business: of up to 500 questions each
	Transcripts Rate // per conversation: mails to whatever address somebody types; per business twenty times that

	Upload   int64         // the largest file, in bytes
	BodyTime time.Duration // how long a JSON body may take to arrive

	// Nodes returns how many nodes serve. Requests and Strangers are counted in memory, where each gives its share (see pace.Share). Nil: one.
	Nodes func() int
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
	Requests:    Rate{6000, time.Minute},
	Strangers:   Rate{6000, time.Minute},
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

// signInTimes is how many accounts may be tried from one address as often as one may be.
const signInTimes = 6

// limits are the counters behind Limits that all nodes share.
type limits struct {
	answers, searches, uploads                                                              measure
	signIn, signIns, register, webhooks, invitations, testRuns, transcripts, allTranscripts meter
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
	each := func(name string, rate, standard Rate) measure {
		return measure{of(name, rate, standard), of("all-"+name, rate.times(businessTimes), standard.times(businessTimes))}
	}
	d := DefaultLimits
	return limits{
		signIn:      of("sign-in", l.SignIn, d.SignIn),
		signIns:     of("all-sign-in", l.SignIn.times(signInTimes), d.SignIn.times(signInTimes)),
		register:    of("register", l.Register, d.Register),
		answers:     each("answers", l.Answers, d.Answers),
		searches:    each("searches", l.Searches, d.Searches),
		uploads:     each("uploads", l.Uploads, d.Uploads),
		webhooks:    of("webhooks", l.Webhooks, d.Webhooks),
		invitations: of("invitations", l.Invitations, d.Invitations),

		testRuns:       of("test-runs", l.TestRuns, d.TestRuns),
		transcripts:    of("transcripts", l.Transcripts, d.Transcripts),
		allTranscripts: of("all-transcripts", l.Transcripts.times(20), d.Transcripts.times(20)),
	}
}

// measure counts one thing for whoever does it and for their business: one key that is too loud is refused
// before its business is.
type measure struct{ one, all meter }

func (m measure) count(ctx context.Context, who account.Identity) error {
	if err := m.one.count(ctx, caller(who)); err != nil {
		return err
	}
	return m.all.count(ctx, who.Tenant)
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
	return tooMuch(max(time.Until(time.Unix(used.Reset, 0)), time.Second))
}

// uploadLimit is the size of the largest file.
func (s *server) uploadLimit() int64 {
	if s.Limits.Upload > 0 {
		return s.Limits.Upload
	}
	return DefaultLimits.Upload
}
