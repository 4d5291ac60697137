package llmtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

func (m *Model) putScripts(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(r.Body)
	// A misspelt field would be a script that does nothing.
	decoder.DisallowUnknownFields()
	var scripts []Script
	if err := decoder.Decode(&scripts); err != nil {
		http.Error(w, "scripts: "+err.Error(), http.StatusBadRequest)
		return
	}
	m.Play(scripts...)
	w.WriteHeader(http.StatusNoContent)
}

func (m *Model) getCalls(w http.ResponseWriter, _ *http.Request) { writeJSON(w, m.Calls()) }

func (m *Model) getAuxiliary(w http.ResponseWriter, _ *http.Request) { writeJSON(w, m.Auxiliary()) }

func (m *Model) getText(w http.ResponseWriter, r *http.Request) {
	words, _ := strconv.Atoi(r.FormValue("words"))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, Text(r.FormValue("question"), words))
}
