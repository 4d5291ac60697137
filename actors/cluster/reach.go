package cluster

import (
	"slices"

	"parley/chat"
)

// aside chooses the members that step aside when some cannot reach each other although the shared store
// can be reached by all: as long as a broken link is left, the one with the most of them goes, of equals
// the one with the last id. Every member comes to the same result from the same roll. One that steps aside
// holds nothing and serves nobody, so that whoever is left can reach whatever is held.
func aside(members []chat.Member) []string {
	broken := map[string]map[string]bool{} // both ways, whoever noticed
	link := func(a, b string) {
		if broken[a] == nil {
			broken[a] = map[string]bool{}
		}
		broken[a][b] = true
	}
	present := map[string]bool{}
	for _, m := range members {
		present[m.ID] = true
	}
	for _, m := range members {
		for _, peer := range m.Unreachable {
			if present[peer] && peer != m.ID {
				link(m.ID, peer)
				link(peer, m.ID)
			}
		}
	}
	var gone []string
	for {
		worst := ""
		for id, links := range broken {
			if len(links) > len(broken[worst]) || len(links) == len(broken[worst]) && len(links) > 0 && id > worst {
				worst = id
			}
		}
		if worst == "" {
			slices.Sort(gone)
			return gone
		}
		for peer := range broken[worst] {
			delete(broken[peer], worst)
		}
		delete(broken, worst)
		gone = append(gone, worst)
	}
}
