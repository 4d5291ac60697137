package widget_test

import (
	"io/fs"
	"strings"
	"testing"

	"parley/widget"
)

func TestPagesHoldAPlaceholderUntilTheyAreBuilt(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(widget.Pages(), "placeholder.txt")
	if err != nil {
		t.Fatalf("the placeholder that keeps go build working is gone: %v", err)
	}
	if !strings.Contains(string(text), "make") {
		t.Errorf("the placeholder should say what to run, says %q", text)
	}
}

func TestBuiltLoaderNamesAnAppThatIsEmbeddedWithIt(t *testing.T) {
	t.Parallel()
	if !widget.Built() {
		t.Skip("the widget is not built: run make")
	}
	loader, err := fs.ReadFile(widget.Pages(), "widget.js")
	if err != nil {
		t.Fatal(err)
	}
	apps, err := fs.Glob(widget.Pages(), "widget/app-*.js")
	if err != nil || len(apps) != 1 {
		t.Fatalf("want one app chunk, got %v (%v)", apps, err)
	}
	if !strings.Contains(string(loader), "/"+apps[0]) {
		t.Errorf("widget.js does not load /%s", apps[0])
	}
}

func TestBuiltAppNamesTheChunkForRarerThingsThatIsEmbeddedWithIt(t *testing.T) {
	t.Parallel()
	if !widget.Built() {
		t.Skip("the widget is not built: run make")
	}
	chunks, err := fs.Glob(widget.Pages(), "widget/more-*.js")
	if err != nil || len(chunks) != 1 {
		t.Fatalf("want one chunk, got %v (%v)", chunks, err)
	}
	apps, err := fs.Glob(widget.Pages(), "widget/app-*.js")
	if err != nil || len(apps) != 1 {
		t.Fatalf("want one app, got %v (%v)", apps, err)
	}
	app, err := fs.ReadFile(widget.Pages(), apps[0])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(app), "/"+chunks[0]) {
		t.Errorf("%s does not load /%s", apps[0], chunks[0])
	}
}

func TestBuiltDemoPageTakesItsBotFromTheServerAndRunsNothingInline(t *testing.T) {
	t.Parallel()
	if !widget.Built() {
		t.Skip("the widget is not built: run make")
	}
	raw, err := fs.ReadFile(widget.Pages(), "demo.html")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	if n := strings.Count(page, widget.BotMark); n != 1 {
		t.Errorf("demo.html holds %s %d times, want once", widget.BotMark, n)
	}
	for _, script := range strings.Split(page, "<script")[1:] {
		if tag, _, _ := strings.Cut(script, ">"); !strings.Contains(tag, " src=") {
			t.Errorf("demo.html has an inline script: <script%s>", tag)
		}
	}
	if strings.Contains(page, "<style") || strings.Contains(page, " style=") {
		t.Error("demo.html has an inline style")
	}
}
