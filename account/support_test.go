package account

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

func TestAVisitReadsAndNothingElse(t *testing.T) {
	t.Parallel()
	visit := Identity{Tenant: "tnt_1", User: "usr_1", Role: Viewer, Visit: "vst_1"}
	operator := Identity{Tenant: "tnt_2", User: "usr_1", Role: Owner, Operator: true}
	may := 0
	for id, need := range Operations {
		if need.Open {
			continue
		}
		if need.Operator {
			if err := need.Require(operator); err != nil {
				t.Errorf("an operator and %s: %v", id, err)
			}
			if err := need.Require(Identity{Role: Owner}); !errors.Is(err, ErrForbidden) {
				t.Errorf("an owner and %s: %v", id, err)
			}
		}
		reads := need.Action == Read && !need.Person
		err := need.Require(visit)
		if reads && err != nil || !reads && !errors.Is(err, ErrVisitReads) {
			t.Errorf("a visit and %s: %v", id, err)
		}
		if reads {
			may++
		}
	}
	if may < 20 {
		t.Errorf("a visit reads only %d things", may)
	}
	for _, who := range []Identity{{Operator: true, Unconfirmed: true}, {Operator: true, FactorMissing: true}, {Operator: true, Visit: "vst_1"}} {
		if err := operators.Require(who); err == nil {
			t.Errorf("%+v operates", who)
		}
	}
}

func TestAVisitIsTheOperatorsInAuditLogs(t *testing.T) {
	t.Parallel()
	if got := ActorOf(Identity{User: "usr_1", Name: "Oz", Visit: "vst_1"}); got != (Actor{Kind: ByOperator, ID: "usr_1", Name: "Oz"}) {
		t.Errorf("got %+v", got)
	}
}

func TestSupportIsAllowedForSomeHoursFromNowOn(t *testing.T) {
	t.Parallel()
	supports := &fakeSupports{}
	config := newMemory().config()
	config.Supports = supports
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	service, err := newService(config, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	owner := Identity{Tenant: "tnt_1", User: "usr_1", Role: Owner}
	for until, fine := range map[time.Duration]bool{-time.Second: false, 0: false, time.Second: true, MaxSupport: true, MaxSupport + 2*time.Minute: false} {
		if _, err := service.AllowSupport(t.Context(), owner, now.Add(until)); (err == nil) != fine {
			t.Errorf("until %s from now: %v", until, err)
		}
	}
	if want := (SupportAccess{Tenant: "tnt_1", By: "usr_1", At: now, Until: now.Add(MaxSupport)}); supports.longest != want {
		t.Errorf("kept is %+v, not %+v", supports.longest, want)
	}
}

func TestAReasonIsGivenInSomeWords(t *testing.T) {
	t.Parallel()
	for typed, fine := range map[string]bool{"": false, " \n": false, " They asked. ": true, strings.Repeat("ö", maxReason): true, strings.Repeat("ö", maxReason+1): false, "\xff": false} {
		if _, err := CleanReason(typed); (err == nil) != fine || err != nil && chat.AsError(err).Code != "reason_invalid" {
			t.Errorf("%.20q: %v", typed, err)
		}
	}
}
