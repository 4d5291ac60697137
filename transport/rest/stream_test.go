package rest

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/actors"
	"parley/chat"
)

// shown returns what a stream writes of outputs: the types of events with their seqs, and the pieces of answers.
func shown(outputs ...actors.Output) []string {
	w := httptest.NewRecorder()
	s := &stream{w: w, control: http.NewResponseController(w), conversation: "cnv_1", gone: func() {}}
	for _, o := range outputs {
		s.show(o)
	}
	var lines []string
	piece := regexp.MustCompile(`"index":(\d+),"text":"([^"]*)"`)
	for event := range strings.SplitSeq(strings.TrimSpace(w.Body.String()), "\n\n") {
		line := strings.TrimPrefix(strings.Split(event, "\ndata: ")[0], "event: ")
		if found := piece.FindStringSubmatch(event); found != nil {
			line = found[1] + " " + found[2]
		}
		lines = append(lines, strings.ReplaceAll(line, "\nid: ", " "))
	}
	return lines
}

func eventAt(seq int64, body chat.Body) *actors.Event {
	return &actors.Event{Event: chat.Event{Seq: seq, At: time.Unix(0, 0), Body: body}}
}

func TestAStreamedAnswerGoesOnWhenItsConversationMoves(t *testing.T) {
	t.Parallel()
	created := eventAt(1, chat.MessageCreated{Message: "msg_q"})
	started := eventAt(2, chat.MessageStarted{Message: "msg_a", Question: "msg_q"})
	delta := func(index int, text string) *actors.Delta {
		return &actors.Delta{Message: "msg_a", Index: index, Text: text}
	}
	completed := eventAt(3, chat.MessageCompleted{Message: "msg_a", Text: "Hello you"})
	for name, test := range map[string]struct {
		outputs []actors.Output
		want    []string
	}{
		"what came before comes again": {
			[]actors.Output{created, started, delta(0, "Hel"), created, started, &actors.Snapshot{Message: "msg_a", Text: "Hello"}, delta(5, " you"), completed},
			[]string{"message.created 1", "message.started 2", "0 Hel", "3 lo", "5  you", "message.completed 3"},
		},
		"a snapshot has no more than was shown": {
			[]actors.Output{created, started, delta(0, "Hello"), &actors.Snapshot{Message: "msg_a", Text: "Hel"}, delta(3, "lo"), delta(5, " you"), completed},
			[]string{"message.created 1", "message.started 2", "0 Hello", "5  you", "message.completed 3"},
		},
		"a piece is lost on the way": {
			[]actors.Output{created, started, delta(0, "Hel"), delta(5, " you"), completed},
			[]string{"message.created 1", "message.started 2", "0 Hel", "3 lo you", "message.completed 3"},
		},
		"its node died": {
			[]actors.Output{
				created, started, delta(0, "Hel"), eventAt(3, chat.MessageInterrupted{Message: "msg_a", Reason: chat.NodeLost}),
				eventAt(4, chat.MessageStarted{Message: "msg_b", Question: "msg_q", Attempt: 2}), delta(3, "late"),
				&actors.Delta{Message: "msg_b", Index: 0, Text: "Good"}, eventAt(5, chat.MessageCompleted{Message: "msg_b", Text: "Good"}),
			},
			[]string{"message.created 1", "message.started 2", "0 Hel", "message.interrupted 3", "message.started 4", "0 Good", "message.completed 5"},
		},
		"it was asked before": {
			[]actors.Output{created, started, &actors.Snapshot{Message: "msg_a", Text: "Hel"}, delta(3, "lo you"), completed},
			[]string{"message.created 1", "message.started 2", "message.snapshot", "3 lo you", "message.completed 3"},
		},
		"it ended before": {
			[]actors.Output{created, started, completed},
			[]string{"message.created 1", "message.started 2", "message.completed 3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, shown(test.outputs...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
