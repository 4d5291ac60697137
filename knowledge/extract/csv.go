package extract

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Names that the columns of a table of questions and answers go by.
var (
	questionNames = []string{
		"question", "questions", "q", "frage", "fragen", "pregunta", "preguntas", "domanda", "domande", "pergunta", "perguntas", "vraag", "vragen", "fråga", "spørgsmål",
		"pytanie", "soru", "вопрос", "питання", "سؤال", "السؤال", "שאלה", "प्रश्न", "質問", "問題", "问题", "질문", "คำถาม",
	}
	answerNames = []string{
		"answer", "answers", "a", "antwort", "antworten", "respuesta", "respuestas", "réponse", "réponses", "reponse", "risposta", "risposte", "resposta", "respostas", "antwoord", "antwoorden", "svar",
		"odpowiedź", "cevap", "yanıt", "ответ", "відповідь", "جواب", "الجواب", "إجابة", "الإجابة", "תשובה", "उत्तर", "回答", "答え", "答案", "답변", "คำตอบ",
	}
)

// maxRows bounds a table: each row is a piece of text.
const maxRows = 300_000

// spreadsheet reads comma-separated values: questions and answers, if the header says
// so or there are two columns of which the first asks; otherwise rows, each cell with its column's name.
func spreadsheet(ctx context.Context, data []byte) (text, error) {
	content := decode(data, "")
	rows, err := records(ctx, content)
	if err != nil {
		return text{}, err
	}
	if len(rows) == 0 {
		return text{}, nil
	}
	var o outline
	question, answer, header := faqColumns(rows)
	if question >= 0 {
		if header {
			rows = rows[1:]
		}
		for _, row := range rows {
			if len(row) > max(question, answer) {
				pair(&o, row[question], row[answer])
			}
			if err := o.check(ctx); err != nil {
				return text{}, err
			}
		}
		return text{blocks: o.finish()}, nil
	}
	names := rows[0]
	if len(rows) == 1 {
		table(&o, rows, false)
	}
	for _, row := range rows[1:] {
		var cells []string
		for i, cell := range row {
			cell = squeeze(cell)
			switch {
			case cell == "":
			case i < len(names) && squeeze(names[i]) != "":
				cells = append(cells, squeeze(names[i])+": "+cell)
			default:
				cells = append(cells, cell)
			}
		}
		o.add(Row, strings.Join(cells, "; "))
		if err := o.check(ctx); err != nil {
			return text{}, err
		}
	}
	return text{blocks: o.finish()}, nil
}

// records parses with the delimiter that the first line has most of.
func records(ctx context.Context, content string) ([][]string, error) {
	first, rest, _ := strings.Cut(strings.TrimLeft(content, "\r\n"), "\n")
	comma := ','
	for _, candidate := range ";\t" {
		if strings.Count(first, string(candidate)) > strings.Count(first, string(comma)) {
			comma = candidate
		}
	}
	if said, is := strings.CutPrefix(strings.TrimRight(first, "\r"), "sep="); is && len(said) == 1 && strings.Contains(",;\t|", said) {
		comma, content = rune(said[0]), rest // as spreadsheet programs tell each other
	}
	rows, err := quoted(ctx, content, comma, false)
	var syntax *csv.ParseError
	if errors.As(err, &syntax) { // a quote where none belongs
		rows, err = quoted(ctx, content, comma, true)
		if errors.Is(err, errRunsAway) {
			return unquoted(ctx, content, comma)
		}
	}
	if errors.As(err, &syntax) {
		return nil, ErrBroken.Because(err)
	}
	return rows, err
}

// errRunsAway ends the reading of rows of which one swallows those after it.
var errRunsAway = errors.New("a quote does not end")

// quoted reads rows whose cells may be in quotes; lazily: with quotes within them, too.
func quoted(ctx context.Context, content string, comma rune, lazily bool) ([][]string, error) {
	reader := csv.NewReader(strings.NewReader(content))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = comma, -1, lazily
	var rows [][]string
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read row: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if lazily && runsAway(row, comma) {
			return nil, errRunsAway
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		if rows = append(rows, row); len(rows) > maxRows {
			return nil, ErrTooMuchText
		}
	}
}

// runsAway tells a row that swallowed those after it: a quote began it that was meant as a character.
func runsAway(row []string, comma rune) bool {
	last := row[len(row)-1]
	lines := strings.Count(last, "\n")
	return lines >= 10 && strings.Count(last, string(comma)) >= lines/2
}

// unquoted reads rows of a line each, in which quotes are characters.
func unquoted(ctx context.Context, content string, comma rune) ([][]string, error) {
	var rows [][]string
	for line := range strings.Lines(content) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		row := strings.Split(strings.TrimRight(line, "\r\n"), string(comma))
		for i, cell := range row {
			if len(cell) >= 2 && cell[0] == '"' && cell[len(cell)-1] == '"' {
				row[i] = strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
			}
		}
		if rows = append(rows, row); len(rows) > maxRows {
			return nil, ErrTooMuchText
		}
	}
	return rows, nil
}

// faqColumns finds the columns of questions and answers; -1: there are none.
func faqColumns(rows [][]string) (question, answer int, header bool) {
	question, answer = -1, -1
	for i, name := range rows[0] {
		name = strings.ToLower(squeeze(name))
		for _, known := range questionNames {
			if name == known && question < 0 {
				question = i
			}
		}
		for _, known := range answerNames {
			if name == known && answer < 0 {
				answer = i
			}
		}
	}
	if question >= 0 && answer >= 0 {
		return question, answer, true
	}
	asks := 0
	for _, row := range rows {
		if len(row) != 2 {
			return -1, -1, false
		}
		if strings.HasSuffix(squeeze(row[0]), "?") || strings.HasSuffix(squeeze(row[0]), "？") {
			asks++
		}
	}
	if asks*2 > len(rows) {
		return 0, 1, false
	}
	return -1, -1, false
}
