package account

import (
	"errors"
	"testing"
	"time"
)

// kid is the key that signs at this moment.
func (o *office) kid() string { return o.signer.keys.signing().id }

// keepUp is what happens each minute.
func (o *office) keepUp(t *testing.T) {
	t.Helper()
	if err := o.signer.keys.keepUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// beside is another node over the same store.
func (o *office) beside(t *testing.T) *office {
	t.Helper()
	other := &office{store: o.store}
	service, err := newService(o.store.config(), func() time.Time { return o.clock })
	if err != nil {
		t.Fatal(err)
	}
	other.Service = service
	return other
}

func TestAKeyIsMadeAnHourBeforeItSignsAndOneFollowsItAfterThirtyDays(t *testing.T) {
	t.Parallel()
	o := setup(t)
	first := o.kid()
	o.keepUp(t)
	o.clock = o.clock.Add(keyLead - time.Second)
	o.keepUp(t)
	if o.kid() != first || len(o.store.signingKeys) != 1 {
		t.Fatalf("before it starts, %s signs, of %d", o.kid(), len(o.store.signingKeys))
	}
	o.clock = o.clock.Add(time.Second)
	second := o.kid()
	if second == first {
		t.Fatal("the kept key does not sign")
	}
	o.clock = o.clock.Add(keyLife - keyLead - time.Second)
	o.keepUp(t)
	if len(o.store.signingKeys) != 1 {
		t.Fatal("the next one is made too early")
	}
	o.clock = o.clock.Add(time.Second)
	o.keepUp(t)
	if o.kid() != second || len(o.store.signingKeys) != 2 {
		t.Fatalf("an hour before its end, %s signs, of %d", o.kid(), len(o.store.signingKeys))
	}
	o.clock = o.clock.Add(keyLead)
	if third := o.kid(); third == second || third == first {
		t.Errorf("after thirty days, %s signs", third)
	}
}

func TestTokensOfAnEndedKeyAreGoodForAsLongAsTheyLive(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.keepUp(t)
	o.clock = o.clock.Add(keyLead - time.Second)
	tokens := o.register(t, "mia@acme.example")
	o.clock = o.clock.Add(AccessLife - time.Second)
	o.keepUp(t)
	if _, err := o.Authenticate(tokens.Access); err != nil {
		t.Errorf("the last one of the key before: %v", err)
	}
	// Whoever has an old key makes no tokens with it.
	chain := o.signer.keys.chain
	o.signer.keys.chain = chain[:1]
	o.clock = o.clock.Add(AccessLife + keyGrace)
	forged, _, err := o.signer.sign(tokens.Identity)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Authenticate(forged); err != nil {
		t.Fatalf("the forger's own tool does not work: %v", err)
	}
	o.signer.keys.chain = chain
	if _, err := o.Authenticate(forged); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("a new token of an old key: %v", err)
	}
}

func TestNodesShareKeysAndOneOfThemMakesTheNext(t *testing.T) {
	t.Parallel()
	o := setup(t)
	other := o.beside(t)
	o.keepUp(t)
	other.keepUp(t)
	if len(o.store.signingKeys) != 1 {
		t.Fatalf("%d keys were made", len(o.store.signingKeys))
	}
	o.clock = o.clock.Add(keyLead)
	if o.kid() != other.kid() {
		t.Errorf("%s and %s sign", o.kid(), other.kid())
	}
	tokens := o.register(t, "mia@acme.example")
	if _, err := other.Authenticate(tokens.Access); err != nil {
		t.Errorf("the other's token: %v", err)
	}
	// A node whose clock is a little behind has not started the key yet.
	o.clock = o.clock.Add(-time.Minute)
	if _, err := other.Authenticate(tokens.Access); err != nil {
		t.Errorf("by a clock that is behind: %v", err)
	}
	o.clock = o.clock.Add(-keyLead / 2)
	if _, err := other.Authenticate(tokens.Access); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("half an hour before it starts: %v", err)
	}
}

func TestThoseThatNobodyNeedsAreForgotten(t *testing.T) {
	t.Parallel()
	o := setup(t)
	for range 5 {
		o.keepUp(t)
		o.clock = o.clock.Add(keyLife)
	}
	if keys := o.store.signingKeys; len(keys) != 2 || keys[0].Number != 4 || keys[1].Number != 5 {
		t.Errorf("kept are %+v", keys)
	}
}
