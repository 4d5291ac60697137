package llmtest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Embeddings says how calls for embeddings behave. The zero value answers at once with Embedding of each text, in the
// encoding that was asked for.
type Embeddings struct {
	Text       string `json:"text,omitempty"`       // limits it to calls of which a text contains it
	Times      int    `json:"times,omitempty"`      // how many calls it serves; 0: all
	Dimensions int    `json:"dimensions,omitempty"` // of the vectors; 0: DefaultDimensions
	DelayMS    int    `json:"delay_ms,omitempty"`   // before the answer, in milliseconds

	// Encoding answers in this one ("float", "base64") whatever was asked for.
	Encoding string `json:"encoding,omitempty"`
	// OnlyFloats refuses a call that asks for base64 with 400.
	OnlyFloats bool `json:"only_floats,omitempty"`
	// MostTexts and MostBytes refuse a call with more texts, or with a text that is longer, with 400; 0: no bound.
	MostTexts int `json:"most_texts,omitempty"`
	MostBytes int `json:"most_bytes,omitempty"`

	// Status refuses the call, with Message and RetryAfter (seconds).
	Status     int    `json:"status,omitempty"`
	Message    string `json:"message,omitempty"`
	RetryAfter int    `json:"retry_after,omitempty"`
	// Fault is Silent or Cut, or one of those below.
	Fault Fault `json:"fault,omitempty"`
}

// Faults of embeddings.
const (
	Fewer    Fault = "fewer"    // a vector is missing
	Shuffled Fault = "shuffled" // the vectors come in another order, with their right index; no fault of the server's
	Uneven   Fault = "uneven"   // the last vector has fewer dimensions
	Nothing  Fault = "nothing"  // the last vector is all zeros
)

// EmbeddingsCall is one call for embeddings.
type EmbeddingsCall struct {
	At            time.Time `json:"at"`
	Model         string    `json:"model"`
	Texts         []string  `json:"texts"`
	Encoding      string    `json:"encoding"`
	Authorization string    `json:"authorization"`
}

// PlayEmbeddings replaces what is played for embeddings. For each call the first that fits, and has calls left to serve, is played.
func (m *Model) PlayEmbeddings(scripts ...Embeddings) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.embeddings, m.embedded = scripts, make([]int, len(scripts))
}

// EmbeddingsCalls returns the calls for embeddings, oldest first.
func (m *Model) EmbeddingsCalls() []EmbeddingsCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.embeddingsCalls)
}

// embeddingsRequest is what we read of a request.
type embeddingsRequest struct {
	Model    string          `json:"model"`
	Input    json.RawMessage `json:"input"`
	Encoding string          `json:"encoding_format"`
}

// texts are the inputs: one, or a list of them.
func (r embeddingsRequest) texts() (texts []string, err error) {
	var one string
	if json.Unmarshal(r.Input, &one) == nil {
		return []string{one}, nil
	}
	err = json.Unmarshal(r.Input, &texts)
	return texts, err
}

func (m *Model) embed(w http.ResponseWriter, r *http.Request) {
	var request embeddingsRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", err.Error())
		return
	}
	texts, err := request.texts()
	if err != nil || len(texts) == 0 || slices.Contains(texts, "") {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "'$.input' is invalid")
		return
	}
	script, release := m.beginEmbeddings(EmbeddingsCall{time.Now(), request.Model, texts, request.Encoding, r.Header.Get("Authorization")})
	a := answer{w: w, r: r, release: release}
	if script.Fault == Silent {
		a.hang()
		return
	}
	if !a.wait(time.Duration(script.DelayMS) * time.Millisecond) {
		return
	}
	longest := slices.MaxFunc(texts, func(a, b string) int { return len(a) - len(b) })
	switch {
	case script.Fault == Cut:
		a.cut()
	case script.Status != 0:
		if script.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(script.RetryAfter))
		}
		refuse(w, script.Status, "scripted", script.Message)
	case script.OnlyFloats && request.Encoding == "base64",
		script.MostTexts > 0 && len(texts) > script.MostTexts,
		script.MostBytes > 0 && len(longest) > script.MostBytes:
		// As real servers do, it repeats what it was asked.
		refuse(w, http.StatusBadRequest, "invalid_request_error", "this is too much for me: "+longest)
	default:
		if script.Encoding != "" {
			request.Encoding = script.Encoding
		}
		writeJSON(w, script.response(request, texts))
	}
}

// beginEmbeddings records a call and takes its script, and the channel that ends its hanging.
func (m *Model) beginEmbeddings(call EmbeddingsCall) (Embeddings, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.brief {
		m.embeddingsCalls = append(m.embeddingsCalls, call)
	}
	for i, script := range m.embeddings {
		fits := slices.ContainsFunc(call.Texts, func(text string) bool { return strings.Contains(text, script.Text) })
		if fits && (script.Times == 0 || m.embedded[i] < script.Times) {
			m.embedded[i]++
			return script, m.release
		}
	}
	return Embeddings{}, m.release
}

// response is what OpenAI answers. It counts words as tokens, so that a checker can count them too.
func (s Embeddings) response(request embeddingsRequest, texts []string) map[string]any {
	tokens := 0
	data := make([]map[string]any, len(texts))
	for i, text := range texts {
		tokens += len(strings.Fields(text))
		vector := Embedding(text, s.Dimensions)
		if i == len(texts)-1 {
			switch s.Fault {
			case Uneven:
				vector = vector[:len(vector)/2]
			case Nothing:
				clear(vector)
			}
		}
		data[i] = map[string]any{"object": "embedding", "index": i, "embedding": encoded(vector, request.Encoding)}
	}
	switch s.Fault {
	case Fewer:
		data = data[1:]
	case Shuffled:
		slices.Reverse(data)
	}
	return map[string]any{
		"object": "list", "model": request.Model, "data": data,
		"usage": map[string]int{"prompt_tokens": tokens, "total_tokens": tokens},
	}
}

func encoded(vector []float32, encoding string) any {
	if encoding != "base64" {
		return vector
	}
	raw := make([]byte, 0, 4*len(vector))
	for _, x := range vector {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (m *Model) putEmbeddings(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	var scripts []Embeddings
	if err := decoder.Decode(&scripts); err != nil {
		http.Error(w, "embeddings: "+err.Error(), http.StatusBadRequest)
		return
	}
	m.PlayEmbeddings(scripts...)
	w.WriteHeader(http.StatusNoContent)
}

func (m *Model) getEmbeddings(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, m.EmbeddingsCalls())
}
