package actors

import "parley/chat"

// provenance is what a session remembers of a question until its answer begins. No log has it: a process that ends forgets it.
type provenance struct {
	span   string // that the question is part of, carried (chat.Tracer); empty when nobody traces
	source chat.Source
	line   string // of the API key that asks; empty: none does
}

// recall remembers where questions come from that were kept, or are asked again.
func (s *session) recall(events []*Event, w waiting) {
	from := provenance{w.span, w.source, w.line}
	if from == (provenance{}) {
		return
	}
	for _, e := range events {
		switch body := e.Body.(type) {
		case chat.MessageCreated:
			if body.Author.Kind == chat.ByVisitor {
				s.remindOf(body.Message, from)
			}
		case chat.MessageStarted:
			if _, again := w.order.(*retry); again {
				s.remindOf(body.Question, from)
			}
		}
	}
}

func (s *session) remindOf(question string, from provenance) {
	if s.asking == nil || len(s.asking) > maxOrders { // those that a person has answered
		s.asking = map[string]provenance{}
	}
	s.asking[question] = from
}

// provenanceOf returns where a question came from, and forgets it: its answer begins.
func (s *session) provenanceOf(question string) provenance {
	from := s.asking[question]
	delete(s.asking, question)
	if len(s.asking) == 0 {
		s.asking = nil
	}
	return from
}
