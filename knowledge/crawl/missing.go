package crawl

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Pages that say "not found" and answer 200, by their title or first heading, in the languages that we could check. They
// must say it about themselves: "404 errors in our API" is a page to be read.
var notFound = regexp.MustCompile(`(?i)^\W*((error|fehler|erreur|http|status)\W*)?(404|410)\b(\W+(error|fehler|erreur|not found|page not found|file not found|seite nicht gefunden|page introuvable|page non trouvée|página no encontrada|pagina non trovata|página não encontrada|pagina niet gevonden))?\W*$` +
	`|^\W*((oops|sorry|whoops|hoppla|ups)\W+)?((this|the|that)\s+)?(page|file|article|content|document|url)\s+(was\s+|is\s+|could\s+not\s+be\s+|cannot\s+be\s+|can't\s+be\s+|you\s+(requested|are looking for)\s+(was\s+|could\s+not\s+be\s+|cannot\s+be\s+)?)?(not\s+)?(found|missing|(does\s*n[o']t|doesn't)\s+exist|no\s+longer\s+(exists|available))\W*$` +
	`|^\W*not\s+found\W*$` +
	`|^\W*(seite|inhalt)\s+(wurde\s+)?nicht\s+gefunden\W*$|^\W*page\s+(introuvable|non\s+trouvée)\W*$|^\W*página\s+(no|não)\s+encontrada\W*$|^\W*pagina\s+(non\s+trovata|niet\s+gevonden)\W*$` +
	`|^\W*(ページが見つかりません|页面不存在|页面未找到|找不到页面|페이지를 찾을 수 없습니다|страница не найдена)\W*$`)

// found tells "page found" from "page not found": the expression lets both through.
var denies = regexp.MustCompile(`(?i)404|410|\bno[tn]?\b|n't|missing|nicht|introuvable|não|niet|見つかりません|不存在|未找到|找不到|없습니다|не найдена`)

// maxMissing is how much text a page may have that only says that it is missing, in characters. Many list what there is instead.
const maxMissing = 3000

// Missing tells whether a page that was answered as if it were there says that it is not. headings are its title and first
// heading, text is how much there is to read on it, in characters.
func Missing(text int, headings ...string) bool {
	if text > maxMissing {
		return false
	}
	for _, heading := range headings {
		if utf8.RuneCountInString(heading) > 200 {
			continue
		}
		// "Page not found – Acme" says it in one of its parts.
		for _, part := range strings.FieldsFunc(heading, func(r rune) bool { return strings.ContainsRune("|–—·•»«›‹:", r) }) {
			for piece := range strings.SplitSeq(part, " - ") {
				if notFound.MatchString(piece) && denies.MatchString(piece) {
					return true
				}
			}
		}
	}
	return false
}
