package dashboard_test

import (
	"io/fs"
	"strings"
	"testing"

	"parley/dashboard"
)

func TestPagesHoldAPlaceholderUntilTheyAreBuilt(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(dashboard.Pages(), "placeholder.txt")
	if err != nil {
		t.Fatalf("the placeholder that keeps go build working is gone: %v", err)
	}
	if !strings.Contains(string(text), "make") {
		t.Errorf("the placeholder should say what to run, says %q", text)
	}
}

func TestBuiltPagesLoadNoInlineScript(t *testing.T) {
	t.Parallel()
	if !dashboard.Built() {
		t.Skip("the pages are not built: run make")
	}
	page, err := fs.ReadFile(dashboard.Pages(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range strings.Split(string(page), "<script")[1:] {
		if tag, _, _ := strings.Cut(script, ">"); !strings.Contains(tag, " src=") {
			t.Errorf("index.html has an inline script, which the policy blocks: <script%s>", tag)
		}
	}
	if strings.Contains(string(page), "<style") {
		t.Error("index.html has an inline style, which the policy blocks")
	}
	if assets, err := fs.Glob(dashboard.Pages(), "assets/*.js"); err != nil || len(assets) == 0 {
		t.Errorf("no scripts under assets/: %v", err)
	}
}
