package vector

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// cloud returns vectors of length 1 around a few topics, as passages are.
func cloud(random *rand.Rand, n, dimensions int) [][]float32 {
	topics := make([][]float64, 20)
	for i := range topics {
		topics[i] = make([]float64, dimensions)
		for j := range topics[i] {
			topics[i][j] = random.NormFloat64()
		}
	}
	all := make([][]float32, n)
	for i := range all {
		v, square := make([]float64, dimensions), 0.0
		for j := range v {
			v[j] = topics[i%len(topics)][j] + random.NormFloat64()
			square += v[j] * v[j]
		}
		all[i] = make([]float32, dimensions)
		for j := range v {
			all[i][j] = float32(v[j] / math.Sqrt(square))
		}
	}
	return all
}

func exact(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestCosinesAreNearlyExactInAnyNumberOfDimensions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, dimensions := range []int{1, 2, 7, 8, 9, 64, 384, 1000, 1536, 8192} {
		for _, n := range []int{1, 7, 8, 9, 33} {
			vectors := cloud(random, n+1, dimensions)
			question, passages := vectors[n], vectors[:n]
			for i, cosine := range NewBlock(dimensions, passages).Near(NewQuery(question)) {
				// A sixth bit is a 31st of the largest number.
				if off := math.Abs(float64(cosine) - exact(question, passages[i])); off > 0.05/math.Sqrt(float64(min(dimensions, 400)))+0.008 {
					t.Errorf("%d dimensions: cosine %f is off by %f", dimensions, cosine, off)
				}
			}
		}
	}
}

func TestExtremesDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	const dimensions = 8192
	all, none := make([]float32, dimensions), make([]float32, dimensions)
	for i := range all {
		all[i], none[i] = 1/float32(math.Sqrt(dimensions)), -1/float32(math.Sqrt(dimensions))
	}
	cosines := NewBlock(dimensions, [][]float32{all, none, all, none, all, all, none, none, none}).Near(NewQuery(all))
	for i, want := range []float32{1, -1, 1, -1, 1, 1, -1, -1, -1} {
		if math.Abs(float64(cosines[i]-want)) > 1e-3 {
			t.Errorf("vector %d: %f, want %f", i, cosines[i], want)
		}
	}
}

func TestWhatIsMissingIsNearNothing(t *testing.T) {
	t.Parallel()
	b := NewBlock(2, [][]float32{{1, 0}, nil, {0, 1, 0}, {0, 1}, {0, 0}})
	got := b.Near(NewQuery([]float32{1, 0}))
	if got[1] != Missing || got[2] != Missing || got[4] != Missing || math.Abs(float64(got[0]-1)) > 1e-4 || math.Abs(float64(got[3])) > 1e-4 || b.Len() != 5 {
		t.Errorf("%v", got)
	}
	if other := b.Near(NewQuery([]float32{1, 0, 0})); slices.Max(other) != Missing {
		t.Errorf("a question of other dimensions is near %v", other)
	}
}

// What is lost by keeping a byte for each number must not be seen in what is found.
func TestOrderIsThatOfTheExactCosines(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	const n, dimensions, best = 2000, 768, 10
	passages := cloud(random, n, dimensions)
	b := NewBlock(dimensions, passages)
	same := 0
	questions := cloud(random, 50, dimensions)
	for i, question := range questions {
		for j := range question { // about one of the passages
			question[j] = 0.5*question[j] + 0.5*passages[i*7][j]
		}
		order := func(score func(i int) float64) []int {
			all := make([]int, n)
			for i := range all {
				all[i] = i
			}
			slices.SortFunc(all, func(a, b int) int { return int(math.Copysign(1, score(b)-score(a))) })
			return all[:best]
		}
		near := b.Near(NewQuery(question))
		want := order(func(i int) float64 { return exact(question, passages[i]) })
		got := order(func(i int) float64 { return float64(near[i]) })
		if got[0] != want[0] {
			t.Errorf("question %d: the nearest is %d, found %d", i, want[0], got[0])
		}
		for _, at := range got {
			if slices.Contains(want, at) {
				same++
			}
		}
	}
	t.Logf("%.3f of the %d nearest are found among the first %d; %d bytes a vector instead of %d", float64(same)/float64(best*len(questions)), best, best, b.Bytes()/n, 4*dimensions)
	if same < best*len(questions)*9/10 {
		t.Error("too many others come first")
	}
}

func TestACopyIsTheSame(t *testing.T) {
	t.Parallel()
	vectors := append(cloud(rand.New(rand.NewPCG(7, 8)), 20, 33), nil)
	block, copied := NewBlock(33, vectors), NewBuilder(33, 0)
	for i := range vectors {
		copied.Copy(block, len(vectors)-1-i)
	}
	query := NewQuery(vectors[0])
	want, got := block.Near(query), copied.Block().Near(query)
	slices.Reverse(got)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func BenchmarkScan(b *testing.B) {
	const n, dimensions = 10_000, 1536
	passages := cloud(rand.New(rand.NewPCG(5, 6)), n, dimensions)
	block, query := NewBlock(dimensions, passages), NewQuery(passages[0])
	b.Run("bytes", func(b *testing.B) {
		for b.Loop() {
			block.Near(query)
		}
		b.ReportMetric(float64(block.Bytes())/n, "B/vector")
	})
	b.Run("as they came", func(b *testing.B) {
		cosines := make([]float32, n)
		for b.Loop() {
			for i, p := range passages {
				var s0, s1, s2, s3 float32
				for q, p := passages[0], p; len(q) >= 4 && len(p) >= 4; q, p = q[4:], p[4:] {
					s0, s1, s2, s3 = s0+q[0]*p[0], s1+q[1]*p[1], s2+q[2]*p[2], s3+q[3]*p[3]
				}
				cosines[i] = s0 + s1 + s2 + s3
			}
		}
		b.ReportMetric(4*dimensions, "B/vector")
	})
}
