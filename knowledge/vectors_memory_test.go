package knowledge

import (
	"context"
	"maps"
	"slices"
	"sync"

	"parley/chat"
)

// memoryVectors is Vectors over a memory of sources.
type memoryVectors struct {
	*memory
	vectors sync.Mutex
	kept    map[vectorsKey]map[Digest][]float32
	queued  []string // sources to be embedded, in order
	loaded  int      // sources of which vectors were asked for
}

type vectorsKey struct{ tenant, source, model string }

func newMemoryVectors(m *memory) *memoryVectors {
	return &memoryVectors{memory: m, kept: map[vectorsKey]map[Digest][]float32{}}
}

func (v *memoryVectors) lacking(s Source, model string) (lacking []Passage) {
	kept := v.kept[vectorsKey{s.Tenant, s.ID, model}]
	for _, p := range v.passages[s.ID] {
		if _, known := kept[DigestOf(s.Title, p)]; !known {
			lacking = append(lacking, p)
		}
	}
	return lacking
}

func (v *memoryVectors) BeginEmbedding(_ context.Context, model string, limit int) (begun int, err error) {
	v.vectors.Lock()
	defer v.vectors.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(v.sources)) {
		s := v.sources[id]
		if begun < limit && s.State == Ready && len(v.lacking(s, model)) > 0 && !slices.Contains(v.queued, id) {
			v.queued = append(v.queued, id)
			begun++
		}
	}
	return begun, nil
}

func (v *memoryVectors) Missing(ctx context.Context, tenant, source, model string, limit int) (Source, []Passage, error) {
	s, err := v.SourceOf(ctx, tenant, source)
	if err != nil {
		return Source{}, nil, err
	}
	v.vectors.Lock()
	defer v.vectors.Unlock()
	lacking := v.lacking(s, model)
	return s, lacking[:min(limit, len(lacking))], nil
}

func (v *memoryVectors) SameWords(_ context.Context, tenant, model string, digests []Digest) (map[Digest][]float32, error) {
	v.vectors.Lock()
	defer v.vectors.Unlock()
	found := map[Digest][]float32{}
	for key, kept := range v.kept {
		for _, digest := range digests {
			if vector, known := kept[digest]; known && key.tenant == tenant && key.model == model {
				found[digest] = vector
			}
		}
	}
	return found, nil
}

func (v *memoryVectors) KeepVectors(_ context.Context, tenant, source, model string, vectors map[Digest][]float32, last bool) error {
	v.vectors.Lock()
	defer v.vectors.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.sources[source]
	if !ok || s.Tenant != tenant {
		return chat.ErrNotFound
	}
	key := vectorsKey{tenant, source, model}
	if v.kept[key] == nil {
		v.kept[key] = map[Digest][]float32{}
	}
	maps.Copy(v.kept[key], vectors)
	if !last {
		v.queued = append(v.queued, source)
		return nil
	}
	maps.DeleteFunc(v.kept, func(k vectorsKey, _ map[Digest][]float32) bool { return k.source == source && k.model != model })
	v.versions[tenant+"/"+s.Bot]++
	return nil
}

func (v *memoryVectors) VectorsOf(_ context.Context, tenant, model string, sources []string) (map[string]map[Digest][]float32, error) {
	v.vectors.Lock()
	defer v.vectors.Unlock()
	found := map[string]map[Digest][]float32{}
	for _, id := range sources {
		v.loaded++
		if kept := v.kept[vectorsKey{tenant, id, model}]; len(kept) > 0 {
			found[id] = maps.Clone(kept)
		}
	}
	return found, nil
}

func (v *memoryVectors) SetNote(_ context.Context, tenant, source, note string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s, ok := v.sources[source]; ok && s.Tenant == tenant {
		s.Note = note
		v.sources[source] = s
	}
	return nil
}

// embedAll does the steps that are queued, as the jobs would, until none is left or one fails.
func (v *memoryVectors) embedAll(ctx context.Context, e *Embedding, tenant string) error {
	if err := e.Due(ctx); err != nil {
		return err
	}
	for {
		v.vectors.Lock()
		if len(v.queued) == 0 {
			v.vectors.Unlock()
			return nil
		}
		id := v.queued[0]
		v.queued = v.queued[1:]
		v.vectors.Unlock()
		if err := e.Embed(ctx, tenant, id); err != nil {
			return err
		}
	}
}
