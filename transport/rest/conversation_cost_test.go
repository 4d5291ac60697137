package rest

import (
	"encoding/json"
	"testing"

	"parley/account/billing"
)

func TestACostIsNotKnownWhereNothingOfItIs(t *testing.T) {
	t.Parallel()
	for spent, known := range map[billing.Spent]bool{
		{}:                                       true,
		{Answers: 3}:                             true, // of passages
		{Answers: 3, Unpriced: 3}:                false,
		{Answers: 3, Unpriced: 3, CostMicros: 5}: true, // of what was tried
		{CostMicros: 5}:                          true,
	} {
		if got := costOf(spent); (got != nil) != known {
			t.Errorf("%+v: known %t", spent, got != nil)
		}
	}
}

func TestWhatIsKnownOfACostIsToldAndWhatIsNotIsCounted(t *testing.T) {
	t.Parallel()
	for want, took := range map[string]billing.Spent{
		`{"answers":3,"cached":1,"tokens":{"input":70,"output":90},"cost_micros":1500,"unpriced":1}`: {Answers: 3, Cached: 1, InputTokens: 70, OutputTokens: 90, CostMicros: 1500, Unpriced: 1},
		`{"answers":1,"cached":0,"tokens":{"input":0,"output":0},"cost_micros":null,"unpriced":1}`:   {Answers: 1, Unpriced: 1},
		`{"answers":0,"cached":0,"tokens":{"input":0,"output":0},"cost_micros":0,"unpriced":0}`:      {},
	} {
		if got, _ := json.Marshal(spentOf(took)); string(got) != want {
			t.Errorf("%+v is told as %s", took, got)
		}
	}
}
