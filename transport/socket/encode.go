package socket

import (
	"bytes"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// encode returns an item's frame. What was joined for one reader is encoded
// into scratch; anything else is shared with all who watch.
func (i item) encode(scratch *[]byte) []byte {
	switch {
	case i.joined != nil:
		*scratch = wire.AppendDelta((*scratch)[:0], i.scope, i.delta.Message, i.delta.Index, string(i.joined))
		return *scratch
	case i.delta != nil:
		return deltaFrame(i.delta, i.scope, scratch)
	}
	return i.frame
}

// deltaFrame returns a delta in the form of a scope, encoded by whoever asks first.
func deltaFrame(d *actors.Delta, scope string, scratch *[]byte) []byte {
	form := form(&d.Forms, scope)
	if kept := form.Kept(); kept != nil {
		return kept
	}
	*scratch = wire.AppendDelta((*scratch)[:0], scope, d.Message, d.Index, d.Text)
	return form.Keep(bytes.Clone(*scratch)) // in scratch first: it is kept without room to grow
}

// eventFrame returns an event in the form of a scope, encoded by whoever asks first.
func eventFrame(e *actors.Event, scope string) []byte {
	form := form(&e.Forms, scope)
	if kept := form.Kept(); kept != nil {
		return kept
	}
	scratch := buffers.Get().(*[]byte)
	defer buffers.Put(scratch)
	*scratch = appendEvent((*scratch)[:0], scope, e.Event)
	return form.Keep(bytes.Clone(*scratch))
}

// form is the visitors' when there is no scope to name. An output belongs to one
// conversation, which is the scope of all others.
func form(forms *actors.Forms, scope string) *actors.Form {
	if scope == "" {
		return &forms.Visitor
	}
	return &forms.Agent
}

func appendEvent(dst []byte, scope string, e chat.Event) []byte {
	if scope == "" {
		return wire.AppendEvent(dst, e)
	}
	return wire.AppendWatched(dst, scope, e)
}
