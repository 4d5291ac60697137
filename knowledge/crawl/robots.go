package crawl

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/temoto/robotstxt"
)

// Agent is what robots.txt calls us.
const Agent = "Parley"

// Bounds of robots.txt. Its size is what RFC 9309 asks a crawler to read.
const (
	maxRobots   = 500 << 10
	maxSitemaps = 50
	MaxDelay    = 10 * time.Second // of the Crawl-delay that is kept to
)

// Rules are what a site's robots.txt says to us.
type Rules struct {
	group    *robotstxt.Group // nil: nothing is forbidden
	Delay    time.Duration    // that it asks for between two requests, MaxDelay at most; 0: none
	Slower   bool             // it asked for more than MaxDelay
	Sitemaps []string
}

// ReadRules reads a robots.txt. Lines that nobody can understand count for nothing.
func ReadRules(body []byte) Rules {
	data, err := robotstxt.FromBytes(understood(body))
	if err != nil {
		return Rules{}
	}
	rules := Rules{group: data.FindGroup(Agent), Sitemaps: data.Sitemaps[:min(len(data.Sitemaps), maxSitemaps)]}
	if rules.group != nil {
		rules.Slower = rules.group.CrawlDelay > MaxDelay
		rules.Delay = max(0, min(rules.group.CrawlDelay, MaxDelay))
	}
	return rules
}

// Allows tells whether a canonical address of the site may be read.
func (r Rules) Allows(address string) bool {
	return r.group == nil || r.group.Test(pathAndQuery(address))
}

// understood keeps the lines that the parser knows: it gives up at one that it does not.
func understood(body []byte) []byte {
	body = bytes.TrimPrefix(body[:min(len(body), maxRobots)], []byte("\xef\xbb\xbf"))
	var kept strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(string(body), "\r", "\n")) {
		line, _, _ = strings.Cut(line, "#")
		name, value, found := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !found || !utf8.ValidString(value) || strings.ContainsAny(value, " \t\x00") && name != "user-agent" {
			continue
		}
		switch name {
		case "crawl-delay":
			if seconds, err := strconv.ParseFloat(value, 64); err != nil || !(seconds >= 0 && seconds < 1e6) {
				continue
			}
		case "user-agent", "allow", "disallow", "sitemap":
		default:
			continue
		}
		kept.WriteString(name + ": " + value + "\n")
	}
	return []byte(kept.String())
}
