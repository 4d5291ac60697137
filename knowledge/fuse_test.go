package knowledge

import (
	"testing"

	"parley/knowledge/index"
)

// nearOf is what vectors say of a hundred passages of one source: the first is by far the nearest.
func nearOf(withVector int) near {
	n := near{cosines: make([]float32, 100), of: map[string]embedded{"a": {first: 0, passages: 100}}, all: 100, passages: withVector, mean: 0.1, deviation: 0.1}
	for i := range n.cosines {
		n.cosines[i] = 0.1
	}
	n.cosines[0] = 0.9
	for i := range fusedDepth {
		n.best.offer(index.Match{Source: "a", Order: i, Score: float64(n.cosines[i])})
	}
	return n
}

func TestWhatBothFindComesBeforeWhatOneFinds(t *testing.T) {
	t.Parallel()
	n := nearOf(100)
	n.cosines[7] = 0.4 // the words' second is among the nearest, too
	n.best = nil
	for i := range fusedDepth {
		n.best.offer(index.Match{Source: "a", Order: i, Score: float64(n.cosines[i])})
	}
	fused := fuse([]index.Match{{Source: "a", Order: 99, Confidence: 0.4, LexicalRank: 1}, {Source: "a", Order: 7, Confidence: 0.4, LexicalRank: 2}}, n, 10)
	if len(fused) != 10 || fused[0].Order != 0 || fused[1].Order != 7 || fused[1].LexicalRank != 2 || fused[1].VectorRank != 2 {
		t.Errorf("%+v", fused[:3])
	}
	if fused[0].Confidence != confidentMost || fused[1].Confidence != 0.4 {
		t.Errorf("confidences %.2f and %.2f", fused[0].Confidence, fused[1].Confidence)
	}
}

func TestVectorsCountOnlyWhenNearlyAllPassagesHaveOne(t *testing.T) {
	t.Parallel()
	lexical := []index.Match{{Source: "a", Order: 0, LexicalRank: 1}}
	if whole, part := nearOf(100).weight(lexical), nearOf(80).weight(lexical); whole < 1 || part != 0 {
		t.Errorf("weights %.2f and %.2f", whole, part)
	}
}

func TestAModelThatDoesNotKnowWhatTheWordsFindCountsNothing(t *testing.T) {
	t.Parallel()
	if weight := nearOf(100).weight([]index.Match{{Source: "a", Order: 50}, {Source: "a", Order: 51}}); weight != 0 {
		t.Errorf("weight %.2f", weight)
	}
	if weight := nearOf(100).weight(nil); weight < 1 {
		t.Errorf("where the words find nothing the weight is %.2f", weight)
	}
}
