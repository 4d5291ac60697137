package postgres

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

func testKey(t *testing.T) *seal.Key {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := master.NewKey("", "", "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// filled sets every field of a struct to something, so that one that a record
// does not carry is missed.
func filled[T any](t *testing.T) T {
	t.Helper()
	var v T
	fill(t, reflect.ValueOf(&v).Elem())
	return v
}

func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, value)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now()))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("cannot fill a %s", v.Type())
	}
}

func TestARecordCarriesEveryFieldOfABody(t *testing.T) {
	t.Parallel()
	key, ref := testKey(t), chat.Ref{Tenant: "tnt", Conversation: "cnv"}
	for _, body := range []chat.Body{
		filled[chat.MessageCreated](t), filled[chat.MessageStarted](t), filled[chat.MessageCompleted](t), filled[chat.MessageInterrupted](t),
		filled[chat.StatusChanged](t), filled[chat.ContactChanged](t), filled[chat.FeedbackGiven](t), filled[chat.EventErased](t), filled[chat.Erased](t),
	} {
		row, err := sealEvent(key, ref, 3, now(), body)
		if err != nil {
			t.Fatal(err)
		}
		events, err := openEvents(key, ref, []db.EventsAfterRow{{Seq: 3, At: row.At, Type: row.Type, Body: row.Body}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(body, events[0].Body); diff != "" {
			t.Error(diff)
		}
	}
}

func TestARecordCarriesEveryFieldOfABotAndOfAPassage(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	bot := chat.Bot{
		ID: "bot", Tenant: "tnt", Name: "n", Settings: filled[chat.Settings](t), Appearance: filled[chat.Appearance](t), Domains: []string{"a", "b"},
	}
	sealed, err := sealBot(key, bot)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openBot(key, db.Bot{ID: "bot", Tenant: "tnt", Profile: sealed})
	if err != nil {
		t.Fatal(err)
	}
	passage := filled[knowledge.Passage](t)
	row, err := sealPassage(key, "tnt", passage.Source, passage)
	if err != nil {
		t.Fatal(err)
	}
	read, err := openPassage(key, "tnt", passage.Source, db.PassagesOfSourceRow{Ordinal: row.Ordinal, ID: row.ID, Body: row.Body})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bot, opened) + cmp.Diff(passage, read); diff != "" {
		t.Error(diff)
	}
}

func TestARecordCarriesEveryFieldOfASourceOfAnAddressAndOfARun(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	source := filled[knowledge.Source](t)
	label, err := sealSource(key, source)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openSource(key, db.Source{
		ID: source.ID, Tenant: source.Tenant, Bot: source.Bot, Label: label, Kind: string(source.Kind), State: string(source.State), Size: source.Size,
		Pages: int64(source.Pages), PagesRead: int64(source.PagesRead), Passages: int64(source.Passages), Embedded: int64(source.Embedded),
		CreatedAt: source.CreatedAt, UpdatedAt: source.UpdatedAt, Parent: &source.Parent, Round: source.Crawl.Round,
		ReadAt: &source.ReadAt, NextRead: &source.NextRead, ChangedAt: &source.ChangedAt,
	})
	if err != nil {
		t.Fatal(err)
	}
	address := filled[knowledge.Address](t)
	address.State = knowledge.Failed
	row := db.AddressesOfSiteRow{Hash: []byte{1}, State: string(address.State), Depth: int64(address.Depth), Round: address.Round, Page: address.Page}
	if row.Label, err = sealPlace(key, "tnt", "src", row.Hash, address); err != nil {
		t.Fatal(err)
	}
	place, err := openPlace(key, "tnt", "src", row)
	if err != nil {
		t.Fatal(err)
	}
	run := filled[improve.Run](t)
	result := run.Results[0]
	run.Results = nil
	body, err := sealRun(key, "tnt", run)
	if err != nil {
		t.Fatal(err)
	}
	read, err := openRun(key, "tnt", db.RunOfBotRow{ID: run.ID, State: string(run.State), Done: int64(run.Done), Body: body, CreatedAt: run.Begun, MovedAt: run.Moved})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealResult(key, "tnt", run.ID, 3, result)
	if err != nil {
		t.Fatal(err)
	}
	was, err := openResult(key, "tnt", run.ID, db.ResultsOfRunRow{N: sealed.N, Body: sealed.Body})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(source, opened) + cmp.Diff(address, place) + cmp.Diff(run, read) + cmp.Diff(result, was); diff != "" {
		t.Error(diff)
	}
}

func TestARecordOfANewerVersionIsNotGuessedAt(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	sealed, err := key.Seal([]byte(`{"v":2,"created":{"text":"Hi"}}`), "tnt", tableEvents, "cnv/1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = openEvents(key, chat.Ref{Tenant: "tnt", Conversation: "cnv"}, []db.EventsAfterRow{{Seq: 1, Type: "message.created", Body: sealed}})
	if err == nil || !strings.Contains(err.Error(), "newer Parley") {
		t.Errorf("got %v", err)
	}
}

func TestAnEventOfAnotherTypeThanItsColumnDoesNotOpen(t *testing.T) {
	t.Parallel()
	key, ref := testKey(t), chat.Ref{Tenant: "tnt", Conversation: "cnv"}
	row, err := sealEvent(key, ref, 1, now(), chat.EventErased{Target: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openEvents(key, ref, []db.EventsAfterRow{{Seq: 1, Type: "message.created", Body: row.Body}}); err == nil {
		t.Error("it does")
	}
}

// Rows that an earlier Parley wrote stay readable: this file is only added to.
func TestRecordsOfTheFirstVersionAreStillRead(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/events_v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	expected := []chat.Body{
		chat.MessageCreated{Message: "msg_1", Author: chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}, Text: "Hi", ClientID: "c1"},
		chat.MessageStarted{Message: "msg_2", Author: chat.Author{Kind: chat.ByBot, Name: "Bo"}, Question: "msg_1", Attempt: 2},
		chat.MessageCompleted{Message: "msg_2", Text: "Copper [1]", Offer: "handoff", Citations: []chat.Citation{
			{Mark: 1, Source: "src_1", Title: "nails.md", URL: "https://x.example", Quote: "Copper", Page: 3}}},
		chat.MessageInterrupted{Message: "msg_2", Text: "Cop", Reason: chat.Stopped},
		chat.StatusChanged{Status: chat.WithAgent, Agent: &chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}, Position: 2},
		chat.ContactChanged{Name: "Bo", Email: "bo@example.com", Phone: "+44"},
		chat.FeedbackGiven{Message: "msg_2", Helpful: true, Comment: "thanks"},
		chat.EventErased{Target: 1},
		chat.Erased{Was: chat.TypeMessageCreated},
	}
	lines := strings.Split(strings.TrimSpace(string(golden)), "\n")
	if len(lines) != len(expected) {
		t.Fatalf("there are %d lines", len(lines))
	}
	key, ref := testKey(t), chat.Ref{Tenant: "tnt", Conversation: "cnv"}
	for i, line := range lines {
		sealed, err := key.Seal([]byte(line), ref.Tenant, tableEvents, eventRow(ref, int64(i)))
		if err != nil {
			t.Fatal(err)
		}
		events, err := openEvents(key, ref, []db.EventsAfterRow{{Seq: int64(i), Type: string(expected[i].Type()), Body: sealed}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected[i], events[0].Body); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAValueDoesNotOpenInAnotherColumnOfItsRow(t *testing.T) {
	t.Parallel()
	key, ref := testKey(t), chat.Ref{Tenant: "tnt", Conversation: "cnv"}
	agent, err := sealAgent(key, ref, &chat.Author{Name: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openOrigin(key, ref, agent); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("got %v", err)
	}
}
