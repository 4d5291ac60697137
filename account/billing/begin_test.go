package billing

import "testing"

func TestNoTrialBeginsWhereNothingCanBeBoughtAfterIt(t *testing.T) {
	t.Parallel()
	b := open(t, true, DefaultCatalogue()) // in which no price has an id yet
	state, standing := b.stands(t, "t")
	if state.Plan.ID != "starter" || !state.TrialEnds.IsZero() || standing.Status != Active {
		t.Errorf("they have %s, %s until %v", state.Plan.ID, standing.Status, state.TrialEnds)
	}
}
