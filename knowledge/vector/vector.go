// Package vector tells how near many vectors are to one, by looking at all of
// them: for as many passages as a bot has, that is quick enough, never misses one, and there is nothing to
// build or to keep up to date.
//
// Vectors are kept with a byte for each number, a quarter of what the models give. Blocks are
// immutable and safe for concurrent use.
package vector

import (
	"math"
	"unsafe"
)

// Block is some vectors of the same number of dimensions, such as those of a source's passages. Some may be missing.
type Block struct {
	dimensions int
	values     []int8    // of one vector after the other
	scales     []float32 // by which the values of each are multiplied; 0: it is missing
}

// NewBlock keeps vectors of length 1. Those that are empty, or do not have as many dimensions, are missing in it.
func NewBlock(dimensions int, vectors [][]float32) *Block {
	b := &Block{dimensions: dimensions, values: make([]int8, dimensions*len(vectors)), scales: make([]float32, len(vectors))}
	for i, v := range vectors {
		if len(v) == dimensions {
			b.scales[i] = quantise(b.values[i*dimensions:(i+1)*dimensions], v)
		}
	}
	return b
}

// quantise writes v as bytes and returns what they are to be multiplied by.
func quantise(out []int8, v []float32) (scale float32) {
	var largest float32
	for _, x := range v {
		largest = max(largest, x, -x)
	}
	if largest == 0 {
		return 0
	}
	scale = largest / math.MaxInt8
	for i, x := range v {
		out[i] = int8(math.RoundToEven(float64(x / scale)))
	}
	return scale
}

// Len is how many vectors it has, the missing ones included.
func (b *Block) Len() int { return len(b.scales) }

// Bytes is how much memory it takes.
func (b *Block) Bytes() int {
	return int(unsafe.Sizeof(*b)) + len(b.values) + len(b.scales)*int(unsafe.Sizeof(b.scales[0]))
}

// Query is a vector to compare with.
type Query struct {
	values []int32
	scale  float32
}

// NewQuery prepares a vector of length 1.
func NewQuery(v []float32) *Query {
	bytes := make([]int8, len(v))
	q := &Query{values: make([]int32, len(v)), scale: quantise(bytes, v)}
	for i, x := range bytes {
		q.values[i] = int32(x)
	}
	return q
}

// Dimensions of the query.
func (q *Query) Dimensions() int { return len(q.values) }

// Missing is the nearness of a vector that is not there.
const Missing = -2

// Near returns the cosine of the angle between the query and each vector; those that are missing, and all if the query has
// other dimensions, are Missing.
func (b *Block) Near(q *Query) []float32 {
	cosines := make([]float32, len(b.scales))
	for i, scale := range b.scales {
		if cosines[i] = Missing; scale != 0 && len(q.values) == b.dimensions {
			cosines[i] = scale * q.scale * float32(dot(q.values, b.values[i*b.dimensions:(i+1)*b.dimensions]))
		}
	}
	return cosines
}

// dot is the sum of the products. Four sums at a time do not wait for each other.
func dot(q []int32, v []int8) int32 {
	var s0, s1, s2, s3 int32
	for len(q) >= 8 && len(v) >= 8 {
		s0 += q[0]*int32(v[0]) + q[4]*int32(v[4])
		s1 += q[1]*int32(v[1]) + q[5]*int32(v[5])
		s2 += q[2]*int32(v[2]) + q[6]*int32(v[6])
		s3 += q[3]*int32(v[3]) + q[7]*int32(v[7])
		q, v = q[8:], v[8:]
	}
	for i := range min(len(q), len(v)) {
		s0 += q[i] * int32(v[i])
	}
	return s0 + s1 + s2 + s3
}
