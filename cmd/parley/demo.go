package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"parley/account"
	"parley/chat"
	"parley/docs"
	"parley/knowledge"
)

// demo is the business that `serve --demo` makes at first start: its bot has
// read this project's documentation. How to sign in is kept in the data folder.
type demo struct {
	Email    string            `json:"email"`
	Password string            `json:"password"`
	Tenant   string            `json:"tenant"`
	Bot      string            `json:"bot"`
	Sources  map[string]string `json:"sources"` // page → source
	Read     map[string]string `json:"read"`    // page → hash of what was read
}

const demoEmail = "owner@demo.example"

// makeDemo makes the demo, or brings its bot's knowledge up to date with the documentation.
func (p *platform) makeDemo(ctx context.Context) (*demo, error) {
	path := filepath.Join(p.config.Data, "demo.json")
	d, err := loadDemo(path)
	if errors.Is(err, fs.ErrNotExist) {
		if d, err = p.registerDemo(ctx); err == nil {
			err = d.save(path)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, page := range docs.Pages() {
		hash := sha256.Sum256(page.Markdown)
		version := hex.EncodeToString(hash[:8])
		if d.Read[page.Name] == version {
			continue
		}
		if old, ok := d.Sources[page.Name]; ok {
			if err := p.store.DeleteSource(ctx, d.Tenant, d.Bot, old); err != nil && !errors.Is(err, chat.ErrNotFound) {
				return nil, err
			}
		}
		source, err := p.reader.Receive(ctx, knowledge.Source{
			Tenant: d.Tenant, Bot: d.Bot, Kind: knowledge.KindFile, Title: page.Name,
			URL: p.config.Public() + "/docs/" + page.Name,
		}, bytes.NewReader(page.Markdown))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", page.Name, err)
		}
		d.Sources[page.Name], d.Read[page.Name] = source.ID, version
		if err := d.save(path); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (p *platform) registerDemo(ctx context.Context) (*demo, error) {
	var secret [12]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, fmt.Errorf("make a password: %w", err)
	}
	password := base64.RawURLEncoding.EncodeToString(secret[:])
	tokens, err := p.accounts.Register(ctx, account.Registration{Email: demoEmail, Password: password, Company: "Parley demo"})
	if err != nil {
		return nil, fmt.Errorf("register %s: %w", demoEmail, err)
	}
	if err := p.store.MakeOperator(ctx, tokens.Identity.User, time.Now()); err != nil {
		return nil, fmt.Errorf("make %s an operator: %w", demoEmail, err)
	}
	bot := chat.Bot{
		ID: chat.NewID(chat.BotPrefix), Tenant: tokens.Identity.Tenant, Name: "Parley guide",
		Settings: chat.Settings{Greeting: "Hi! Ask me anything about Parley.", HandOff: true},
		Appearance: chat.Appearance{Accent: "#3455db", Theme: "auto", Position: "right", Starters: []string{
			"What can I upload?", "How do I put the chat on my website?", "How is my data kept safe?",
		}},
	}
	if err := p.store.CreateBot(ctx, bot); err != nil {
		return nil, fmt.Errorf("make the demo bot: %w", err)
	}
	return &demo{
		Email: demoEmail, Password: password, Tenant: bot.Tenant, Bot: bot.ID,
		Sources: map[string]string{}, Read: map[string]string{},
	}, nil
}

func loadDemo(path string) (*demo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the demo's state: %w", err)
	}
	d := &demo{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("read the demo's state in %s: %w", path, err)
	}
	return d, nil
}

func (d *demo) save(path string) error {
	text, err := json.MarshalIndent(d, "", "  ") //nolint:gosec // the password is the demo's, and the file its owner's alone
	if err != nil {
		return err
	}
	draft := path + ".new"
	if err := errors.Join(os.WriteFile(draft, append(text, '\n'), 0o600), os.Rename(draft, path)); err != nil {
		return fmt.Errorf("keep the demo's state: %w", err)
	}
	return nil
}

// announce prints where to go.
func (d *demo) announce(w io.Writer, url string) {
	fmt.Fprintf(w, `
  Dashboard   %s/
  Demo page   %s/demo
  Sign in     %s  password %s

`, url, url, d.Email, d.Password)
}
