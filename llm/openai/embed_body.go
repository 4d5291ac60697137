package openai

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

const (
	// maxDimensions bounds a vector; the largest models of today have 4,096.
	maxDimensions = 8192
	// floatBytes is what a number takes in JSON, at most, with its comma.
	floatBytes = 32
)

// What a response to a request for embeddings must not be.
var (
	errCount      = errors.New("the server did not return one vector for each text")
	errDimensions = errors.New("the server returned vectors of different dimensions")
	errVector     = errors.New("the server returned a vector that is none")
)

// readEmbeddings reads the vectors, in the order of the texts, and the number of tokens that they took.
func readEmbeddings(body []byte, texts int) ([][]float32, int64, error) {
	var response struct {
		Data []struct {
			Index     *int   `json:"index"`
			Embedding vector `json:"embedding"`
		} `json:"data"`
		Usage struct {
			Prompt int64 `json:"prompt_tokens"`
			Total  int64 `json:"total_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		if errors.Is(err, errVector) {
			return nil, 0, errVector
		}
		return nil, 0, errors.New("the server's embeddings are not what OpenAI's protocol says") // the decoder's words may quote the body
	}
	if len(response.Data) == 0 {
		var told chunk
		if told.parse(body) == nil && told.failed { // with status 200, as some servers do
			return nil, 0, parseSpokenError(body)
		}
	}
	tokens := max(response.Usage.Prompt, response.Usage.Total)
	if len(response.Data) != texts {
		return nil, tokens, fmt.Errorf("%w: %d for %d", errCount, len(response.Data), texts)
	}
	vectors := make([][]float32, texts)
	for i, one := range response.Data {
		at := i
		if one.Index != nil {
			at = *one.Index
		}
		if at < 0 || at >= texts || vectors[at] != nil {
			return nil, tokens, errCount
		}
		if len(one.Embedding) != len(response.Data[0].Embedding) {
			return nil, tokens, errDimensions
		}
		if !normalise(one.Embedding) {
			return nil, tokens, errVector
		}
		vectors[at] = one.Embedding
	}
	return vectors, tokens, nil
}

// vector is written as a list of numbers, or as base64 of little-endian float32.
type vector []float32

// UnmarshalJSON implements json.Unmarshaler.
func (v *vector) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		return json.Unmarshal(data, (*[]float32)(v))
	}
	raw, err := base64.StdEncoding.DecodeString(string(data[1 : len(data)-1]))
	if err != nil || len(raw)%4 != 0 {
		return errVector
	}
	*v = make(vector, len(raw)/4)
	for i := range *v {
		(*v)[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return nil
}

// normalise makes the vector's length 1, and tells whether it can.
func normalise(v []float32) bool {
	if len(v) == 0 || len(v) > maxDimensions {
		return false
	}
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	length := math.Sqrt(square)
	if !(length > 1e-12) || math.IsInf(length, 0) { // NaN is neither
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / length)
	}
	return true
}
