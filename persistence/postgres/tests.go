package postgres

import (
	"context"
	"fmt"

	"parley/chat"
	"parley/knowledge/improve"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

var _ improve.Tests = (*Store)(nil)

// How much of its tests is kept of a bot.
const (
	maxQuestions = 500
	keptRuns     = 20
)

var (
	errTooManyQuestions = chat.Fail(chat.TooLarge, "too_many_tests",
		fmt.Sprintf("This bot has %d test questions, which is as many as there can be. Please delete one first.", maxQuestions))
	errRunUnderWay = chat.Fail(chat.Conflict, "run_under_way", "The tests are being run already. Please wait until they are done.")
)

// Questions returns all that a bot is tested with, oldest first.
func (s *Store) Questions(ctx context.Context, tenant, bot string) ([]improve.Question, error) {
	questions, err := s.questions(ctx, tenant, bot)
	return questions, s.explain(err, "list test questions of bot "+bot)
}

func (s *Store) questions(ctx context.Context, tenant, bot string) ([]improve.Question, error) {
	rows, err := s.reads.QuestionsOfBot(ctx, db.QuestionsOfBotParams{Tenant: tenant, Bot: bot})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	questions := make([]improve.Question, len(rows))
	for i, row := range rows {
		if questions[i], err = openQuestion(key, tenant, row); err != nil {
			return nil, err
		}
	}
	return questions, nil
}

// SaveQuestion adds a question, or changes the one of its id.
func (s *Store) SaveQuestion(ctx context.Context, tenant, bot string, question improve.Question) error {
	return s.explain(s.saveQuestion(ctx, tenant, bot, question), "keep test question "+question.ID)
}

func (s *Store) saveQuestion(ctx context.Context, tenant, bot string, question improve.Question) error {
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return err
	}
	body, err := sealRecord(key, tenant, tableQuestions, question.ID, recordOfQuestion(question))
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, tenant); err != nil {
			return err
		}
		changed, err := q.UpdateQuestion(ctx, db.UpdateQuestionParams{Tenant: tenant, Bot: bot, ID: question.ID, Body: body})
		if err != nil || changed > 0 {
			return err
		}
		count, err := q.CountQuestions(ctx, db.CountQuestionsParams{Tenant: tenant, Bot: bot})
		if err != nil {
			return fmt.Errorf("count questions: %w", err)
		}
		if count >= maxQuestions {
			return errTooManyQuestions
		}
		err = q.InsertQuestion(ctx, db.InsertQuestionParams{
			ID: question.ID, Tenant: tenant, Bot: bot, Body: body, CreatedAt: orNow(question.At),
		})
		if taken(err) { // another bot's has the id
			return chat.ErrNotFound.Because(err)
		}
		return err
	})
}

// DeleteQuestion removes a question; runs in which it was asked keep it.
func (s *Store) DeleteQuestion(ctx context.Context, tenant, bot, id string) error {
	rows, err := s.writes.DeleteQuestion(ctx, db.DeleteQuestionParams{Tenant: tenant, Bot: bot, ID: id})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "delete test question "+id)
}

// BeginRun stores a run, enqueues its first step, and drops the oldest of the bot.
func (s *Store) BeginRun(ctx context.Context, tenant, bot string, run improve.Run) error {
	return s.explain(s.beginRun(ctx, tenant, bot, run), "begin run "+run.ID)
}

func (s *Store) beginRun(ctx context.Context, tenant, bot string, run improve.Run) error {
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return err
	}
	body, err := sealRun(key, tenant, run)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, tenant); err != nil {
			return err
		}
		running, err := q.RunningRuns(ctx, db.RunningRunsParams{Tenant: tenant, Bot: bot})
		if err != nil {
			return fmt.Errorf("look for another run: %w", err)
		}
		if running > 0 {
			return errRunUnderWay
		}
		begun := orNow(run.Begun)
		if err := q.InsertRun(ctx, db.InsertRunParams{
			ID: run.ID, Tenant: tenant, Bot: bot, State: string(improve.Running), Done: int64(run.Done), Body: body, CreatedAt: begun, MovedAt: begun,
		}); err != nil {
			return fmt.Errorf("insert the run: %w", err)
		}
		if err := q.PruneRuns(ctx, db.PruneRunsParams{Tenant: tenant, Bot: bot, Count: keptRuns}); err != nil {
			return fmt.Errorf("drop old runs: %w", err)
		}
		return putTurn(ctx, tx, q, tenant, jobs.Test, run.ID)
	})
}

// SaveRun stores what a step of a run has found.
func (s *Store) SaveRun(ctx context.Context, tenant, bot string, run improve.Run, from int) error {
	return s.explain(s.saveRun(ctx, tenant, bot, run, from), "save a step of run "+run.ID)
}

func (s *Store) saveRun(ctx context.Context, tenant, bot string, run improve.Run, from int) error {
	if from > len(run.Results) {
		return fmt.Errorf("there are %d results, and %d were kept before", len(run.Results), from)
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return err
	}
	body, err := sealRun(key, tenant, run)
	if err != nil {
		return err
	}
	var results []db.InsertResultsParams
	for i, result := range run.Results[from:] {
		row, err := sealResult(key, tenant, run.ID, int64(from+i), result)
		if err != nil {
			return err
		}
		results = append(results, row)
	}
	return s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		moved, err := q.MoveRun(ctx, db.MoveRunParams{
			Tenant: tenant, Bot: bot, ID: run.ID, WasDone: int64(from), State: string(run.State), Done: int64(run.Done), Body: body, MovedAt: orNow(run.Moved),
		})
		if err != nil {
			return fmt.Errorf("move the run: %w", err)
		}
		if moved == 0 {
			return chat.ErrFenced
		}
		if err := executed(ctx, results, q.InsertResults); err != nil {
			return fmt.Errorf("insert results: %w", err)
		}
		if run.State == improve.Running {
			return putTurn(ctx, tx, q, tenant, jobs.Test, run.ID)
		}
		return nil
	})
}

// Run returns a run with its results.
func (s *Store) Run(ctx context.Context, tenant, bot, id string) (improve.Run, error) {
	run, err := s.run(ctx, tenant, bot, id)
	return run, s.explain(err, "read run "+id)
}

func (s *Store) run(ctx context.Context, tenant, bot, id string) (improve.Run, error) {
	row, err := s.reads.RunOfBot(ctx, db.RunOfBotParams{Tenant: tenant, Bot: bot, ID: id})
	if err != nil {
		return improve.Run{}, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return improve.Run{}, err
	}
	run, err := openRun(key, tenant, row)
	if err != nil {
		return improve.Run{}, err
	}
	rows, err := s.reads.ResultsOfRun(ctx, db.ResultsOfRunParams{Tenant: tenant, Run: id})
	if err != nil {
		return improve.Run{}, fmt.Errorf("read results: %w", err)
	}
	for _, row := range rows[:min(len(rows), run.Done)] { // a step may have been saved since the run was read
		result, err := openResult(key, tenant, id, row)
		if err != nil {
			return improve.Run{}, err
		}
		run.Results = append(run.Results, result)
	}
	return run, nil
}

// Runs returns a bot's runs, newest first, without results.
func (s *Store) Runs(ctx context.Context, tenant, bot string, limit int) ([]improve.Run, error) {
	runs, err := s.runs(ctx, tenant, bot, limit)
	return runs, s.explain(err, "list runs of bot "+bot)
}

func (s *Store) runs(ctx context.Context, tenant, bot string, limit int) ([]improve.Run, error) {
	rows, err := s.reads.RunsOfBot(ctx, db.RunsOfBotParams{Tenant: tenant, Bot: bot, Limit: int32(min(max(limit, 1), keptRuns))})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	runs := make([]improve.Run, len(rows))
	for i, row := range rows {
		if runs[i], err = openRun(key, tenant, db.RunOfBotRow(row)); err != nil {
			return nil, err
		}
	}
	return runs, nil
}
