package cluster

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"

	"parley/chat"
)

const (
	probeEvery   = time.Second
	probeTimeout = time.Second
	probeLate    = 3 * time.Second // between two rounds: this process stood still itself, and judges nobody
	probesFailed = 5               // in a row, until a member counts as one that cannot be reached
)

// probe looks whether the other members can be reached, until ctx ends, and has the roll say which cannot.
// That a member lives is for the shared store to say: one that is cut off from some may beat all the same.
func (n *Node) probe(ctx context.Context) {
	failed, last := map[string]int{}, time.Now() // by id
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		late := time.Since(last) > probeLate
		last = time.Now()
		others := n.others()
		reached := make([]bool, len(others))
		var wait sync.WaitGroup
		for i, member := range others {
			wait.Go(func() { reached[i] = n.reach(member) })
		}
		wait.Wait()
		var unreachable []string
		counts := make(map[string]int, len(others))
		for i, member := range others {
			if !reached[i] {
				counts[member.ID] = failed[member.ID]
				if !late {
					counts[member.ID]++
				}
			}
			if counts[member.ID] >= probesFailed {
				unreachable = append(unreachable, member.ID)
			}
		}
		failed = counts
		n.isolated.Store(len(others) > 0 && len(unreachable) == len(others) && !n.membership.certain())
		slices.Sort(unreachable)
		if !slices.Equal(unreachable, n.membership.describe().Unreachable) {
			n.membership.say(func(self *chat.Member) { self.Unreachable = unreachable })
		}
	}
}

func (n *Node) reach(member chat.Member) bool {
	request := &proto.ActivationRequest{RequestId: modeProbe}
	_, err := n.System().Root.RequestFuture(actor.NewPID(member.Address, placementName), request, probeTimeout).Result()
	return err == nil
}

// others are the members but this one.
func (n *Node) others() []chat.Member {
	now := n.view.Load()
	return slices.DeleteFunc(slices.Clone(now.members), func(m chat.Member) bool { return m.ID == now.self.ID })
}
