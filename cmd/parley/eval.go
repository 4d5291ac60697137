package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"
)

// EvalCmd measures retrieval as a client sees it: it uploads documents and
// asks questions over the public API, and nothing else.
type EvalCmd struct {
	Data string `arg:"" help:"Folder of retrieval sets, with ir/, helpcentre-plausible/, spans/ and intents/." type:"existingdir"`
	URL  string `help:"A running server. Without it, one is started for the occasion." placeholder:"http://127.0.0.1:8080"`

	EmbeddingModel string `help:"Name of an embedding model for the server that is started: what is measured is words and vectors together. A server that runs already has its own." placeholder:"NAME"`
	EmbeddingURL   string `name:"embedding-url" help:"Where that model is, up to and with /v1." placeholder:"URL"`
	EmbeddingKey   string `name:"embedding-key" env:"PARLEY_EMBEDDING_KEY" help:"Key for it."`
}

// Run measures all sets and prints a table and a line of JSON for each.
func (c *EvalCmd) Run(ctx context.Context) error {
	url := strings.TrimRight(c.URL, "/")
	if url == "" {
		started, stop, err := serveForNow(ctx, Config{EmbeddingModel: c.EmbeddingModel, EmbeddingURL: c.EmbeddingURL, EmbeddingKey: c.EmbeddingKey})
		if err != nil {
			return fmt.Errorf("start a server: %w", err)
		}
		defer stop()
		url = started
	}
	client := &evalClient{url: url, http: &http.Client{Timeout: time.Minute}, embeds: c.EmbeddingModel != ""}
	return evaluate(ctx, client, c.Data, evalMeasures(), os.Stdout)
}

// serveForNow starts the platform with this configuration on a free port with an empty folder, whatever
// the environment says, and returns how to stop it.
func serveForNow(ctx context.Context, config Config) (url string, stop func(), err error) {
	folder, err := os.MkdirTemp("", "parley-eval-")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan string, 1), make(chan error, 1)
	config.Addr, config.Data, config.Limits, config.LimitUpload = "127.0.0.1:0", folder, "off", 50<<20
	command := &ServeCmd{
		Config:  config,
		logger:  slog.New(slog.DiscardHandler),
		onReady: func(url string) { ready <- url },
	}
	go func() { ended <- command.Run(ctx) }()
	remove := func() {
		cancel()
		_ = os.RemoveAll(folder)
	}
	select {
	case url := <-ready:
		return url, func() {
			cancel()
			if err := <-ended; err != nil {
				fmt.Fprintln(os.Stderr, "the server that was measured ended badly:", err)
			}
			remove()
		}, nil
	case err := <-ended:
		remove()
		return "", nil, err
	}
}

// evaluate measures one after the other and prints what it found.
func evaluate(ctx context.Context, client *evalClient, data string, measures []evalMeasure, out io.Writer) error {
	if err := client.register(ctx); err != nil {
		return err
	}
	var results []evalResult
	for _, one := range measures {
		result, err := one.run(ctx, client, data)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(out, "%s: not in this folder\n", one.name)
			continue
		}
		if err != nil {
			return fmt.Errorf("measure %s: %w", one.name, err)
		}
		result.Set = one.name
		if client.embeds { // at least so much is the goal of words alone
			for i := range result.Figures {
				result.Figures[i].AtLeast = 0
			}
		}
		results = append(results, result)
	}
	return printResults(out, results)
}
