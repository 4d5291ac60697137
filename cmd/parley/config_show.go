package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// ConfigCmd is `parley config`.
type ConfigCmd struct {
	Config
	Markdown bool `help:"Print the reference page, docs/configuration.md, instead."`
}

// Validate lets the command show a configuration that is not valid.
func (c *ConfigCmd) Validate() error { return nil }

// Run prints each setting with its variable, default and value; secrets are
// masked. It fails when the configuration is not valid, and says why.
func (c *ConfigCmd) Run(k *kong.Kong) error {
	if c.Markdown {
		return writeReference(k.Stdout)
	}
	if err := writeSettings(k.Stdout, &c.Config); err != nil {
		return err
	}
	return c.Config.Validate()
}

// setting is one field of Config as people see it.
type setting struct {
	Group, Flag, Variable, Default, Help string
	Value                                string // masked
}

// settings lists the fields in their order. Their values are those of c.
func settings(c *Config) ([]setting, error) {
	k, err := kong.New(c)
	if err != nil {
		return nil, fmt.Errorf("read the configuration's own structure: %w", err)
	}
	var all []setting
	for _, flag := range k.Model.Flags {
		if len(flag.Envs) == 0 {
			continue // --help
		}
		s := setting{
			Group: flag.Group.Title, Flag: "--" + flag.Name, Variable: flag.Envs[0],
			Default: flag.Default, Help: flag.Help, Value: fmt.Sprint(flag.Target.Interface()),
		}
		if flag.Tag.Has("secret") {
			s.Value = mask(s.Value, flag.Tag.Get("secret"))
		}
		all = append(all, s)
	}
	return all, nil
}

// mask hides a secret; of an address it hides the password and what follows the path.
func mask(value, kind string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if kind != "url" || err != nil || u.Host == "" {
		return "(set)"
	}
	u.RawQuery, u.Fragment = "", "" // a driver may take a password there too
	return u.Redacted()
}

func writeSettings(w io.Writer, c *Config) error {
	all, err := settings(c)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FLAG\tVARIABLE\tDEFAULT\tVALUE")
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Flag, s.Variable, orDash(s.Default), orDash(s.Value))
	}
	return table.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

const referenceHead = `# Configuration

<!-- Made from cmd/parley/config.go by "make generate". -->

Parley runs with nothing set: it listens on 127.0.0.1:8080, keeps its data in ` + "`./data`" + ` with SQLite, uses a
Redis inside its process, answers with the best sentences of your documents, and does not bill anybody.
Each setting is a flag of ` + "`parley serve`" + ` and an environment variable; the flag wins. ` + "`parley config`" + ` prints what
is in force, with secrets masked, and says what is wrong with it.
`

const referenceTail = `
## What must I set behind a proxy?

` + "`PARLEY_PUBLIC_URL`" + ` to the address that browsers use, and ` + "`PARLEY_TRUSTED_PROXIES`" + ` to where the proxy connects from, such as
` + "`127.0.0.1`" + `. Without the second, all visitors count as one address, and share the limits of one.

## How do I use Postgres and Redis?

Set ` + "`DATABASE_URL`" + ` and ` + "`REDIS_URL`" + `. Tables are made and brought up to date at start. Redis holds nothing that
may not be lost: without it each node counts limits for itself until it is back.

## How do I connect a language model?

Set ` + "`OPENAI_API_KEY`" + ` for OpenAI, or ` + "`OPENAI_BASE_URL`" + ` for any server that speaks its protocol, and name the model in
` + "`PARLEY_MODEL`" + `. A bot can ask for another model of the same server in its settings.

## How are passages found by what they mean?

Name an embedding model in ` + "`PARLEY_EMBEDDING_MODEL`" + `, at the same server or at ` + "`PARLEY_EMBEDDING_URL`" + ` with ` + "`PARLEY_EMBEDDING_KEY`" + `.
What bots know is then sent to that model once, passage by passage, and each question when it is asked. Nothing waits for it: until all
is embedded, and whenever the model is late, the words alone find passages. Another model, or one that changes its dimensions,
has everything embedded anew. The model's vectors are kept sealed, and are left out of backups.

## How do I run several nodes?

Give each node its own ` + "`PARLEY_CLUSTER_ADDR`" + ` and all of them the same ` + "`DATABASE_URL`, `REDIS_URL` and `PARLEY_KEY`" + `.

## Where is the master key, and how do I back it up?

Without ` + "`PARLEY_KEY`" + ` it is in the file ` + "`key`" + ` in the data folder, made at first start. Keep a copy apart from
the backups of the database: together they are readable, and without the key the database is not.
`

// writeReference prints docs/configuration.md.
func writeReference(w io.Writer) error {
	all, err := settings(&Config{})
	if err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString(referenceHead)
	group := ""
	for _, s := range all {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&page, "\n## %s\n\n| Variable | Flag | Default | Meaning |\n| --- | --- | --- | --- |\n", group)
		}
		fallback := ""
		if s.Default != "" {
			fallback = "`" + s.Default + "`"
		}
		fmt.Fprintf(&page, "| `%s` | `%s` | %s | %s |\n", s.Variable, s.Flag, fallback, s.Help)
	}
	page.WriteString(referenceTail)
	_, err = io.WriteString(w, page.String())
	return err
}
