package check

import (
	"testing"

	"parley/e2e/client"
	"parley/persistence/testbed"
)

func TestEachWriteByAnotherThanTheOwnerOfItsEpochIsFound(t *testing.T) {
	t.Parallel()
	born := Write{"c", "node1", 0, 1, 0, 2}
	for name, test := range map[string]struct {
		writes []Write
		shared int
		breach string
	}{
		"one writer":             {[]Write{born, {"c", "node1", 1, 1, 2, 3}}, 0, ""},
		"one behind the other":   {[]Write{born, {"c", "node2", 1, 2, 2, 2}, {"c", "node2", 2, 2, 2, 3}}, 1, ""},
		"opened and not used":    {[]Write{born, {"c", "node2", 1, 2, 2, 2}, {"c", "node1", 2, 3, 2, 2}, {"c", "node1", 3, 3, 2, 4}}, 0, ""},
		"two conversations":      {[]Write{born, {"d", "node2", 0, 1, 0, 1}}, 0, ""},
		"another's epoch":        {[]Write{born, {"c", "node2", 1, 1, 2, 3}}, 1, "node2 appended up to 3 under epoch 1, which is that of node1"},
		"an epoch that is over":  {[]Write{born, {"c", "node2", 1, 2, 2, 2}, {"c", "node1", 2, 1, 2, 3}}, 0, "epoch 1 came behind 2"},
		"a head that was moved":  {[]Write{born, {"c", "node1", 1, 1, 3, 4}}, 0, "they had been left as 1 and 2"},
		"a head that moved back": {[]Write{born, {"c", "node1", 1, 1, 2, 1}}, 0, "moved the head from 2 to 1"},
	} {
		t.Run(name, func(t *testing.T) {
			shared, breaches := Writers(test.writes)
			expect(t, breaches, test.breach)
			if test.breach == "" && shared != test.shared {
				t.Errorf("%d conversations had several writers", shared)
			}
		})
	}
}

func TestTheWitnessSeesOpeningsAndAppendsThatWereCommitted(t *testing.T) {
	t.Parallel()
	d := Postgres(t, testbed.Postgres(t, testbed.NoSync)+"&application_name=node7")
	run := func(statement string) {
		t.Helper()
		if _, err := d.db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TABLE conversations (id TEXT PRIMARY KEY, epoch BIGINT NOT NULL, head BIGINT NOT NULL, status TEXT)")
	d.Witness()
	run("INSERT INTO conversations VALUES ('c', 1, 2, 'bot')")
	run("UPDATE conversations SET epoch = epoch + 1 WHERE id = 'c'")
	run("BEGIN; UPDATE conversations SET head = 9 WHERE id = 'c'; ROLLBACK")
	run("UPDATE conversations SET status = 'closed' WHERE id = 'c'")
	run("UPDATE conversations SET head = head WHERE id = 'c'")
	run("UPDATE conversations SET head = 3 WHERE id = 'c'")
	got := d.Writes()
	want := []Write{{"c", "node7", 0, 1, 0, 2}, {"c", "node7", 1, 2, 2, 2}, {"c", "node7", 2, 2, 2, 3}}
	if len(got) != len(want) {
		t.Fatalf("it saw %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("it saw %+v, want %+v", got[i], want[i])
		}
	}
}

func TestAnswersOverRESTThatAreNotInTheLogAreFound(t *testing.T) {
	t.Parallel()
	log := history(created("a"), started("x", "a", 1), completed("x"))
	reply := client.Reply{ClientID: "a", Question: "Hi, a", Message: "x", Text: "Hello"}
	expect(t, Asked(reply, log), "")
	other := reply
	other.Text = "Ho"
	expect(t, Asked(other, log), `answered with "Ho"`)
	other = reply
	other.Message = "y"
	expect(t, Asked(other, log), "of which the log knows nothing")
	expect(t, Asked(reply, history(created("a"), created("a"), started("x", "a", 1), completed("x"))), "is there 2 times")
	expect(t, Asked(client.Reply{ClientID: "a", Question: "Hi, a", Refusal: "answer_failed"}, history(created("a"), started("x", "a", 1), interrupted("x", "failed", ""))), "")
}
