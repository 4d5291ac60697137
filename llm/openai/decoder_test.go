package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sashabaranov/go-openai"
)

// read is what a stream told, by whoever read it.
type read struct {
	text, model, finish string
	input, output       int64
}

func byUs(t testing.TB, stream []byte) read {
	t.Helper()
	var text strings.Builder
	end, err := readStream(bytes.NewReader(stream), func() {}, func(piece string) error {
		text.WriteString(piece)
		return nil
	})
	if err != nil {
		t.Fatalf("our loop: %v", err)
	}
	return read{text.String(), end.model, end.finish, end.usage.input, end.usage.output}
}

func byGoOpenAI(t testing.TB, stream []byte) read {
	t.Helper()
	config := openai.DefaultConfig("")
	config.EmptyMessagesLimit = 10000
	config.HTTPClient = recorded(stream)
	completion, err := openai.NewClientWithConfig(config).CreateChatCompletionStream(t.Context(), openai.ChatCompletionRequest{})
	if err != nil {
		t.Fatal(err)
	}
	defer completion.Close()
	var r read
	for {
		event, err := completion.Recv()
		if errors.Is(err, io.EOF) {
			return r
		}
		if err != nil {
			t.Fatalf("go-openai: %v", err)
		}
		if r.model == "" {
			r.model = event.Model
		}
		if event.Usage != nil {
			r.input, r.output = int64(event.Usage.PromptTokens), int64(event.Usage.CompletionTokens)
		}
		if len(event.Choices) > 0 {
			r.text += event.Choices[0].Delta.Content
			if finish := string(event.Choices[0].FinishReason); finish != "" && r.finish == "" {
				r.finish = finish
			}
		}
	}
}

// recorded answers every request with the same stream.
type recorded []byte

func (r recorded) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(r))}, nil
}

func TestOurLoopReadsWhatGoOpenAIReads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/streams/*.sse")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded streams: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			stream, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			ours, theirs := byUs(t, stream), byGoOpenAI(t, stream)
			if ours != theirs {
				t.Errorf("we read   %+v\nthey read %+v", ours, theirs)
			}
			if theirs.text == "" || theirs.finish == "" {
				t.Errorf("the stream proves nothing: %+v", theirs)
			}
		})
	}
}

// FuzzChunk holds our walk through an event to encoding/json wherever that accepts it.
func FuzzChunk(f *testing.F) {
	files, err := filepath.Glob("testdata/streams/*.sse")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		stream, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(stream) {
			if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
				f.Add(bytes.TrimSpace(data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var ours chunk
		err := ours.parse(data)
		var theirs openai.ChatCompletionStreamResponse
		if json.Unmarshal(data, &theirs) != nil || !utf8.Valid(data) || bytes.Contains(data, []byte(`\u`)) || !plainKeys(data) {
			return
		}
		if err != nil {
			t.Fatalf("we refuse %q: %v", data, err)
		}
		var text string
		if len(theirs.Choices) > 0 {
			text = theirs.Choices[0].Delta.Content
		}
		if string(ours.text) != text {
			t.Errorf("we read %q, encoding/json %q of %q", ours.text, text, data)
		}
	})
}

// plainKeys tells whether the keys that matter stand in data in lower case and once:
// encoding/json folds case and merges what is doubled, which no server relies on.
func plainKeys(data []byte) bool {
	lower := bytes.ToLower(data)
	for _, key := range []string{`choices`, `delta`, `content"`} {
		if bytes.Count(lower, []byte(key)) > 1 || bytes.Count(lower, []byte(key)) != bytes.Count(data, []byte(key)) {
			return false
		}
	}
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte("{"))
}

func TestCharactersThatServersBreakApartAreJoined(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		pieces []string // JSON strings, as in delta.content
		want   string
	}{
		"bytes of one character":             {[]string{"a\xf0", "\x9f\x9a", "\x80b"}, "a🚀b"},
		"halves of a surrogate pair":         {[]string{`a\ud83d`, `\ude80b`}, "a🚀b"},
		"halves of a pair and bytes of both": {[]string{`\ud83d\ude80\ud83d`, `\ude80`, "\xe6", "\x9d\xb1"}, "🚀🚀東"},
		"a byte that belongs to nothing":     {[]string{"a\xffb"}, "a\uFFFDb"},
		"half a pair that stays alone":       {[]string{`a\ud83d`, `b`}, "a\uFFFDb"},
		"two first halves":                   {[]string{`\ud83d`, `\ud83d`, `\ude80`}, "\uFFFD🚀"},
		"a second half alone":                {[]string{`\ude80x`}, "\uFFFDx"},
		"an end within a character":          {[]string{"a", "\xe6\x9d"}, "a\uFFFD\uFFFD"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stream strings.Builder
			for _, piece := range c.pieces {
				stream.WriteString(`data: {"choices":[{"delta":{"content":"` + piece + `"}}]}` + "\n\n")
			}
			stream.WriteString("data: [DONE]\n\n")
			if got := byUs(t, []byte(stream.String())).text; got != c.want {
				t.Errorf("text = %q, want %q", got, c.want)
			}
		})
	}
}

func BenchmarkReadingAStream(b *testing.B) {
	event := `data: {"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini","system_fingerprint":"fp_x","choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n"
	const events = 1000
	stream := []byte(strings.Repeat(event, events) + "data: [DONE]\n\n")
	for name, readBy := range map[string]func(testing.TB, []byte) read{"ours": byUs, "go-openai": byGoOpenAI} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				readBy(b, stream)
			}
			b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
