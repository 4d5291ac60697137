package llmtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"parley/llm/llmtest"
)

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestEmbeddingsOfTheSameMeaningAreNearEachOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ question, near, far string }{
		{"Is a refund possible?", "Reimbursements reach your bank within a week.", "Parcels are tracked from door to door."},
		{"Wann kommt meine Lieferung?", "Shipping takes three days.", "Cats are welcome."},
		{"resetting passwords", "How a password is reset", "How a parcel is sent"},
		{"包裹什么时候到达", "您的包裹三天内到达。", "欢迎带猫。"},
	} {
		question := llmtest.Embedding(c.question, 0)
		near, far := cosine(question, llmtest.Embedding(c.near, 0)), cosine(question, llmtest.Embedding(c.far, 0))
		if near < far+0.05 {
			t.Errorf("%q is as near %q (%.2f) as %q (%.2f)", c.question, c.far, far, c.near, near)
		}
	}
	if again := llmtest.Embedding("refund", 0); cosine(again, llmtest.Embedding("refund", 0)) < 0.999 || len(again) != llmtest.DefaultDimensions {
		t.Error("the same text has another vector, or none of length 1")
	}
	if len(llmtest.Embedding("", 3)) != 3 {
		t.Error("nothing has no vector")
	}
}

func TestEmbeddingsAreControlledOverHTTP(t *testing.T) {
	t.Parallel()
	server := llmtest.NewServer(t)
	control := strings.TrimSuffix(server.URL, "/v1") + "/control"
	request := `{"model":"small","input":["refund","parcel"],"encoding_format":"float"}`

	do(t, http.MethodPut, control+"/embeddings", `[{"times":1,"status":429},{"dimensions":3,"fault":"fewer"}]`, http.StatusNoContent)
	do(t, http.MethodPost, server.URL+"/embeddings", request, http.StatusTooManyRequests)
	var response struct {
		Data []struct{ Embedding []float32 }
	}
	if err := json.Unmarshal([]byte(do(t, http.MethodPost, server.URL+"/embeddings", request, http.StatusOK)), &response); err != nil {
		t.Fatal(err)
	}
	if len(response.Data) != 1 || len(response.Data[0].Embedding) != 3 {
		t.Errorf("answered %+v", response)
	}
	var calls []llmtest.EmbeddingsCall
	if err := json.Unmarshal([]byte(do(t, http.MethodGet, control+"/embeddings", "", http.StatusOK)), &calls); err != nil {
		t.Fatal(err)
	}
	if len(calls) != 2 || calls[1].Model != "small" || len(calls[1].Texts) != 2 {
		t.Errorf("calls = %+v", calls)
	}
	do(t, http.MethodPut, control+"/embeddings", `[{"txet":"misspelt"}]`, http.StatusBadRequest)
	do(t, http.MethodPost, server.URL+"/embeddings", `{"model":"small","input":["refund",""]}`, http.StatusBadRequest)
}
