package nodes

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/e2e/owner"
	"parley/llm/llmtest"
)

// A conversation stays where it was first asked for, whichever node its next question, its agent or their removal comes to.
func TestWhatKeysSpendAndAgentsHoldIsKnownWhereverItIs(t *testing.T) {
	model := httptest.NewServer(llmtest.NewModel(llmtest.Script{Words: 20}))
	defer model.Close()
	nodes := start(t, 2, "OPENAI_BASE_URL="+model.URL+"/v1", "OPENAI_API_KEY=sk-test")
	boss := owner.Register(t, nodes[0].URL(), owner.Registration{Email: "ada@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Ada"})
	there := boss.At(nodes[1].URL())
	bot := boss.MakeBot("Bot")
	boss.AwaitReady(bot, boss.AddText(bot, "Hours", "The shop is open from nine to five.").ID)
	ben := *there
	ben.Token = boss.Hire(owner.Registration{Email: "ben@shop.example", Password: "correct horse battery", Name: "Ben"})
	var key struct{ ID, Key string }
	boss.Call(http.MethodPost, "api-keys", map[string]any{"name": "Till", "scopes": []string{"ask"}}, &key)
	till := *there
	till.Token = key.Key

	var asked struct{ Conversation string }
	boss.Call(http.MethodPost, "bots/"+bot+"/answers", map[string]any{"text": "When is the shop open?"}, &asked)
	till.Call(http.MethodPost, "bots/"+bot+"/answers", map[string]any{"text": "Is the shop open at five?", "conversation": asked.Conversation}, nil)

	path := "conversations/" + asked.Conversation
	var who struct{ User struct{ ID string } }
	ben.Call(http.MethodGet, "me", nil, &who)
	ben.Call(http.MethodPut, path+"/assignment", map[string]any{}, nil)
	there.Call(http.MethodPatch, "members/"+who.User.ID, map[string]any{"role": "viewer"}, nil)
	until(t, "the agent has it still", func() bool {
		var found struct{ Status, Assignee string }
		boss.Call(http.MethodGet, path, nil, &found)
		return found.Status == "waiting" && found.Assignee == ""
	})
	if log := boss.Log(asked.Conversation); log[len(log)-1].Data.Status != "waiting" {
		t.Errorf("the log ends with %+v", log[len(log)-1])
	}

	until(t, "the answer is not counted for the key", func() bool {
		var spent struct {
			Items []struct{ Messages, Answers, Tokens int64 }
		}
		boss.Call(http.MethodGet, "activity?key="+key.ID, nil, &spent)
		return slices.ContainsFunc(spent.Items, func(hour struct{ Messages, Answers, Tokens int64 }) bool {
			return hour.Messages == 1 && hour.Answers == 1 && hour.Tokens > 0
		})
	})
}

// until waits for something that nodes come to by themselves.
func until(t *testing.T, otherwise string, fine func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !fine(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
	}
}
