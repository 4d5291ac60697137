package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

func (s *server) routeTests() {
	route(s, huma.Operation{
		OperationID: "listTests", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/tests", Tags: []string{improveTag},
		Summary: "The questions that a bot is tested with, oldest first",
	}, s.listTests)
	route(s, huma.Operation{
		OperationID: "createTest", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/tests", Tags: []string{improveTag},
		Summary: "Add a test question", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "500 at most. At least one of `source`, `phrase` and `nothing` says what is expected.",
	}, s.createTest)
	route(s, huma.Operation{
		OperationID: "importTests", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/tests/import", Tags: []string{improveTag},
		Summary: "Add test questions from comma-separated values", DefaultStatus: http.StatusCreated, MaxBodyBytes: importBody,
		Description: "Columns: question, source, phrase, nothing (yes or no); a header may name them in another order. A source is named by its id, title or address. " +
			"All are added or, if a line is not good, none. A question that is there already is changed.",
	}, s.importTests)
	route(s, huma.Operation{
		OperationID: "putTest", Method: http.MethodPut, Path: "/api/v1/bots/{bot}/tests/{test}", Tags: []string{improveTag},
		Summary: "Change a test question", MaxBodyBytes: smallBody,
	}, s.putTest)
	route(s, huma.Operation{
		OperationID: "deleteTest", Method: http.MethodDelete, Path: "/api/v1/bots/{bot}/tests/{test}", Tags: []string{improveTag},
		Summary: "Delete a test question", DefaultStatus: http.StatusNoContent,
	}, s.deleteTest)
}

// importBody holds as many questions as a bot can have.
const importBody = 2 << 20

// TestPath is the test question of a request.
type TestPath struct {
	BotPath
	Test string `path:"test" example:"tst_06f1w3k8q0000000000000000z"`
}

// TestWish is a question with what is expected.
type TestWish struct {
	Text    string `json:"text" doc:"The question, 2,000 characters at most."`
	Source  string `json:"source,omitempty" doc:"That must be among the citations."`
	Part    string `json:"part,omitempty" doc:"The page that must be among them, where the source is a site."`
	Phrase  string `json:"phrase,omitempty" doc:"That must stand in the answer; case and spaces do not matter."`
	Nothing bool   `json:"nothing,omitempty" doc:"The bot must say that it does not know."`
}

type testQuestion struct {
	ID string `json:"id"`
	TestWish
	At time.Time `json:"at"`
}

func testQuestionOf(q improve.Question) testQuestion {
	return testQuestion{ID: q.ID, TestWish: TestWish{q.Text, q.Source, q.Part, q.Phrase, q.Nothing}, At: q.At}
}

func testQuestionsOf(questions []improve.Question) []testQuestion {
	items := make([]testQuestion, len(questions))
	for i, q := range questions {
		items[i] = testQuestionOf(q)
	}
	return items
}

type testOutput struct{ Body testQuestion }

func (s *server) listTests(ctx context.Context, who account.Identity, in *BotPath) (*struct{ Body page[testQuestion] }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	questions, err := s.Tests.Questions(ctx, who.Tenant, in.Bot)
	if err != nil {
		return nil, err
	}
	return &struct{ Body page[testQuestion] }{page[testQuestion]{Items: testQuestionsOf(questions)}}, nil
}

type createTestInput struct {
	BotPath
	Body TestWish
}

func (s *server) createTest(ctx context.Context, who account.Identity, in *createTestInput) (*testOutput, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	return s.keepTest(ctx, who, in.Bot, improve.Question{ID: chat.NewID(chat.TestPrefix), At: time.Now().UTC()}, in.Body)
}

type putTestInput struct {
	TestPath
	Body TestWish
}

func (s *server) putTest(ctx context.Context, who account.Identity, in *putTestInput) (*testOutput, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	questions, err := s.Tests.Questions(ctx, who.Tenant, in.Bot)
	if err != nil {
		return nil, err
	}
	// Storage would add a question of this id: only the platform makes ids.
	at := slices.IndexFunc(questions, func(q improve.Question) bool { return q.ID == in.Test })
	if at < 0 {
		return nil, chat.ErrNotFound
	}
	return s.keepTest(ctx, who, in.Bot, improve.Question{ID: in.Test, At: questions[at].At}, in.Body)
}

func (s *server) keepTest(ctx context.Context, who account.Identity, bot string, q improve.Question, wish TestWish) (*testOutput, error) {
	q.Text, q.Source, q.Part, q.Phrase, q.Nothing = wish.Text, wish.Source, wish.Part, wish.Phrase, wish.Nothing
	q, err := q.Clean()
	if err != nil {
		return nil, err
	}
	if q.Source != "" {
		if _, err := s.expected(ctx, who, bot, q.Source, errTestSource); err != nil {
			return nil, err
		}
	}
	if q.Part != "" {
		part, err := s.expected(ctx, who, bot, q.Part, errTestPart)
		if err != nil {
			return nil, err
		}
		if part.Parent != q.Source {
			return nil, errTestPart
		}
	}
	if err := s.Tests.SaveQuestion(ctx, who.Tenant, bot, q); err != nil {
		return nil, err
	}
	return &testOutput{testQuestionOf(q)}, nil
}

// expected returns a source that a test names, or refusal if it is none of the bot's.
func (s *server) expected(ctx context.Context, who account.Identity, bot, id string, refusal error) (knowledge.Source, error) {
	if known(chat.SourcePrefix, id) != nil {
		return knowledge.Source{}, refusal
	}
	found, err := s.Sources.Source(ctx, who.Tenant, bot, id)
	if err != nil && chat.AsError(err).Kind == chat.NotFound {
		return found, refusal
	}
	return found, err
}

var (
	errTestSource = invalid("source", "must be a source of this bot")
	errTestPart   = invalid("part", "must be a page of the site that is the source")
)

func (s *server) deleteTest(ctx context.Context, who account.Identity, in *TestPath) (*struct{}, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	if err := known(chat.TestPrefix, in.Test); err != nil {
		return nil, err
	}
	return nil, s.Tests.DeleteQuestion(ctx, who.Tenant, in.Bot, in.Test)
}

type importTestsInput struct {
	BotPath
	RawBody []byte `contentType:"text/csv"`
}

type importedTests struct {
	Added   int            `json:"added"`
	Changed int            `json:"changed"`
	Items   []testQuestion `json:"items" doc:"All test questions of the bot."`
}

func (s *server) importTests(ctx context.Context, who account.Identity, in *importTestsInput) (*struct{ Body importedTests }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	if err := s.limits.uploads.count(ctx, who); err != nil {
		return nil, err
	}
	sources, err := s.allSources(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	read, err := improve.ReadQuestions(string(in.RawBody), sources)
	if err != nil {
		return nil, err
	}
	questions, err := s.Tests.Questions(ctx, who.Tenant, in.Bot)
	if err != nil {
		return nil, err
	}
	merged := improve.Merge(questions, read)
	if len(merged.All) > improve.MaxQuestions {
		return nil, improve.ErrTooManyQuestions
	}
	for _, q := range merged.Save {
		if err := s.Tests.SaveQuestion(ctx, who.Tenant, in.Bot, q); err != nil {
			return nil, err
		}
	}
	added := len(merged.All) - len(questions)
	return &struct{ Body importedTests }{importedTests{added, len(merged.Save) - added, testQuestionsOf(merged.All)}}, nil
}

// allSources lists what a bot was given, all pages of the list.
func (s *server) allSources(ctx context.Context, who account.Identity, bot string) (all []knowledge.Source, err error) {
	for cursor := ""; ; {
		var found []knowledge.Source
		if found, cursor, err = s.Sources.Sources(ctx, who.Tenant, bot, cursor, 200); err != nil {
			return nil, err
		}
		if all = append(all, found...); cursor == "" {
			return all, nil
		}
	}
}
