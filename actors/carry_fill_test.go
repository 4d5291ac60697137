package actors

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
)

// closed are types that are encoded although they have fields which are not exported: those are no part of the message.
var closed = []reflect.Type{reflect.TypeFor[actor.PID](), reflect.TypeFor[time.Time](), reflect.TypeFor[Forms]()}

// filled makes values of a type in which no field is zero; one for each thing that an interface in it may hold.
func filled(t *testing.T, typ reflect.Type) []reflect.Value {
	t.Helper()
	choices := 1
	if holder, ok := interfaceIn(typ); ok {
		choices = len(holding(holder))
	}
	values := make([]reflect.Value, choices)
	for i := range choices {
		values[i] = reflect.New(typ).Elem()
		fill(t, values[i], i)
	}
	return values
}

func fill(t *testing.T, v reflect.Value, choice int) {
	t.Helper()
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 5, 4, 3, 217_000_000, time.UTC)))
		return
	case reflect.TypeFor[*actor.PID]():
		v.Set(reflect.ValueOf(actor.NewPID("10.0.0.7:4711", "watcher/1x")))
		return
	case reflect.TypeFor[Forms]():
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a " + v.Type().Name())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(-7_000_000_000)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), choice)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), choice)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, choice)
		fill(t, value, choice)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Interface:
		held := reflect.New(holding(v.Type())[choice]).Elem()
		fill(t, held, 0)
		v.Set(held)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); !f.IsExported() {
				t.Fatalf("%s.%s would stay behind: it is not exported", v.Type(), f.Name)
			}
			fill(t, v.Field(i), choice)
		}
	default:
		t.Fatalf("the test cannot fill a %s", v.Type())
	}
}

// holding are the carried types that an interface may hold.
func holding(iface reflect.Type) []reflect.Type {
	var held []reflect.Type
	for _, typ := range carried.Types() {
		if typ.Implements(iface) {
			held = append(held, typ)
		}
	}
	slices.SortFunc(held, func(a, b reflect.Type) int { return strings.Compare(a.String(), b.String()) })
	return held
}

// interfaceIn finds a field of an interface type, of which each message has one at most.
func interfaceIn(typ reflect.Type) (reflect.Type, bool) {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Interface {
		return typ, true
	}
	if typ.Kind() != reflect.Struct || slices.Contains(closed, typ) {
		return nil, false
	}
	for i := range typ.NumField() {
		if found, ok := interfaceIn(typ.Field(i).Type); ok {
			return found, true
		}
	}
	return nil, false
}

// alike compares what is part of a message: addresses by what they say.
func alike(a, b reflect.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	if pid, ok := a.Interface().(*actor.PID); ok {
		return proto.Equal(pid, b.Interface().(*actor.PID))
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return alike(a.Elem(), b.Elem())
	case reflect.Struct:
		if slices.Contains(closed, a.Type()) {
			return reflect.DeepEqual(a.Interface(), b.Interface())
		}
		for i := range a.NumField() {
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
