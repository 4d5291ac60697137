package main

import (
	"context"
	"os"
	"path/filepath"

	"parley/knowledge/measure"
)

// evalMeasure is something that is measured on a folder of data.
type evalMeasure struct {
	name string
	run  func(ctx context.Context, client *evalClient, data string) (evalResult, error)
}

// evalMeasures are all, with the figures of a plain BM25 (k1 1.2, b 0.75, Porter's stemmer, pairs of characters for
// Chinese) on the same set as references, and our goals for words alone.
func evalMeasures() []evalMeasure {
	return []evalMeasure{
		{"claude-docs", ranking{
			documents: corpusOf("ir/claude-docs"), questions: "ir/claude-docs",
			reference: measure.Figures{NDCG: 0.707, Recall: 0.805, Hit: 0.93}, goal: measure.Figures{NDCG: 0.72},
		}.measure},
		{"code-chunks", ranking{
			documents: corpusOf("ir/code-chunks"), questions: "ir/code-chunks",
			reference: measure.Figures{NDCG: 0.626, Recall: 0.801, Hit: 0.758},
		}.measure},
		{"xquad-en", ranking{
			documents: corpusOf("ir/xquad-en"), questions: "ir/xquad-en",
			reference: measure.Figures{NDCG: 0.965, Recall: 0.993, Hit: 0.987}, goal: measure.Figures{NDCG: 0.965},
		}.measure},
		{"xquad-es", ranking{
			documents: corpusOf("ir/xquad-es"), questions: "ir/xquad-es",
			reference: measure.Figures{NDCG: 0.951, Recall: 0.989, Hit: 0.978}, goal: measure.Figures{NDCG: 0.951},
		}.measure},
		{"xquad-zh", ranking{
			documents: corpusOf("ir/xquad-zh"), questions: "ir/xquad-zh",
			reference: measure.Figures{NDCG: 0.963, Recall: 0.992, Hit: 0.991}, goal: measure.Figures{NDCG: 0.963},
		}.measure},
		{"helpcentre pages", ranking{
			documents: filesOf("helpcentre-plausible/files"), questions: "helpcentre-plausible/pages",
			reference: measure.Figures{NDCG: 0.740, Recall: 0.895, Hit: 0.816}, goal: measure.Figures{NDCG: 0.76, Hit: 0.84},
		}.measure},
		{"helpcentre sections", ranking{
			documents: corpusOf("helpcentre-plausible/sections"), questions: "helpcentre-plausible/sections",
			reference: measure.Figures{NDCG: 0.509, Recall: 0.656, Hit: 0.733}, goal: measure.Figures{Hit: 0.75},
		}.measure},
		{"spans", measureSpans},
		{"abstention", measureAbstention},
	}
}

// evalDocument is uploaded as a file if it has a path, or else as a text.
type evalDocument struct {
	id, path, title, text string
}

func corpusOf(dir string) func(string) ([]evalDocument, error) {
	return func(data string) ([]evalDocument, error) {
		corpus, err := measure.Documents(filepath.Join(data, dir))
		if err != nil {
			return nil, err
		}
		var all []evalDocument
		for _, d := range corpus {
			all = append(all, evalDocument{id: d.ID, title: d.Title, text: d.Text})
		}
		return all, nil
	}
}

// filesOf names each file by its path within the folder.
func filesOf(dir string) func(string) ([]evalDocument, error) {
	return func(data string) (all []evalDocument, err error) {
		root := filepath.Join(data, dir)
		err = filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			id, err := filepath.Rel(root, path)
			all = append(all, evalDocument{id: filepath.ToSlash(id), path: path})
			return err
		})
		return all, err
	}
}
