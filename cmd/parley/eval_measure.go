package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"parley/knowledge"
	"parley/knowledge/measure"
)

// evalPassages is how many passages are asked for: enough to hold ten documents.
const evalPassages = 100

// ranking measures how high the documents that answer a question stand in what a search returns.
type ranking struct {
	documents       func(data string) ([]evalDocument, error)
	questions       string // folder below the data
	reference, goal measure.Figures
}

func (r ranking) measure(ctx context.Context, client *evalClient, data string) (evalResult, error) {
	documents, err := r.documents(data)
	if err != nil {
		return evalResult{}, err
	}
	questions, judged, err := measure.Questions(filepath.Join(data, r.questions))
	if err != nil {
		return evalResult{}, err
	}
	bot, names, reading, err := client.know(ctx, r.questions, documents)
	if err != nil {
		return evalResult{}, err
	}
	var figures []measure.Figures
	var times []time.Duration
	for _, q := range questions {
		asked := time.Now()
		found, err := client.search(ctx, bot, q.Text, evalPassages)
		if err != nil {
			return evalResult{}, fmt.Errorf("search %s: %w", q.ID, err)
		}
		times = append(times, time.Since(asked))
		var ids []string
		for _, p := range found {
			ids = append(ids, names[p.Source])
		}
		figures = append(figures, measure.Score(measure.First(ids), judged[q.ID]))
	}
	mean := measure.Mean(figures)
	return evalResult{
		Documents: len(documents), Questions: len(questions), Reading: reading.Seconds(), Search: measure.Median(times).Seconds() * 1000,
		Figures: []evalFigure{
			{Name: "nDCG@10", Value: mean.NDCG, Reference: r.reference.NDCG, AtLeast: r.goal.NDCG},
			{Name: "Recall@10", Value: mean.Recall, Reference: r.reference.Recall},
			{Name: "hit@5", Value: mean.Hit, Reference: r.reference.Hit, AtLeast: r.goal.Hit},
		},
	}, nil
}

// evalSpans is how many passages stand for an answer's evidence.
const evalSpans = 5

// spansRecall is the goal for the share of the evidence in the first passages.
const spansRecall = 0.90

// spansReferences are what a plain BM25 over pieces of even size (in characters) finds of the evidence, and how precisely.
var spansReferences = []struct{ size, recall, precision float64 }{{400, 0.703, 0.098}, {800, 0.863, 0.061}, {1200, 0.917, 0.043}}

// spansReference is what pieces of that size would give. Between the sizes that were measured, recall and what of the pieces is
// evidence, in characters, lie on a line; precision, which is that by their size, does not.
func spansReference(size float64) (recall, precision float64) {
	for i := 1; i < len(spansReferences); i++ {
		a, b := spansReferences[i-1], spansReferences[i]
		if size <= b.size || i == len(spansReferences)-1 {
			at := (size - a.size) / (b.size - a.size)
			evidence := a.precision*a.size + at*(b.precision*b.size-a.precision*a.size)
			return a.recall + at*(b.recall-a.recall), evidence / size
		}
	}
	return 0, 0
}

// measureSpans tells how much of the evidence for a question is in the first passages, and how much beside it.
func measureSpans(ctx context.Context, client *evalClient, data string) (evalResult, error) {
	documents, err := filesOf("spans/documents")(data)
	if err != nil {
		return evalResult{}, err
	}
	questions, err := measure.Evidence(filepath.Join(data, "spans"))
	if err != nil {
		return evalResult{}, err
	}
	bot, _, reading, err := client.know(ctx, "spans", documents)
	if err != nil {
		return evalResult{}, err
	}
	recalled, precise, size, passages := 0.0, 0.0, 0, 0
	var times []time.Duration
	for _, q := range questions {
		asked := time.Now()
		found, err := client.search(ctx, bot, q.Text, evalSpans)
		if err != nil {
			return evalResult{}, fmt.Errorf("search %s: %w", q.ID, err)
		}
		times = append(times, time.Since(asked))
		var texts []string
		for _, p := range found {
			texts = append(texts, p.Text)
			size += utf8.RuneCountInString(p.Text)
		}
		passages += len(found)
		recall, precision := q.Held(texts)
		recalled, precise = recalled+recall, precise+precision
	}
	n := float64(max(len(questions), 1))
	each := float64(size) / float64(max(passages, 1))
	recall, precision := spansReference(each)
	return evalResult{
		Documents: len(documents), Questions: len(questions), Reading: reading.Seconds(), Search: measure.Median(times).Seconds() * 1000,
		Figures: []evalFigure{
			{Name: "recall of evidence", Value: recalled / n, Reference: recall, AtLeast: spansRecall},
			{Name: "its precision", Value: precise / n, Reference: precision, AtLeast: precision},
			{Name: "characters each", Value: each},
		},
	}, nil
}

// Goals of abstention: the shares of questions about anything else that are answered all the same, and of questions of the help centre's own that are not.
const (
	answeredWrongly = 0.05
	refusedWrongly  = 0.10
)

// evalThreshold tells where the threshold of a bot is from whose owner has set none.
var evalThreshold = fmt.Sprintf("an answer with a citation is one given with confidence, which takes %.2f, the default of a bot: chosen so that some "+
	"0.05 of questions about anything else reach it in a help centre and in a product's documentation (knowledge.DefaultThreshold)", knowledge.DefaultThreshold)

// evalAskers is how many questions are asked at the same time: an answer waits for what it is kept in.
const evalAskers = 16

// measureAbstention asks a bot that knows a help centre what others asked assistants of all kinds, and its own questions. What is
// answered with a citation was answered with confidence.
func measureAbstention(ctx context.Context, client *evalClient, data string) (evalResult, error) {
	strangers, err := measure.OutOfScope(filepath.Join(data, "intents", "clinc150.jsonl"))
	if err != nil {
		return evalResult{}, err
	}
	own, _, err := measure.Questions(filepath.Join(data, "helpcentre-plausible", "pages"))
	if err != nil {
		return evalResult{}, err
	}
	documents, err := filesOf("helpcentre-plausible/files")(data)
	if err != nil {
		return evalResult{}, err
	}
	bot, _, reading, err := client.know(ctx, "abstention", documents)
	if err != nil {
		return evalResult{}, err
	}
	answered := func(questions []string) (share float64, err error) {
		var work errgroup.Group
		work.SetLimit(evalAskers)
		var yes atomic.Int64
		for _, q := range questions {
			work.Go(func() error {
				answered, err := client.answered(ctx, bot, q)
				if answered {
					yes.Add(1)
				}
				return err
			})
		}
		if err := work.Wait(); err != nil {
			return 0, fmt.Errorf("ask: %w", err)
		}
		return float64(yes.Load()) / float64(max(len(questions), 1)), nil
	}
	wrongly, err := answered(strangers)
	if err != nil {
		return evalResult{}, err
	}
	texts := make([]string, len(own))
	for i, q := range own {
		texts[i] = q.Text
	}
	rightly, err := answered(texts)
	if err != nil {
		return evalResult{}, err
	}
	return evalResult{
		Documents: len(documents), Questions: len(strangers) + len(own), Reading: reading.Seconds(), Note: evalThreshold,
		Figures: []evalFigure{
			{Name: "others' answered", Value: wrongly, AtMost: answeredWrongly},
			{Name: "own refused", Value: 1 - rightly, AtMost: refusedWrongly},
		},
	}, nil
}
