package knowledge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"parley/chat"
	"parley/knowledge/extract"
)

// maxPairs bounds questions and answers that are edited together, in bytes as they are kept.
const maxPairs = 8 << 20

var (
	errNoFAQ = chat.Fail(chat.Invalid, "source_kind",
		"This source has no questions and answers to edit. Edit the document that it was made from, and add it again.")
	errNoColumns = chat.Fail(chat.Invalid, "faq_columns",
		"No questions and answers were found in this file. It should be a CSV with the columns question and answer, or JSON like [{\"question\": \"…\", \"answer\": \"…\"}].")
	errManyPairs = chat.Fail(chat.TooLarge, "faq_too_large", "These are too many questions and answers (8 MB at most). Split them into several lists.")
)

// Pairs returns an FAQ source with its questions and answers.
func (r *Reader) Pairs(ctx context.Context, tenant, bot, id string) (Source, []Pair, error) {
	source, err := r.store.Source(ctx, tenant, bot, id)
	if err != nil {
		return Source{}, nil, err
	}
	if source.Kind != KindFAQ {
		return Source{}, nil, errNoFAQ
	}
	original, err := r.load(ctx, source)
	if err != nil {
		return Source{}, nil, fmt.Errorf("load questions and answers of %s: %w", id, err)
	}
	var pairs []Pair
	if err := json.Unmarshal(original, &pairs); err != nil {
		return Source{}, nil, fmt.Errorf("read questions and answers of %s: %w", id, err)
	}
	return source, pairs, nil
}

// ReplacePairs replaces the questions and answers of a source, which is as Pairs returned it; what was read of it is replaced with them, so that they
// are found when it returns. If the source has changed since, chat.ErrFenced.
func (r *Reader) ReplacePairs(ctx context.Context, source Source, pairs []Pair) (Source, error) {
	if source.Kind != KindFAQ {
		return Source{}, errNoFAQ
	}
	original, err := format(pairs)
	if err != nil {
		return Source{}, err
	}
	next, was := source, source.UpdatedAt
	next.Pages, next.PagesRead, next.Passages, next.Note, next.Language, next.Error = 0, 0, 0, "", "", ""
	next.Size, next.State = int64(len(original)), Reading
	var passages []Passage
	for next.State == Reading { // each turn is one step of the job that it would be
		step, more, err := r.step(ctx, next, original, Unbounded)
		if err != nil {
			return Source{}, fmt.Errorf("read questions and answers: %w", err)
		}
		next, passages = step, append(passages, more...)
	}
	room, err := r.room(ctx, source.Tenant)
	if err != nil {
		return Source{}, err
	}
	_, before, err := r.sites.SourcePassages(ctx, source.Tenant, source.ID)
	if err != nil {
		return Source{}, fmt.Errorf("load what was read before: %w", err)
	}
	sameIDs(before, passages)
	next.UpdatedAt = time.Now().UTC()
	next.ChangedAt = next.UpdatedAt
	if err := r.sites.Replace(ctx, Replacement{Source: next, Was: was, Passages: passages, Original: original, Limits: room.Of}); err != nil {
		return Source{}, fmt.Errorf("replace questions and answers of %s: %w", source.ID, err)
	}
	return r.store.Source(ctx, source.Tenant, source.Bot, source.ID)
}

// ReceivePairs queues questions and answers from a file: CSV with the columns question and answer, or JSON. source needs Tenant and Bot; its Title is the
// file's name.
func (r *Reader) ReceivePairs(ctx context.Context, source Source, file io.Reader) (Source, error) {
	data, err := io.ReadAll(io.LimitReader(file, maxPairs+1))
	switch {
	case err != nil:
		return Source{}, fmt.Errorf("receive questions and answers: %w", err)
	case len(data) > maxPairs:
		return Source{}, errManyPairs
	case len(bytes.TrimSpace(data)) == 0:
		return Source{}, errFileEmpty
	}
	pairs, err := r.pairsOf(ctx, data)
	if err != nil {
		return Source{}, err
	}
	source.Title = strings.TrimSuffix(source.Title, path.Ext(source.Title))
	return r.ReceiveFAQ(ctx, source, pairs)
}

// pairsOf finds the questions and answers in a file.
func (r *Reader) pairsOf(ctx context.Context, data []byte) ([]Pair, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if bytes.HasPrefix(text, []byte("[")) || bytes.HasPrefix(text, []byte("{")) {
		return pairsOfJSON(text)
	}
	if media, err := extract.Detect(data, "pairs.csv"); err != nil || media != extract.CSV {
		return nil, errNoColumns
	}
	document, err := r.extractor.Open(ctx, extract.CSV, data)
	if err != nil {
		return nil, err
	}
	defer document.Close()
	var pairs []Pair
	for at := 0; at < document.Pages(); {
		blocks, next, err := document.Read(ctx, at)
		if err != nil {
			return nil, err
		}
		for i, b := range blocks {
			switch {
			case b.Kind != extract.Answer:
			case len(b.Headings) > 0:
				pairs = append(pairs, Pair{Question: b.Headings[len(b.Headings)-1], Answer: b.Text})
			case i > 0 && blocks[i-1].Kind == extract.Paragraph: // a question that is too long for a heading
				pairs = append(pairs, Pair{Question: blocks[i-1].Text, Answer: b.Text})
			}
		}
		at = next
	}
	if len(pairs) == 0 {
		return nil, errNoColumns
	}
	return pairs, nil
}

// pairsOfJSON reads a list of pairs, or one that is called faq, pairs or items.
func pairsOfJSON(data []byte) ([]Pair, error) {
	var pairs []Pair
	if data[0] == '{' {
		var named struct{ FAQ, Pairs, Items []Pair }
		if err := json.Unmarshal(data, &named); err != nil {
			return nil, errNoColumns.Because(err)
		}
		pairs = append(append(named.FAQ, named.Pairs...), named.Items...)
	} else if err := json.Unmarshal(data, &pairs); err != nil {
		return nil, errNoColumns.Because(err)
	}
	for _, p := range pairs {
		if strings.TrimSpace(p.Question) != "" && strings.TrimSpace(p.Answer) != "" {
			return pairs, nil
		}
	}
	return nil, errNoColumns
}

// format is how pairs are kept. Those that lack one of both are left out.
func format(pairs []Pair) ([]byte, error) {
	var whole []Pair
	for _, p := range pairs {
		if strings.TrimSpace(p.Question) != "" && strings.TrimSpace(p.Answer) != "" {
			whole = append(whole, p)
		}
	}
	if len(whole) == 0 {
		return nil, errNoPairs
	}
	original, err := extract.FormatFAQ(whole)
	if err != nil {
		return nil, err
	}
	if len(original) > maxPairs {
		return nil, errManyPairs
	}
	return original, nil
}
