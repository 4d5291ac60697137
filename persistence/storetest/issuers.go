package storetest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

const testIssuer = "https://issuer.example"

// known is whom the issuer knows the world's person as.
func (w *world) known() account.External {
	return account.External{User: w.user.ID, Issuer: testIssuer, Subject: "subject of " + w.user.ID, Email: "ada@elsewhere.example", LinkedAt: moment(3)}
}

var issuerTests = []test{
	{"An identity is somebody's until it is unlinked", func(t *testing.T, w *world) {
		ctx, external := t.Context(), w.known()
		_, err := w.External(ctx, w.user.ID)
		want(t, err, chat.ErrNotFound)
		_, err = w.UserByExternal(ctx, external.Issuer, external.Subject)
		want(t, err, chat.ErrNotFound)
		must(t, w.Link(ctx, external))
		got, err := w.External(ctx, w.user.ID)
		must(t, err)
		user, err := w.UserByExternal(ctx, external.Issuer, external.Subject)
		must(t, err)
		if diff := cmp.Diff(external, got); diff != "" || user != w.user.ID {
			t.Errorf("%s is %s", user, diff)
		}
		for _, other := range [][2]string{{testIssuer + "/", external.Subject}, {testIssuer, strings.ToUpper(external.Subject)}, {testIssuer + external.Subject, ""}, {"", testIssuer + external.Subject}} {
			_, err = w.UserByExternal(ctx, other[0], other[1])
			want(t, err, chat.ErrNotFound)
		}
		must(t, w.Unlink(ctx, w.user.ID))
		must(t, w.Unlink(ctx, w.user.ID))
		_, err = w.UserByExternal(ctx, external.Issuer, external.Subject)
		want(t, err, chat.ErrNotFound)
	}},
	{"A person has one identity, and an identity one person", func(t *testing.T, w *world) {
		ctx, first, second := t.Context(), w.known(), w.known()
		second.Subject = "the second of " + w.user.ID
		for _, external := range []account.External{first, second, second} {
			must(t, w.Link(ctx, external))
		}
		_, err := w.UserByExternal(ctx, testIssuer, first.Subject)
		want(t, err, chat.ErrNotFound)
		other := w.colleague(t, account.Agent)
		theirs := second
		theirs.User = other.ID
		if got := code(w.Link(ctx, theirs)); got != "oidc_taken" {
			t.Errorf("somebody else's: %s", got)
		}
		if user, err := w.UserByExternal(ctx, testIssuer, second.Subject); user != w.user.ID || err != nil {
			t.Errorf("it is %s's now, %v", user, err)
		}
		theirs.User, theirs.Subject = "usr_nobody", "nobody's"
		want(t, w.Link(ctx, theirs), chat.ErrNotFound)
	}},
	{"A registration elsewhere makes all of it, or nothing", func(t *testing.T, w *world) {
		ctx, external := t.Context(), w.known()
		user, tenant, member := registration("elsewhere." + w.user.Email)
		external.User, user.Confirmed = user.ID, true // the issuer says so
		must(t, w.RegisterExternal(ctx, tenant, user, member, external))
		if got, err := w.UserByExternal(ctx, testIssuer, external.Subject); got != user.ID || err != nil {
			t.Errorf("it is %s's, %v", got, err)
		}
		made, members, err := w.User(ctx, user.ID)
		must(t, err)
		if diff := cmp.Diff(user, made) + cmp.Diff([]account.Member{member}, members); diff != "" {
			t.Error(diff)
		}
		again, tenant, member := registration("again." + w.user.Email)
		external.User = again.ID
		if got := code(w.RegisterExternal(ctx, tenant, again, member, external)); got != "oidc_taken" {
			t.Errorf("a second time: %s", got)
		}
		taken, tenant2, member2 := registration(w.user.Email)
		external.User, external.Subject = taken.ID, "another"
		if got := code(w.RegisterExternal(ctx, tenant2, taken, member2, external)); got != "email_taken" {
			t.Errorf("an address that has an account: %s", got)
		}
		for _, id := range []string{again.ID, taken.ID} {
			_, _, err = w.User(ctx, id)
			want(t, err, chat.ErrNotFound)
		}
		_, err = w.Tenant(ctx, tenant.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"An invitation that is accepted elsewhere makes all of it, or nothing", func(t *testing.T, w *world) {
		ctx, invitation := t.Context(), w.newInvitation("new."+w.user.Email, account.Agent)
		must(t, w.Invite(ctx, invitation))
		must(t, w.Link(ctx, w.known()))
		user := account.User{ID: chat.NewID(chat.UserPrefix), Email: invitation.Email, CreatedAt: moment(0)}
		external := w.known()
		external.User = user.ID
		if got := code(w.AcceptExternal(ctx, invitation.ID, user, external)); got != "oidc_taken" {
			t.Errorf("somebody else's identity: %s", got)
		}
		if len(w.invited(t)) != 1 || len(w.roles(t)) != 1 {
			t.Errorf("invited %+v, members %v", w.invited(t), w.roles(t))
		}
		external.Subject = "new"
		external.Subject += user.ID
		must(t, w.AcceptExternal(ctx, invitation.ID, user, external))
		want(t, w.AcceptExternal(ctx, invitation.ID, user, external), chat.ErrNotFound)
		if w.roles(t)[user.ID] != account.Agent {
			t.Errorf("members: %v", w.roles(t))
		}
	}},
	{"Of many who come back from a trip at once, one does", func(t *testing.T, w *world) {
		ctx := t.Context()
		for _, user := range []string{"", w.user.ID} {
			trip := account.Trip{ID: chat.NewID("trp"), User: user, Hash: []byte("hash"), ExpiresAt: moment(9)}
			must(t, w.BeginTrip(ctx, trip))
			_, err := w.EndTrip(ctx, trip.ID, []byte("another"))
			want(t, err, chat.ErrNotFound)
			ended := make(chan account.Trip, 6)
			if won := winners(t, func() error {
				got, err := w.EndTrip(ctx, trip.ID, trip.Hash)
				if err == nil {
					ended <- got
				}
				return err
			}); won != 1 {
				t.Fatalf("%d came back", won)
			}
			if diff := cmp.Diff(trip, <-ended); diff != "" {
				t.Error(diff)
			}
		}
	}},
}
