package redis

import (
	"container/list"
	"sync"
)

// embeddedAnswers is how many bytes of answers an inner Redis keeps: it knows no maxmemory.
const embeddedAnswers = 16 << 20

// keptOverhead is about what a key takes in the inner Redis beside its value.
const keptOverhead = 256

// kept remembers which answers an inner Redis has, oldest first. What has expired since is counted until its turn comes.
type kept struct {
	mu    sync.Mutex
	order list.List // of keptEntry
	byKey map[string]*list.Element
	bytes int
}

type keptEntry struct {
	key   string
	bytes int
}

// add notes an answer as the youngest, and forgets the oldest that have no room any more.
func (k *kept) add(key string, bytes int, forget func(key string)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byKey == nil {
		k.byKey = make(map[string]*list.Element)
	}
	if before := k.byKey[key]; before != nil {
		k.remove(before)
	}
	e := keptEntry{key, bytes + keptOverhead}
	k.byKey[key] = k.order.PushBack(e)
	k.bytes += e.bytes
	for k.bytes > embeddedAnswers {
		oldest := k.order.Front()
		k.remove(oldest)
		forget(oldest.Value.(keptEntry).key)
	}
}

func (k *kept) remove(element *list.Element) {
	e := k.order.Remove(element).(keptEntry)
	delete(k.byKey, e.key)
	k.bytes -= e.bytes
}
