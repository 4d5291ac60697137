// Package doctor runs checks of a deployment and writes down what they found.
//
// Checks run at once, each with a limit of time: one that hangs is a finding and keeps nobody. They change nothing.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Level says how bad a finding is.
type Level string

// Levels of findings.
const (
	Good    Level = "good"
	Warning Level = "warning" // it works, and may not do so for long or for all
	Problem Level = "problem" // somebody is not served, or will not be
)

var marks = map[Level]string{Good: "✓", Warning: "!", Problem: "✗"}

// Finding is one line. It never has a secret.
type Finding struct {
	Check string `json:"check"`
	Level Level  `json:"level"`
	Said  string `json:"said"`         // what was found
	Do    string `json:"do,omitempty"` // the way out
}

// Check looks at one thing. What it returns is of the check, whose name is filled in.
type Check struct {
	Name string
	Look func(ctx context.Context) []Finding
}

// Fine, Warn and Wrong are a check's findings, one at a time.
func Fine(format string, args ...any) []Finding {
	return []Finding{{Level: Good, Said: fmt.Sprintf(format, args...)}}
}

// Warn is a finding that may become a problem, and the way out.
func Warn(do, format string, args ...any) []Finding {
	return []Finding{{Level: Warning, Said: fmt.Sprintf(format, args...), Do: do}}
}

// Wrong is a problem, and the way out.
func Wrong(do, format string, args ...any) []Finding {
	return []Finding{{Level: Problem, Said: fmt.Sprintf(format, args...), Do: do}}
}

// Examine runs all checks at once, each for as long as limit at most, and returns their findings in the checks' order.
func Examine(ctx context.Context, checks []Check, limit time.Duration) []Finding {
	found := make([][]Finding, len(checks))
	var wait sync.WaitGroup
	for i, check := range checks {
		wait.Go(func() { found[i] = look(ctx, check, limit) })
	}
	wait.Wait()
	var all []Finding
	for i, findings := range found {
		for _, finding := range findings {
			finding.Check = checks[i].Name
			all = append(all, finding)
		}
	}
	return all
}

// look does not wait for a check that does not mind its context.
func look(ctx context.Context, check Check, limit time.Duration) []Finding {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan []Finding, 1)
	go func() { done <- check.Look(ctx) }()
	select {
	case findings := <-done:
		return findings
	case <-time.After(limit + limit/10): // a check that minds it is done by then
		return Wrong("Look whether a firewall swallows the connection.", "no answer within %v", limit)
	}
}

// Sound tells whether there is no problem.
func Sound(findings []Finding) bool {
	for _, finding := range findings {
		if finding.Level == Problem {
			return false
		}
	}
	return true
}

// Write prints a line for each finding, and the way out below it.
func Write(w io.Writer, findings []Finding) error {
	wide := 0
	for _, finding := range findings {
		wide = max(wide, len(finding.Check))
	}
	for _, finding := range findings {
		if _, err := fmt.Fprintf(w, "%s %-*s  %s\n", marks[finding.Level], wide, finding.Check, finding.Said); err != nil {
			return err
		}
		if finding.Do != "" {
			if _, err := fmt.Fprintf(w, "  %-*s  → %s\n", wide, "", finding.Do); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteJSON prints all findings for programs.
func WriteJSON(w io.Writer, findings []Finding) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(map[string]any{"sound": Sound(findings), "findings": findings})
}
