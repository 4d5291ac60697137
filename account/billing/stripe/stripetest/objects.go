package stripetest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// objects are Stripe's of 2023-10-16, as its mock shows them: those of a life differ from them in what happens in it.
//
//go:embed objects/*.json
var objects embed.FS

// object is one of Stripe's.
type object = map[string]any

// objectOf copies one of the objects, with some fields as they are here.
func objectOf(name string, fields object) object {
	raw, err := objects.ReadFile("objects/" + name + ".json")
	if err != nil {
		panic(fmt.Sprintf("stripetest: there is no object %q: %v", name, err))
	}
	return with(decode(raw), fields)
}

// with changes fields of an object, and returns it.
func with(o, fields object) object {
	maps.Copy(o, fields)
	return o
}

// copied is an object that does not change with this one.
func copied(o object) object { return decode(encode(o)) }

// in is an object within another.
func in(o object, names ...string) object {
	for _, name := range names {
		o = o[name].(object)
	}
	return o
}

func encode(o any) []byte {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Sprintf("stripetest: encode an object: %v", err))
	}
	return raw
}

func decode(raw []byte) object {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // times must not become 1.7e9
	var o object
	if err := decoder.Decode(&o); err != nil {
		panic(fmt.Sprintf("stripetest: decode an object: %v", err))
	}
	return o
}

// seconds is a time as Stripe has it. The zero time: null.
func seconds(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.Unix()
}
