package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/persistence/seal"
)

var signingKeyTests = []aloneTest{
	{"Of a number the first key stays, and those before the last two go", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		ctx := t.Context()
		key := func(number int64, secret string) account.SigningKey {
			return account.SigningKey{Number: number, Secret: []byte(secret), Starts: moment(int(number))}
		}
		for _, k := range []account.SigningKey{key(1, "one"), key(1, "another one"), key(2, "two"), key(3, "thirdkeyzwang"), key(3, "another three")} {
			must(t, store.AddSigningKey(ctx, k))
		}
		found, err := store.SigningKeys(ctx)
		must(t, err)
		if diff := cmp.Diff([]account.SigningKey{key(2, "two"), key(3, "thirdkeyzwang")}, found); diff != "" {
			t.Error(diff)
		}
		hidden(t, d, "thirdkeyzwang")
		d.Exec(t, "UPDATE signing_keys SET secret = (SELECT k.secret FROM signing_keys k WHERE k.number = 2) WHERE number = 3")
		_, err = store.SigningKeys(ctx)
		want(t, err, seal.ErrSealed)
	}},
}
