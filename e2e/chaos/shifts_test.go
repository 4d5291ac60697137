package chaos

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
)

// shift is what an agent does.
type shift struct {
	*office
	*client.Clerk
	random *rand.Rand
	mine   map[string]bool // conversations, as far as the agent knows
	wrote  int
}

func (s *shift) work() {
	for s.wait(s.random, s.pace.agents) {
		id := s.pick()
		if id == "" {
			continue
		}
		if s.random.IntN(2) == 0 && !slices.Contains(s.Watched(), id) {
			s.Watch(s.Context(), id)
		}
		switch n := s.random.IntN(100); {
		case n < 20:
			s.take(id, false)
		case n < 28:
			s.take(id, true)
		case n < 50:
			if !s.mine[id] && s.random.IntN(2) == 0 {
				s.take(id, false)
			}
			for range 1 + s.random.IntN(3) {
				s.write(id)
			}
		case n < 58:
			s.handOver(id)
		case n < 64:
			s.do(id, "conversation.requeue", check.Is("waiting"))
		case n < 72:
			s.do(id, "message.stop", nil)
		case n < 92:
			s.do(id, "conversation.release", check.Is("bot"))
		default:
			s.do(id, "conversation.close", check.Is("closed"))
		}
	}
}

// stumble breaks, now and then, the agent's connection at about the time at which their next request is answered.
func (s *shift) stumble() {
	if s.random.IntN(10) == 0 {
		time.AfterFunc(time.Duration(s.random.Int64N(int64(stumbling))), s.Cut)
	}
}

// pick chooses a conversation, half of the time one of the agent's own; "": there is none yet.
func (s *shift) pick() string {
	if own := slices.Sorted(maps.Keys(s.mine)); len(own) > 0 && s.random.IntN(2) == 0 {
		return own[s.random.IntN(len(own))]
	}
	v := s.attended[s.random.IntN(len(s.attended))]
	if len(v.Events()) == 0 {
		return "" // nothing was said in it yet
	}
	return v.Conversation()
}

func (s *shift) take(id string, force bool) {
	kind := "conversation.take"
	told, ok := s.ask(kind, map[string]any{"conversation": id, "force": force})
	if !ok {
		return
	}
	if force {
		kind += " by force"
	}
	s.told(kind, told.code(), []string{"taken"})
	switch {
	case told.Refusal == nil:
		s.mine[id] = true
		s.claim(id, told.claim(s.Name+" was told that it is theirs", check.Has(s.Name)))
	case told.Refusal.Code == "taken":
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told: "+told.Refusal.Message, check.TakenBy(told.Refusal, s.Name)))
	}
}

// handOver gives a conversation to a colleague, or asks them to take it.
func (s *shift) handOver(id string) {
	to := s.clerks[s.random.IntN(len(s.clerks))]
	told, ok := s.ask("conversation.assign", map[string]any{"conversation": id, "agent": to.User, "force": s.random.IntN(4) == 0})
	if !ok {
		return
	}
	s.settleUp(id, "conversation.assign", told, func(status, agent string) bool {
		return status == "waiting" || check.Has(to.Name)(status, agent)
	})
}

// do asks for a change that gives the conversation away; holds nil: it changes nothing of that.
func (s *shift) do(id, kind string, holds func(status, agent string) bool) {
	if told, ok := s.ask(kind, map[string]any{"conversation": id}); ok {
		s.settleUp(id, kind, told, holds)
	}
}

// settleUp takes down what became of a change.
func (s *shift) settleUp(id, kind string, told answer, holds func(status, agent string) bool) {
	s.told(kind, told.code(), []string{"not_yours"})
	switch {
	case told.Refusal == nil && holds != nil:
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told that "+kind+" is done", holds))
	case told.Refusal != nil && told.Refusal.Code == "not_yours":
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told: "+told.Refusal.Message, check.TakenBy(told.Refusal, s.Name)))
	}
}

// write says something in a conversation, whoever has it, at the desk or over REST.
func (s *shift) write(id string) {
	s.wrote++
	w := check.Written{Agent: s.Name, ClientID: fmt.Sprintf("%s-%d", s.User, s.wrote), Text: fmt.Sprintf("%s says for the %dth time.", s.Name, s.wrote)}
	kind, send := "message.send", s.Write
	if s.random.IntN(3) == 0 {
		kind, send = "POST messages", s.Post
	}
	s.stumble()
	err := within(s.T, answerable, func(ctx context.Context) (err error) {
		w.Told, err = send(ctx, id, w.ClientID, w.Text)
		return err
	})
	if err != nil {
		s.Errorf("%s writes in %s: %v", s.Name, id, err)
		return
	}
	told := answer{w.Told}
	s.waited(kind, w.Told)
	s.told(kind, told.code(), []string{"not_yours"})
	if told.Refusal != nil {
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told that it is not theirs", func(status, agent string) bool { return !check.Has(s.Name)(status, agent) }))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written[id] = append(s.written[id], w)
}

// ask asks until there is an answer.
func (s *shift) ask(kind string, data map[string]any) (told answer, ok bool) {
	s.stumble()
	err := within(s.T, answerable, func(ctx context.Context) (err error) {
		told.Told, err = s.Do(ctx, kind, data)
		return err
	})
	if err != nil {
		s.Errorf("%s asks for %s of %s: %v", s.Name, kind, data["conversation"], err)
	}
	s.waited(kind, told.Told)
	return told, err == nil
}

// answer is what an agent was told.
type answer struct{ client.Told }

func (a answer) code() string {
	if a.Refusal == nil {
		return ""
	}
	return a.Refusal.Code
}

func (a answer) claim(what string, holds func(status, agent string) bool) check.Claim {
	return check.Claim{What: what, From: a.Asked, To: a.At, Holds: holds}
}
