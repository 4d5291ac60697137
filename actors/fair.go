package actors

// fair is a queue that serves tenants in turn, each its oldest item first, so
// that one tenant's flood is served with what the others leave. Whoever owns
// one guards it against concurrent use. The zero value is empty.
type fair[T any] struct {
	waiting map[string][]T // by tenant, none empty
	turns   []string       // the tenants that wait, whose turn is next first
}

func (f *fair[T]) push(tenant string, item T) {
	if f.waiting == nil {
		f.waiting = map[string][]T{}
	}
	if len(f.waiting[tenant]) == 0 {
		f.turns = append(f.turns, tenant)
	}
	f.waiting[tenant] = append(f.waiting[tenant], item)
}

// pop takes the next item of the first tenant in turn that may be served; nil: each may.
func (f *fair[T]) pop(may func(tenant string) bool) (item T, tenant string, ok bool) {
	for i, tenant := range f.turns {
		if may != nil && !may(tenant) {
			continue
		}
		queue := f.waiting[tenant]
		f.turns = append(f.turns[:i], f.turns[i+1:]...)
		if len(queue) == 1 {
			delete(f.waiting, tenant)
		} else {
			f.waiting[tenant] = queue[1:]
			f.turns = append(f.turns, tenant)
		}
		return queue[0], tenant, true
	}
	return item, "", false
}

// take takes as many items as there are, most at most.
func (f *fair[T]) take(most int) []T {
	var items []T
	for len(items) < most {
		item, _, ok := f.pop(nil)
		if !ok {
			break
		}
		items = append(items, item)
	}
	return items
}
