// Package vector tells how near many vectors are to one, by looking at all of
// them: for as many passages as a bot has that is quick enough, it never misses one, and there is nothing to
// build or to keep up to date.
//
// A number takes a byte instead of the four that models give, and eight vectors stand side by side in the words of the machine, so that
// one multiplication serves four of them: a scan is several times quicker than over the numbers as they came
// (BenchmarkScan). The cosines are within 0.01 of the exact ones, which orders are as good by (TestOrderIsThatOfTheExactCosines).
//
// Blocks and queries are immutable and safe for concurrent use.
package vector

import (
	"math"
	"unsafe"
)

// Numbers of a vector are kept in seven bits and those of a query in six: a product of two has at most thirteen, so that
// eight products can be added up in sixteen.
const (
	vectorMost = 127
	vectorZero = 64 // what 0 is kept as
	queryMost  = 63
	queryZero  = 32
	lanes      = 8 // vectors in a word
	batch      = 8 // products that are added up before a carry
)

// Block is some vectors of the same number of dimensions, such as those of a source's passages. Some may be missing.
type Block struct {
	dimensions int
	words      []uint64  // for each eight vectors a word for each dimension, a byte for each vector
	scales     []float32 // by which the numbers of each vector are multiplied; 0: it is missing
	sums       []int32   // of the numbers of each vector, as they are kept
}

// NewBlock keeps vectors of length 1. Those that are empty, or do not have as many dimensions, are missing in it.
func NewBlock(dimensions int, vectors [][]float32) *Block {
	b := NewBuilder(dimensions, len(vectors))
	for _, v := range vectors {
		b.Add(v)
	}
	return b.Block()
}

// Builder makes a block. It is used by one goroutine.
type Builder struct{ block Block }

// NewBuilder begins a block of about so many vectors.
func NewBuilder(dimensions, vectors int) *Builder {
	return &Builder{Block{
		dimensions: dimensions, words: make([]uint64, 0, (vectors+lanes-1)/lanes*dimensions),
		scales: make([]float32, 0, vectors), sums: make([]int32, 0, vectors),
	}}
}

// next makes room for one more vector, and returns its group of words and the place of its bytes there.
func (b *Builder) next() (group []uint64, shift uint) {
	at := len(b.block.scales)
	b.block.scales, b.block.sums = append(b.block.scales, 0), append(b.block.sums, 0)
	if at%lanes == 0 {
		b.block.words = append(b.block.words, make([]uint64, b.block.dimensions)...)
	}
	return b.block.words[at/lanes*b.block.dimensions:], uint(at%lanes) * 8
}

// Add adds a vector of length 1. One that is empty, or does not have as many dimensions, is missing.
func (b *Builder) Add(v []float32) {
	group, shift := b.next()
	if len(v) != b.block.dimensions {
		return
	}
	at := len(b.block.scales) - 1
	b.block.scales[at] = quantise(v, vectorZero, vectorMost-vectorZero, func(i int, number uint64) {
		group[i] |= number << shift
		b.block.sums[at] += int32(number)
	})
}

// Copy adds a vector of another block with as many dimensions.
func (b *Builder) Copy(from *Block, at int) {
	group, shift := b.next()
	if from.dimensions != b.block.dimensions || from.scales[at] == 0 {
		return
	}
	last := len(b.block.scales) - 1
	b.block.scales[last], b.block.sums[last] = from.scales[at], from.sums[at]
	old, oldShift := from.words[at/lanes*from.dimensions:], uint(at%lanes)*8
	for i := range b.block.dimensions {
		group[i] |= old[i] >> oldShift & 0xFF << shift
	}
}

// Block is what was added. The builder is done.
func (b *Builder) Block() *Block { return &b.block }

// quantise calls put with each number of v as a whole one around zero, most away from it at most, and returns what
// the difference to zero is to be multiplied by.
func quantise(v []float32, zero, most int, put func(at int, number uint64)) (scale float32) {
	var largest float32
	for _, x := range v {
		largest = max(largest, x, -x)
	}
	if largest == 0 {
		return 0
	}
	scale = largest / float32(most)
	for i, x := range v {
		put(i, uint64(zero+int(math.RoundToEven(float64(x/scale)))))
	}
	return scale
}

// Len is how many vectors it has, the missing ones included.
func (b *Block) Len() int { return len(b.scales) }

// Bytes is how much memory it takes.
func (b *Block) Bytes() int {
	return int(unsafe.Sizeof(*b)) + len(b.words)*8 + len(b.scales)*8
}

// Query is a vector to compare with.
type Query struct {
	numbers []uint64
	sum     int64
	scale   float32
}

// NewQuery prepares a vector of length 1.
func NewQuery(v []float32) *Query {
	q := &Query{numbers: make([]uint64, len(v))}
	q.scale = quantise(v, queryZero, queryMost-queryZero, func(at int, number uint64) {
		q.numbers[at] = number
		q.sum += int64(number)
	})
	return q
}

// Missing is the nearness of a vector that is not there.
const Missing = -2

// Near returns the cosine of the angle between the query and each vector; those that are missing, and all if the query has
// other dimensions, are Missing.
func (b *Block) Near(q *Query) []float32 {
	cosines := make([]float32, len(b.scales))
	same := len(q.numbers) == b.dimensions
	for first := 0; first < len(cosines); first += lanes {
		var products [lanes]uint32
		if same {
			products = multiply(q.numbers, b.words[first/lanes*b.dimensions:][:b.dimensions])
		}
		for i := first; i < min(first+lanes, len(cosines)); i++ {
			if cosines[i] = Missing; same && b.scales[i] != 0 {
				// Σ (v − zero)(q − zero) = Σ vq − zero Σ v − zero Σ q + n zero zero
				product := int64(products[i-first]) - queryZero*int64(b.sums[i]) - vectorZero*q.sum + int64(b.dimensions)*vectorZero*queryZero
				cosines[i] = b.scales[i] * q.scale * float32(product)
			}
		}
	}
	return cosines
}

// multiply returns the sums of the products of the query with the eight vectors that stand side by side in words: a word
// is taken apart into two with sixteen bits for each of four vectors, which one multiplication each serves.
func multiply(query, words []uint64) [lanes]uint32 {
	const (
		bytes = 0x00FF00FF00FF00FF
		short = 0x0000FFFF0000FFFF
	)
	var s0, s1, s2, s3 uint64 // of vectors 0 and 4, 1 and 5, 2 and 6, 3 and 7
	for len(query) >= batch && len(words) >= batch {
		q, w := (*[batch]uint64)(query), (*[batch]uint64)(words)
		even := w[0]&bytes*q[0] + w[1]&bytes*q[1] + w[2]&bytes*q[2] + w[3]&bytes*q[3] +
			w[4]&bytes*q[4] + w[5]&bytes*q[5] + w[6]&bytes*q[6] + w[7]&bytes*q[7]
		odd := w[0]>>8&bytes*q[0] + w[1]>>8&bytes*q[1] + w[2]>>8&bytes*q[2] + w[3]>>8&bytes*q[3] +
			w[4]>>8&bytes*q[4] + w[5]>>8&bytes*q[5] + w[6]>>8&bytes*q[6] + w[7]>>8&bytes*q[7]
		s0, s2 = s0+even&short, s2+even>>16&short
		s1, s3 = s1+odd&short, s3+odd>>16&short
		query, words = query[batch:], words[batch:]
	}
	for i := range min(len(query), len(words)) {
		even, odd := words[i]&bytes*query[i], words[i]>>8&bytes*query[i]
		s0, s2 = s0+even&short, s2+even>>16&short
		s1, s3 = s1+odd&short, s3+odd>>16&short
	}
	return [lanes]uint32{
		uint32(s0), uint32(s1), uint32(s2), uint32(s3),
		uint32(s0 >> 32), uint32(s1 >> 32), uint32(s2 >> 32), uint32(s3 >> 32),
	}
}
