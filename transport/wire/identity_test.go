package wire

import "testing"

func TestAnIdentityIsAnObjectOrTheTextOfOneOrAJWT(t *testing.T) {
	t.Parallel()
	object := Identity{ID: "4711", Expires: 7, Signature: "ab"}
	for data, want := range map[string]Identity{
		`{"id":"4711","expires":7,"signature":"ab"}`:             object,
		`"{\"id\":\"4711\",\"expires\":7,\"signature\":\"ab\"}"`: object,
		`{"jwt":"a.b.c"}`: {JWT: "a.b.c"},
		`"a.b.c"`:         {JWT: "a.b.c"},
		`"{\"id\":4711}"`: {JWT: `{"id":4711}`},
		`"{"`:             {JWT: "{"},
	} {
		var open Open
		if err := (Request{Data: []byte(`{"identity":` + data + `}`)}).Into(&open); err != nil || open.Identity == nil || *open.Identity != want {
			t.Errorf("%s: %+v, %v", data, open.Identity, err)
		}
	}
	for _, data := range []string{`4711`, `["4711"]`, `{"id":4711}`} {
		var open Open
		if err := (Request{Data: []byte(`{"identity":` + data + `}`)}).Into(&open); err == nil {
			t.Errorf("%s: %+v", data, open.Identity)
		}
	}
	var open Open
	if err := (Request{Data: []byte(`{"identity":null}`)}).Into(&open); err != nil || open.Identity != nil {
		t.Errorf("null: %+v, %v", open.Identity, err)
	}
}
