package actors_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

// What a program asks is counted for its key wherever the conversation is: the line goes with the question.
func tellsLine(t *testing.T, h *house) {
	v := h.visitor(t)
	v.Source, v.Line = chat.FromAPI, "key_till"
	r, _ := h.watch(t, v)
	h.post(t, v, "for the till")
	h.model.call(t, "for the till").say("Here.").end()
	r.ending(t)
	h.post(t, v, "and once more")
	h.model.call(t, "and once more").say("Here ")
	r.await(t, "a word", shown(5))
	if err := h.StopAnswer(t.Context(), v, ""); err != nil {
		t.Fatal(err)
	}
	r.ending(t)
	v.Line = ""
	h.post(t, v, "a person asks")
	h.model.call(t, "a person asks").say("Here.").end()
	r.ending(t)
	if diff := cmp.Diff([]string{"key_till", "key_till", "key_till", "key_till", "", ""}, h.log.linesOf(v.Ref)); diff != "" {
		t.Error(diff)
	}
}
