package extract

import (
	"strings"
	"testing"
)

func TestMarkdownIsReadUnderItsHeadings(t *testing.T) {
	t.Parallel()
	title, got := extracted(t, Markdown, []byte(`---
title: "Help & more"
sidebar: false
---
Before any heading,
on two lines.

# Account {#account}

## Reset your *password*

Open [settings](https://example.com/settings) and press **Reset**.<br>Then ~~wait~~ look at `+"`mail`"+`.

1. One
2. Two
   - nested

   and more

> Quoted.

## Left empty

# Prices

| Plan | Price |
|------|------:|
| Solo | 9 |
| Team | 29 |

![a picture](x.png)

`+"```js\nlet a  = 1; // # no heading\n\nimport x from 'y'\n```\n"))
	if title != "Help & more" {
		t.Errorf("title %q", title)
	}
	equal(t, got,
		": Before any heading, on two lines.",
		"Account > Reset your password: Open settings and press Reset.\nThen wait look at mail.",
		"Account > Reset your password: 1. One",
		"Account > Reset your password: 2. Two",
		"Account > Reset your password:   - nested",
		"Account > Reset your password:   and more",
		"Account > Reset your password: Quoted.",
		"Account: Left empty",
		"Prices: Plan | Price",
		"Prices: Solo | 9",
		"Prices: Team | 29",
		"Prices: let a  = 1; // # no heading\n\nimport x from 'y'",
	)
}

func TestTheProgramInMDXIsNotRead(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, Markdown, []byte(`import useBaseUrl from '@docusaurus/useBaseUrl';
import "./style.css"
export const a = 1

* Click the button.
<div class="browser"><img alt="no" src={useBaseUrl('img/x.png')} /></div>
* Then **wait**.

<Tabs>
<TabItem value="a">

Inside of a *tab*.

</TabItem>
</Tabs>

:::tip Good to know
It is free.
:::

Important: import your data. {/* a comment */}

<details><summary>More</summary>Hidden, but there.</details>
<script>alert(1)</script>
`))
	equal(t, got,
		": - Click the button.",
		": - Then wait.",
		": Inside of a tab.",
		": Good to know",
		": It is free.",
		": Important: import your data.",
		": More\nHidden, but there.",
	)
}

func TestALongDocumentIsReadInPortions(t *testing.T) {
	t.Parallel()
	code := "```\n" + strings.Repeat("line of code\n\n", 2000) + "```\n"
	section := "## Section\n\nSome text.\n\n" + strings.Repeat("A paragraph of words.\n\n", 1000)
	_, got := extracted(t, Markdown, []byte("# Top\n\n"+section+code+section))
	for i, line := range got {
		if !strings.HasPrefix(line, "Top > Section: ") {
			t.Fatalf("block %d stands under another heading: %.60q", i, line)
		}
	}
	if n := strings.Count(strings.Join(got, "\n"), "A paragraph of words."); n != 2000 {
		t.Errorf("%d of 2000 paragraphs", n)
	}
	if n := strings.Count(strings.Join(got, "\n"), "line of code"); n != 2000 {
		t.Errorf("%d of 2000 lines of code", n)
	}
}

func TestMarkdownThatIsNestedBeyondReasonIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, Markdown, []byte(strings.Repeat("> ", 100_000)+"a"), ErrTooSlow)
	refused(t, Markdown, []byte(strings.Repeat("- ", 100_000)+"a"), ErrTooSlow)
}

func TestAWideTableIsReadAsText(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat("a|", 5000)
	_, got := extracted(t, Markdown, []byte(wide+"\n"+strings.Repeat("-|", 5000)+"\n"+strings.Repeat("|\n", 5000)))
	if len(got) == 0 || !strings.Contains(got[0], "a,a,a") {
		t.Errorf("%d blocks", len(got))
	}
}

func TestEmphasisAsDeepAsTheTextIsLongIsRead(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, Markdown, []byte(strings.Repeat("*a ", 50_000)+strings.Repeat("a* ", 50_000)))
	if len(strings.Fields(strings.Join(got, " "))) < 100_000 {
		t.Errorf("words are missing")
	}
}
