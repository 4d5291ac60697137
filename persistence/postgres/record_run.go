package postgres

import (
	"strconv"
	"time"

	"parley/chat"
	"parley/knowledge/improve"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Tables as what bots are tested with is bound to them. They never change.
const (
	tableQuestions = "questions"
	tableRuns      = "runs"
	tableResults   = "results"
)

// questionRecord is what a bot is tested with, sealed by the tenant's key.
type questionRecord struct {
	recordHead
	Text    string `json:"text"`
	Source  string `json:"source,omitempty"`
	Part    string `json:"part,omitempty"`
	Phrase  string `json:"phrase,omitempty"`
	Nothing bool   `json:"nothing,omitempty"`
}

// runRecord is a run without its results.
type runRecord struct {
	recordHead
	By       string          `json:"by,omitempty"`
	Settings *settingsRecord `json:"settings,omitempty"`
	Of       int             `json:"of"`
	Passed   int             `json:"passed"`
	Error    string          `json:"error,omitempty"`
	Ended    time.Time       `json:"ended,omitzero"`
}

// resultRecord is how a bot did on one question, which is kept as it was.
type resultRecord struct {
	recordHead
	ID        string           `json:"id"`
	Question  questionRecord   `json:"question"`
	At        time.Time        `json:"at,omitzero"` // of the question
	Answer    string           `json:"answer,omitempty"`
	Citations []citationRecord `json:"citations,omitempty"`
	Passed    bool             `json:"passed,omitempty"`
	Why       string           `json:"why,omitempty"`
	Took      time.Duration    `json:"took_ns"`
}

func recordOfQuestion(q improve.Question) questionRecord {
	return questionRecord{head(), q.Text, q.Source, q.Part, q.Phrase, q.Nothing}
}

func (r questionRecord) question(id string, at time.Time) improve.Question {
	return improve.Question{ID: id, Text: r.Text, Source: r.Source, Part: r.Part, Phrase: r.Phrase, Nothing: r.Nothing, At: at}
}

func openQuestion(key *seal.Key, tenant string, row db.QuestionsOfBotRow) (improve.Question, error) {
	var r questionRecord
	err := openRecord(key, tenant, tableQuestions, row.ID, row.Body, &r)
	return r.question(row.ID, row.CreatedAt), err
}

func sealRun(key *seal.Key, tenant string, run improve.Run) ([]byte, error) {
	r := runRecord{recordHead: head(), By: run.By, Of: run.Of, Passed: run.Passed, Error: run.Error, Ended: run.Ended}
	if run.Settings != nil {
		settings := settingsRecord(*run.Settings)
		r.Settings = &settings
	}
	return sealRecord(key, tenant, tableRuns, run.ID, r)
}

func openRun(key *seal.Key, tenant string, row db.RunOfBotRow) (improve.Run, error) {
	var r runRecord
	if err := openRecord(key, tenant, tableRuns, row.ID, row.Body, &r); err != nil {
		return improve.Run{}, err
	}
	run := improve.Run{
		ID: row.ID, State: improve.RunState(row.State), By: r.By, Of: r.Of, Done: int(row.Done), Passed: r.Passed, Error: r.Error,
		Begun: row.CreatedAt, Moved: row.MovedAt, Ended: r.Ended,
	}
	if r.Settings != nil {
		settings := chat.Settings(*r.Settings)
		run.Settings = &settings
	}
	return run, nil
}

// resultRow names the row of a result.
func resultRow(run string, n int64) string { return run + "/" + strconv.FormatInt(n, 10) }

func sealResult(key *seal.Key, tenant, run string, n int64, result improve.Result) (db.InsertResultsParams, error) {
	r := resultRecord{
		recordHead: head(), ID: result.Question.ID, Question: recordOfQuestion(result.Question), At: result.Question.At,
		Answer: result.Answer, Passed: result.Passed, Why: result.Why, Took: result.Took,
	}
	for _, c := range result.Citations {
		r.Citations = append(r.Citations, citationRecord(c))
	}
	body, err := sealRecord(key, tenant, tableResults, resultRow(run, n), r)
	return db.InsertResultsParams{Run: run, N: n, Tenant: tenant, Body: body}, err
}

func openResult(key *seal.Key, tenant, run string, row db.ResultsOfRunRow) (improve.Result, error) {
	var r resultRecord
	if err := openRecord(key, tenant, tableResults, resultRow(run, row.N), row.Body, &r); err != nil {
		return improve.Result{}, err
	}
	result := improve.Result{Question: r.Question.question(r.ID, r.At), Answer: r.Answer, Passed: r.Passed, Why: r.Why, Took: r.Took}
	for _, c := range r.Citations {
		result.Citations = append(result.Citations, chat.Citation(c))
	}
	return result, nil
}
