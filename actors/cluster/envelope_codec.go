package cluster

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"parley/chat"
)

// Codec knows the messages that nodes send each other. Messages are CBOR: maps from the names of exported fields. A field
// that the receiver does not know is skipped, one that was not sent is zero, so that a field may be added
// while nodes of two versions run side by side. One must never change its meaning or type; take a new name, or a new kind.
//
// CBOR and not JSON since texts arrive as they were: an answer's pieces may break within a letter, and JSON would replace its halves.
type Codec struct {
	byName map[string]Kind
	byType map[reflect.Type]Kind
}

// Kind is a type of message with the name under which it travels.
type Kind struct {
	name  string
	typ   reflect.Type
	fresh func(data []byte) (any, error)
}

// ByPointer is the kind of messages that are *T.
func ByPointer[T any](name string) Kind {
	return Kind{name, reflect.TypeFor[*T](), func(data []byte) (any, error) {
		message := new(T)
		err := Decode(data, message)
		return message, err
	}}
}

// ByValue is the kind of messages that are T.
func ByValue[T any](name string) Kind {
	return Kind{name, reflect.TypeFor[T](), func(data []byte) (any, error) {
		var message T
		err := Decode(data, &message)
		return message, err
	}}
}

// NewCodec makes a codec for those kinds, errors and what this package itself answers. It panics when two have one name or type.
func NewCodec(kinds ...Kind) *Codec {
	c := &Codec{byName: map[string]Kind{}, byType: map[reflect.Type]Kind{}}
	for _, kind := range slices.Concat(kinds, []Kind{ByPointer[Again]("again"), ByPointer[failure](failureKind)}) {
		_, named := c.byName[kind.name]
		_, typed := c.byType[kind.typ]
		if named || typed {
			panic(fmt.Sprintf("cluster: %s, kind %q, is there twice", kind.typ, kind.name))
		}
		c.byName[kind.name], c.byType[kind.typ] = kind, kind
	}
	return c
}

// Types returns what the codec carries, by the names of the kinds.
func (c *Codec) Types() map[string]reflect.Type {
	types := make(map[string]reflect.Type, len(c.byName))
	for name, kind := range c.byName {
		types[name] = kind.typ
	}
	return types
}

// Choice is a value of an interface, within a message.
type Choice struct {
	Kind string
	Data cbor.RawMessage
}

// Choose encodes a value by its kind.
func (c *Codec) Choose(value any) (Choice, error) {
	kind, known := c.byType[reflect.TypeOf(value)]
	if !known {
		err, isError := value.(error)
		if !isError {
			return Choice{}, fmt.Errorf("no kind of message is a %T", value)
		}
		value, kind = failureOf(err), c.byName[failureKind]
	}
	data, err := Encode(value)
	if err != nil {
		return Choice{}, fmt.Errorf("encode a %T: %w", value, err)
	}
	return Choice{kind.name, data}, nil
}

// Chosen decodes what Choose has encoded. A message that has a method Whole() bool is refused if that is false: if it
// lacks an address that it is nothing without.
func (c *Codec) Chosen(choice Choice) (any, error) {
	kind, known := c.byName[choice.Kind]
	if !known {
		return nil, errors.New("there is no such kind here")
	}
	if len(choice.Data) == 0 || choice.Data[0]>>5 != cborMap {
		return nil, errors.New("it is no map") // null would leave everything out
	}
	value, err := kind.fresh(choice.Data)
	if err != nil {
		return nil, fmt.Errorf("decode a %s: %w", kind.typ, err)
	}
	switch v := value.(type) {
	case *failure:
		return v.err(), nil
	case interface{ Whole() bool }:
		if !v.Whole() {
			return nil, fmt.Errorf("a %s lacks what it is nothing without", kind.typ)
		}
	}
	return value, nil
}

// cborMap is the major type of maps, in the upper bits of a value's first byte.
const cborMap = 5

// failure is an error on its way. Its cause stays behind: it is for the log of the node where it happened.
type failure struct {
	Kind       chat.Kind
	Code       string
	Message    string
	RetryAfter time.Duration
}

const failureKind = "error"

func failureOf(err error) *failure {
	e := chat.AsError(err)
	return &failure{e.Kind, e.Code, e.Message, e.RetryAfter}
}

func (f *failure) err() *chat.Error {
	return &chat.Error{Kind: f.Kind, Code: f.Code, Message: f.Message, RetryAfter: f.RetryAfter}
}

// Encode encodes a part of a message; for types that need their own MarshalCBOR.
func Encode(value any) ([]byte, error) { return encoding.Marshal(value) }

// Decode decodes a part of a message.
func Decode(data []byte, into any) error { return decoding.Unmarshal(data, into) }

var (
	encoding = must(cbor.EncOptions{Time: cbor.TimeRFC3339NanoUTC}.EncMode())
	decoding = must(cbor.DecOptions{UTF8: cbor.UTF8DecodeInvalid, FieldNameMatching: cbor.FieldNameMatchingCaseSensitive}.DecMode())
)

// must is for options that are constants.
func must[T any](mode T, err error) T {
	if err != nil {
		panic(err)
	}
	return mode
}
