package rest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/transport/address"
	"parley/transport/pace"
)

// admission is what each request has to pass before it costs anything but looking at who sent it. Whoever is signed in is counted
// by who they are, so that a flood from their address does not keep them out; everybody else by their address. All of it
// is counted on this node (package pace), as part of what all nodes give together.
type admission struct {
	strangers *pace.Pace  // by address: pages, sign-in, and what is signed with nothing good
	callers   *pace.Pace  // by member or key
	business  *pace.Pace  // by business
	each      *pace.Turns // how many requests of a member or key are worked on at a time
	all       *pace.Turns // of a business
}

// How much is worked on at a time, on one node. What is beyond waits for its turn: a browser asks for a few dozen things at once, a
// script for hundreds. A business's is a part of the connections that storage has, so that another's requests find some free.
const (
	eachAtOnce     = 16
	businessAtOnce = 48
	inLine         = 512             // requests that wait, for each of them; some 50 KB each
	patience       = 5 * time.Second // of somebody who waits
	// businessTimes is how many times a member's requests a whole business has.
	businessTimes = 5
)

// newAdmission is nil where nothing is limited.
func newAdmission(l Limits) *admission {
	if l.Off {
		return nil
	}
	share := pace.ShareOf(l.Nodes)
	per := func(rate, standard Rate) *pace.Pace {
		if rate == (Rate{}) {
			rate = standard
		}
		return pace.New(int(rate.Limit), rate.Period, share)
	}
	return &admission{
		strangers: per(l.Strangers, DefaultLimits.Strangers),
		callers:   per(l.Requests, DefaultLimits.Requests),
		business:  per(l.Requests.times(businessTimes), DefaultLimits.Requests.times(businessTimes)),
		each:      pace.NewTurns(eachAtOnce, inLine, patience),
		all:       pace.NewTurns(businessAtOnce, inLine, patience),
	}
}

// caller is whom limits count a request as: the key that signed it, or else the member.
func caller(who account.Identity) string {
	if who.Key != "" {
		return who.Key
	}
	return who.Tenant + "/" + who.User
}

// stranger counts a request of somebody who is not known.
func (s *server) stranger(r *http.Request) error {
	if s.admission == nil {
		return nil
	}
	return tooMuch(s.admission.strangers.Wait(address.Of(r, s.Proxies), time.Now()))
}

// known counts a request of somebody who is.
func (s *server) known(who account.Identity) error {
	if s.admission == nil {
		return nil
	}
	now := time.Now()
	if err := tooMuch(s.admission.callers.Wait(caller(who), now)); err != nil {
		return err
	}
	return tooMuch(s.admission.business.Wait(who.Tenant, now))
}

// turn waits until a request may be worked on. leave must be called once it was.
func (s *server) turn(ctx context.Context, who account.Identity) (leave func(), err error) {
	if s.admission == nil {
		return func() {}, nil
	}
	leaveEach, entered := s.admission.each.Enter(ctx, caller(who))
	if !entered {
		return nil, tooMuch(time.Second)
	}
	leaveAll, entered := s.admission.all.Enter(ctx, who.Tenant)
	if !entered {
		leaveEach()
		return nil, tooMuch(time.Second)
	}
	return func() { leaveAll(); leaveEach() }, nil
}

// waits tells whether an operation waits for something else than storage, and so takes no turn: it has a rate of its own.
func waits(op huma.Operation) bool { return op.Metadata[timeoutKey] != nil }

// paced counts what comes without a sign-in and is no operation of members: pages, and the API's open operations. Probes are let
// through: whoever asks whether we live decides whether we do.
func (s *server) paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/healthz" && r.URL.Path != "/readyz" {
			if err := s.stranger(r); err != nil {
				writeProblem(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// paceSignIn counts an attempt to sign in: for one account from one address, and for all of them from there. So nobody who tries
// passwords keeps others at their address from signing in before they have tried for several accounts.
func (s *server) paceSignIn(ctx context.Context, from, email string) error {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte("sign-in\x00" + strings.ToLower(strings.TrimSpace(email))))
	if err := s.limits.signIn.count(ctx, from+"/"+hex.EncodeToString(mac.Sum(nil)[:16])); err != nil {
		return err
	}
	return s.limits.signIns.count(ctx, from)
}

// tooMuch says when to come back.
func tooMuch(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	failure := chat.Fail(chat.Limited, "rate_limited", "That was too much at once. Please wait a moment and try again.")
	failure.RetryAfter = wait
	return failure
}
