package cluster

import (
	"math/rand/v2"
	"slices"
	"testing"

	"parley/chat"
)

func TestWhoCannotBeReachedStepsAside(t *testing.T) {
	for _, test := range []struct {
		name  string
		links map[string][]string // what each cannot reach
		want  []string
	}{
		{"all reach all", map[string][]string{"a": nil, "b": nil, "c": nil}, nil},
		{"one is cut off from all", map[string][]string{"a": {"b"}, "b": {"a", "c"}, "c": {"b"}}, []string{"b"}},
		{"it does not know it", map[string][]string{"a": {"b"}, "b": nil, "c": {"b"}}, []string{"b"}},
		{"only one link is broken", map[string][]string{"a": {"b"}, "b": {"a"}, "c": nil}, []string{"b"}},
		{"two of two", map[string][]string{"a": {"b"}, "b": {"a"}}, []string{"b"}},
		{"nobody reaches anybody", map[string][]string{"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}}, []string{"b", "c"}},
		{"who is not there does not count", map[string][]string{"a": {"z"}, "b": {"z"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := aside(roll(test.links)); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// Whoever is left reaches whoever else is, and it does not matter in which order the roll is read.
func TestThoseWhoAreLeftReachEachOther(t *testing.T) {
	ids := []string{"a", "b", "c", "d", "e", "f"}
	for range 2_000 {
		links := map[string][]string{}
		for _, id := range ids {
			links[id] = nil
			for _, peer := range ids {
				if peer != id && rand.IntN(5) == 0 {
					links[id] = append(links[id], peer)
				}
			}
		}
		members := roll(links)
		gone := aside(members)
		rand.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		if again := aside(members); !slices.Equal(again, gone) {
			t.Fatalf("%v, then %v", gone, again)
		}
		if len(gone) == len(ids) {
			t.Fatal("nobody is left")
		}
		for _, m := range members {
			for _, peer := range m.Unreachable {
				if !slices.Contains(gone, m.ID) && !slices.Contains(gone, peer) {
					t.Fatalf("%s and %s are left and cannot reach each other: %v", m.ID, peer, links)
				}
			}
		}
	}
}

func roll(links map[string][]string) []chat.Member {
	var members []chat.Member
	for id, unreachable := range links {
		members = append(members, chat.Member{ID: id, Unreachable: unreachable})
	}
	return members
}
