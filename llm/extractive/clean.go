package extractive

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	image      = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`)
	link       = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]*)[^)]*\)`)
	reference  = regexp.MustCompile(`\[([^\]]+)\]\[[^\]]*\]`)
	tag        = regexp.MustCompile(`</?(?:[A-Z]\w*|(?i:img|br|hr|div|span|p|a|b|i|em|strong|u|small|sup|sub|figure|figcaption|picture|video|source|details|summary|center|font|section|article|nav|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6]|code|pre|kbd|svg|path))\b[^>]*>|<!--.*?-->|\s*/>$`)
	spokenOf   = regexp.MustCompile(`</?[a-zA-Z!][^<>]*>`) // tags that a text is about
	anchor     = regexp.MustCompile(`\s*\{#[^}]*\}`)
	admonition = regexp.MustCompile(`^\s*:::+\s*\w*`)
	statement  = regexp.MustCompile(`^\s*(import|export)\s.*(['"];?|\{)\s*$`)
	rule       = regexp.MustCompile(`^\s*([-*_=]\s*){3,}$`)
	strong     = regexp.MustCompile(`(\*\*|__)(\S(?:.*?\S)?)(\*\*|__)`)
	emphasis   = regexp.MustCompile(`(^|[\s("“])[*_](\S(?:[^*_]*\S)?)[*_]($|[\s.,;:!?)"”])`)
	hollow     = regexp.MustCompile(`\s\([\s,;]+\)`) // where links and images were
	quoteMark  = regexp.MustCompile(`^\s*(>\s?)+`)
)

// clean makes one line of plain text of a line of text or Markdown. It may be left with nothing.
func clean(line string) string {
	if rule.MatchString(line) || statement.MatchString(line) {
		return ""
	}
	line = admonition.ReplaceAllString(quoteMark.ReplaceAllString(line, ""), "")
	line = anchor.ReplaceAllString(line, "")
	line = image.ReplaceAllString(line, "")
	line = link.ReplaceAllString(line, "$1")
	line = reference.ReplaceAllString(line, "$1")
	if strings.ContainsRune(line, '<') && !strings.ContainsRune(line, '`') {
		line = spokenOf.ReplaceAllString(tag.ReplaceAllString(line, ""), "`$0`")
	}
	line = hollow.ReplaceAllString(line, "")
	line = strong.ReplaceAllString(line, "$2")
	line = emphasis.ReplaceAllString(line, "$1$2$3")
	if strings.Count(line, "`")%2 != 0 {
		line = strings.ReplaceAll(line, "`", "")
	}
	line = strings.ReplaceAll(html.UnescapeString(line), "**", "")
	line = strings.Join(strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	return strings.TrimPrefix(line, "# ")
}

// furniture are lines of a web page that are not what it says.
var furniture = regexp.MustCompile(`(?i)^(skip to (main )?content|edit (this )?page|(on|in) this page|table of contents|contents|(previous|next)( page)?|back to top|home|menu|search|share|copy|was this (page|article) helpful\??|related (articles|pages)|read more|learn more|log ?in|sign ?(in|up)|last updated.*|©.*|copyright.*|all rights reserved\.?|cookie (policy|settings).*)$`)

// withoutNavigation drops what leads elsewhere: menus, breadcrumbs, the words on buttons.
func withoutNavigation(blocks []block) []block {
	kept := blocks[:0:0]
	for _, b := range blocks {
		switch b.kind {
		case prose:
			var parts []string
			for _, part := range b.parts {
				if !furniture.MatchString(part) && !isTrail(part) {
					parts = append(parts, part)
				}
			}
			b.parts = parts
		case list:
			if len(b.parts) >= 3 && isMenu(b.parts) {
				continue
			}
		case table, code: // nobody puts a menu into these
		}
		if len(b.parts) > 0 {
			kept = append(kept, b)
		}
	}
	return kept
}

// pointer are sentences that lead elsewhere through a link, which is not there any more.
var pointer = regexp.MustCompile(`(?i)^(see|check|read|learn|find|more|visit|click|use|here('|’)s|for)\b.*\b(here|below|above|details|more|docs|documentation|guide|page|instead|this|faq|section|how to|information)\b[^.]*[.:]?$|^(for|to)\b.*\bsee (our|the|here|this|how)\b|^(see|learn more|read more|more on|more about|check out|have a look|take a look)\b`)

// isTrail tells a line of breadcrumbs.
func isTrail(line string) bool {
	for _, arrow := range []string{" › ", " » ", " > ", " / "} {
		if strings.Count(line, arrow) >= 2 && !ends(line) && utf8.RuneCountInString(line) < 120 {
			return true
		}
	}
	return false
}

// isMenu tells a list of which most items are words on buttons.
func isMenu(items []string) bool {
	buttons := 0
	for _, item := range items {
		if furniture.MatchString(itemText(item)) {
			buttons++
		}
	}
	return buttons*2 > len(items)
}

// itemText is an item without its mark.
func itemText(item string) string {
	_, text, _ := strings.Cut(strings.TrimLeft(item, " "), " ")
	return text
}

// withoutTornEnds drops the halves of sentences at which a passage was cut out of its document.
func withoutTornEnds(blocks []block) []block {
	if len(blocks) == 0 {
		return blocks
	}
	if first := &blocks[0]; first.kind == prose && len(first.parts) > 0 {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(first.parts[0], "\"'“‘«("))
		word := firstWord(first.parts[0]) // not iPhone, npm@10, e-mail or "docker compose up"
		lower := unicode.IsLower(r) && !codeStart.MatchString(first.parts[0]) && strings.ToLower(word) == word && !strings.ContainsAny(word, "0123456789._/-@")
		if lower || strings.ContainsRune(",;.)…", r) {
			first.parts = first.parts[1:]
		}
	}
	if last := &blocks[len(blocks)-1]; last.kind == prose && len(last.parts) > 1 {
		text := last.parts[len(last.parts)-1]
		if !ends(text) && !strings.HasSuffix(text, ":") && len(strings.Fields(text)) > 3 && ends(last.parts[len(last.parts)-2]) {
			last.parts = last.parts[:len(last.parts)-1]
		}
	}
	kept := blocks[:0:0]
	for _, b := range blocks {
		if len(b.parts) > 0 {
			kept = append(kept, b)
		}
	}
	return kept
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}
