package storetest

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

var accountTests = []test{
	{"A registration is found by id and by address without regard to case", func(t *testing.T, w *world) {
		wantMembers := []account.Member{{Tenant: w.tenant.ID, User: w.user.ID, Role: account.Owner}}
		byID, members, err := w.User(t.Context(), w.user.ID)
		must(t, err)
		if diff := cmp.Diff(w.user, byID) + cmp.Diff(wantMembers, members); diff != "" {
			t.Error(diff)
		}
		byEmail, members, err := w.UserByEmail(t.Context(), " "+strings.ToUpper(w.user.Email))
		must(t, err)
		if diff := cmp.Diff(w.user, byEmail) + cmp.Diff(wantMembers, members); diff != "" {
			t.Error(diff)
		}
		tenant, err := w.Tenant(t.Context(), w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff(w.tenant, tenant); diff != "" {
			t.Error(diff)
		}
	}},
	{"Nobody is found by what does not exist", func(t *testing.T, w *world) {
		for _, id := range []string{"", "usr_nobody", "with\x00zero", "with\xffbyte"} {
			_, _, err := w.User(t.Context(), id)
			want(t, err, chat.ErrNotFound)
			_, _, err = w.UserByEmail(t.Context(), id)
			want(t, err, chat.ErrNotFound)
			_, err = w.Tenant(t.Context(), id)
			want(t, err, chat.ErrNotFound)
		}
	}},
	{"An address registers once, and the second attempt leaves nothing", func(t *testing.T, w *world) {
		again, tenant, member := registration(strings.ToLower(w.user.Email))
		if got := code(w.Register(t.Context(), tenant, again, member)); got != "email_taken" {
			t.Fatalf("got %s", got)
		}
		_, err := w.Tenant(t.Context(), tenant.ID)
		want(t, err, chat.ErrNotFound)
		_, _, err = w.User(t.Context(), again.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"Of many who register an address at once, one wins", func(t *testing.T, w *world) {
		var group sync.WaitGroup
		codes := make(chan string, 8)
		for range cap(codes) {
			group.Go(func() {
				user, tenant, member := registration("Race." + w.user.Email)
				if err := w.Register(t.Context(), tenant, user, member); err != nil {
					codes <- code(err)
					return
				}
				codes <- "ok"
			})
		}
		group.Wait()
		close(codes)
		count := map[string]int{}
		for c := range codes {
			count[c]++
		}
		if diff := cmp.Diff(map[string]int{"ok": 1, "email_taken": 7}, count); diff != "" {
			t.Error(diff)
		}
	}},
}

func registration(email string) (account.User, account.Tenant, account.Member) {
	user := account.User{ID: chat.NewID(chat.UserPrefix), Email: email, CreatedAt: moment(0)}
	tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "Second", CreatedAt: moment(0)}
	return user, tenant, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner}
}
