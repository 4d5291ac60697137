package docs

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"regexp"
)

// style is what stands between the tags, byte for byte: that is what browsers hash.
var style = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

// drawingPolicies returns what browsers may do with each drawing, by its name below /docs/: show it by the styles
// that are within it, each named by its hash, and nothing else.
func drawingPolicies() (map[string]string, error) {
	names, err := fs.Glob(files, "images/*.svg")
	if err != nil {
		return nil, fmt.Errorf("find the drawings: %w", err)
	}
	policies := map[string]string{}
	for _, name := range names {
		drawing, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a drawing: %w", err)
		}
		policy := "default-src 'none'; frame-ancestors 'none'; sandbox"
		if styles := style.FindAllSubmatch(drawing, -1); len(styles) > 0 {
			policy += "; style-src"
			for _, s := range styles {
				sum := sha256.Sum256(s[1])
				policy += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
			}
		}
		policies[name] = policy
	}
	return policies, nil
}
