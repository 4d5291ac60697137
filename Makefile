# Two commands matter: `make run` tries it, `make test` proves it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Packages that are built and tested at a time. Two: the stores' tests each run a Postgres.
JOBS ?= 2
# Longer than this is a hang: the slowest packages need some five minutes on two cores, twice that when they are busy.
TIMEOUT ?= 20m
# What `make bench` measures besides its rows, and its flags: BENCHFLAGS="-only storm -rounds 5"; with "-docs docs" it
# writes docs/performance.md's table and picture.
BENCH ?=
BENCHFLAGS ?=
# Which scenario `make chaos` runs (all), and by which seed (a new one).
ONLY ?=
SEED ?=
# Where `make eval` finds documents, questions and the passages that answer them, and its flags: with
# ARGS="--embedding-model NAME --embedding-url URL" it measures words and vectors together.
DATA ?=
ARGS ?=

TOOL := go tool -modfile=$(CURDIR)/tools/go.mod
LINT := go tool -modfile=$(CURDIR)/tools/lint/go.mod
PAGES := widget/dist/widget.js dashboard/dist/index.html

.PHONY: help
help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Run and build

.PHONY: run
run: build ## Start the demo on 127.0.0.1:8080, with data in ./data
	@exec bin/parley serve --demo

.PHONY: build
build: pages ## Build bin/parley, one static binary with the pages in it
	@CGO_ENABLED=0 go build -trimpath -o bin/parley ./cmd/parley

.PHONY: pages
pages: $(PAGES) ## Build the widget and the dashboard, if their sources changed

# npm ci is repeated only when the lock file changed, a build only when a source did.
sources = $(shell find $(1) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.go')

widget/dist/widget.js: widget/node_modules/.installed $(call sources,widget)
dashboard/dist/index.html: dashboard/node_modules/.installed $(call sources,dashboard)
$(PAGES):
	@cd $(firstword $(subst /, ,$@)) && npm run build && touch $(notdir $(@D))/$(@F)

widget/node_modules/.installed: widget/package-lock.json
dashboard/node_modules/.installed: dashboard/package-lock.json
e2e/node_modules/.installed: e2e/package-lock.json
%/node_modules/.installed:
	@command -v npm >/dev/null || { echo "the pages need Node 20 or newer: install it from https://nodejs.org" >&2; exit 1; }
	@cd $* && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed

## Test

.PHONY: test
test: deps build test-go test-compose test-pages test-e2e ## Run every test, on SQLite, Postgres, Redis and in Chromium

.PHONY: test-go
test-go: deps pages # under the race detector, with real servers for the stores
	go test -race -p $(JOBS) -timeout $(TIMEOUT) ./...

.PHONY: test-pages
test-pages: widget/node_modules/.installed dashboard/node_modules/.installed
	cd widget && npm test --if-present
	cd dashboard && npm test --if-present

.PHONY: test-e2e
test-e2e: deps build e2e/node_modules/.installed # the product in a real browser
	cd e2e && npm test

.PHONY: test-compose
test-compose: # docker-compose.yml, by Docker Compose's own reader
	cd tools/compose && go test ./...

# The proxy that docker-compose.yml names. It takes some minutes, once.
bin/caddy: tools/caddy/go.mod tools/caddy/go.sum
	@cd tools/caddy && go build -o ../../$@ github.com/caddyserver/caddy/v2/cmd/caddy

.PHONY: test-proxy
test-proxy: deps pages bin/caddy ## End and kill nodes behind the proxy of docker-compose.yml (builds that proxy, once)
	go test -count=1 -v ./e2e/proxy

.PHONY: deps
deps: ## Install what the tests need: apt as root, else one line says what
	@tools/deps

.PHONY: check
check: check-format check-generated check-layers check-pages ## Format, vet, lint, layers, known vulnerabilities, and whether generated code is fresh
	go vet ./...
	$(LINT) golangci-lint run ./...
	@tools/audit

.PHONY: check-format
check-format:
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not formatted; run gofmt -w on:" $$unformatted >&2; exit 1; fi

# What these tests, sqlc and diff call stale, `make generate` makes fresh.
.PHONY: check-generated
check-generated:
	cd persistence/postgres && $(TOOL) sqlc diff
	@new=$$(mktemp -d); trap 'rm -r "$$new"' EXIT; cd actors/cluster && $(TOOL) buf lint && $(TOOL) buf generate -o "$$new" && diff -u envelope.pb.go "$$new/envelope.pb.go"
	go test -run 'TestTheReferencePageIsFresh|TestTheSpecificationIsTheOneInTheRepository' ./cmd/parley ./transport/rest

.PHONY: check-layers
check-layers:
	go test .

.PHONY: check-pages
check-pages: widget/node_modules/.installed dashboard/node_modules/.installed
	cd widget && npm run check --if-present
	cd dashboard && npm run check --if-present

.PHONY: generate
generate: dashboard/node_modules/.installed ## Make generated code, types and reference pages anew
	go generate ./...
	go run ./cmd/parley config --markdown >docs/configuration.md.new
	mv docs/configuration.md.new docs/configuration.md
	cd dashboard && npm run types --if-present

.PHONY: audit
audit: ## Known vulnerabilities in what we import (asks vuln.go.dev, or VULNDB=mirror; fails where that is away)
	@tools/audit --strict

## Measure

.PHONY: bench
bench: build ## Measure parley beside a floor server; BENCH=all: Go's benchmarks too
	@go run ./e2e/bench $(BENCHFLAGS)
	@[ "$(BENCH)" != all ] || go test -run '^$$' -bench . -benchmem -p 1 ./...

.PHONY: test-flood
test-flood: pages ## Send far too much beside others who go on, and print what came of it: make test-flood FLOOD_SECONDS=20
	go test -count=1 -v -timeout 30m ./e2e/flood

.PHONY: test-sealed
test-sealed: pages ## Search a busy server's files for what people wrote, and change its master key meanwhile
	go test -count=1 -v -timeout 30m ./e2e/sealed

.PHONY: chaos
chaos: pages ## Break what it stands on, for an hour and more: make chaos ONLY=Cuts SEED=7
	PARLEY_CHAOS=long SEED=$(SEED) go test -count=1 -v -timeout 2h -run '$(ONLY)' ./e2e/chaos ./e2e/access ./e2e/fuzz
	@[ -n "$(ONLY)" ] || PARLEY_CHAOS=long go test -count=1 -v -timeout 2h -run EveryFuzzTarget ./knowledge/extract

.PHONY: eval
eval: build ## Measure retrieval on a folder of data: make eval DATA=folder
	@[ -n "$(DATA)" ] || { echo "which data? make eval DATA=folder" >&2; exit 1; }
	@bin/parley eval $(ARGS) "$(DATA)"

.PHONY: screenshots
screenshots: deps build e2e/node_modules/.installed ## Take the pictures of the README anew
	cd e2e && npm run screenshots

.PHONY: clean
clean: ## Remove what was built and installed here; ./data stays
	rm -rf bin coverage screenshots {widget,dashboard,e2e}/node_modules
	find widget/dist dashboard/dist -mindepth 1 -not -name placeholder.txt -delete
