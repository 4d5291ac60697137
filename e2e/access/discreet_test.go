package access

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// secrets are what a log must not have: what was sent to prove who somebody is, and what was given out for that.
type secrets struct {
	mu  sync.Mutex
	all map[string]string // by where they were seen
}

// telling are the fields of answers that hold something that opens a door.
var telling = regexp.MustCompile(`(?i)token|secret|password|ticket|challenge|code|^key$|link|uri|signature`)

// shortest is below what a secret is long: states and names are shorter.
const shortest = 20

// note remembers the secrets of an answer.
func (s *secrets) note(where, body string) {
	var value any
	if json.Unmarshal([]byte(body), &value) == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.collect(where, "", value)
	}
}

func (s *secrets) collect(where, field string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			s.collect(where, name, inner)
		}
	case []any:
		for _, inner := range value {
			s.collect(where, field, inner)
		}
	case string:
		_, fragment, link := strings.Cut(value, "#")
		if link {
			value = fragment
		}
		_, err := time.Parse(time.RFC3339, value)
		moment := err == nil // until when a secret counts is none
		if telling.MatchString(field) && len(value) >= shortest && !strings.Contains(value, " ") && anyID.FindString(value) != value && !moment {
			s.all[where+" "+field] = value
		}
	}
}

// discreet looks for all of them in what the server logged, at the level that tells most.
func (h *house) discreet(t *testing.T) {
	log := string(h.server.Log())
	looked := map[string]string{"a password": password}
	for role, token := range h.acme.staff {
		looked["the access token of "+role] = token
	}
	looked["a visitor's token"] = h.acme.visitor
	for _, c := range h.callers {
		for name, values := range c.header {
			if name == "Authorization" || name == "Cookie" {
				_, looked[name+" of "+c.name], _ = strings.Cut(values[0], map[string]string{"Authorization": " ", "Cookie": "="}[name])
			}
		}
	}
	h.secrets.mu.Lock()
	for where, secret := range h.secrets.all {
		looked[where] = secret
	}
	h.secrets.mu.Unlock()
	for where, secret := range looked {
		// A part of it tells as much as the whole: what stands behind a token's last dot is what cannot be guessed.
		for _, part := range []string{secret, secret[strings.LastIndexAny(secret, ".")+1:]} {
			if at := strings.Index(log, part); part != "" && at >= 0 {
				t.Errorf("the log has %s: …%s…", where, log[max(0, at-200):min(len(log), at+100)])
			}
		}
	}
	for _, text := range []string{"recipe with seven herbs", "What is the secret", "acme.example", "rival.example"} {
		if at := strings.Index(log, text); at >= 0 {
			t.Errorf("the log has what people wrote: …%s…", log[max(0, at-200):min(len(log), at+100)])
		}
	}
	if lines := strings.Count(log, "\n"); lines < 1000 {
		t.Errorf("only %d lines were logged: was it at the level that tells most?", lines)
	}
	t.Logf("%d secrets are in none of %d lines", len(looked), strings.Count(log, "\n"))
}
