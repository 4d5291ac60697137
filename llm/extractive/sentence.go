package extractive

import (
	"strings"
	"unicode"
	"unicode/utf8"

	sentencesOf "github.com/clipperhouse/uax29/v2/sentences"
)

// abbreviations end with a full stop that does not end a sentence. Unicode's
// rules know none of them.
var abbreviations = setOf(`
	dr mr mrs ms prof st sr jr rev hon capt gen col sgt
	e.g i.e eg ie cf vs approx ca etc al ed eds est inc ltd corp co dept tel ext min max
	jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
	z.b z b d.h u.a bzw ggf evtl usw inkl exkl str tel hr fr mind max mio mrd vgl
	p.ej ej sra srta dra ud uds av
	m mme mlle mm ex env
	sig dott ing
`)

// numbered go on where a number follows, and are words otherwise.
var numbered = setOf("no nos nr fig figs p pp vol ch sec abs art s núm pág")

// sentences cuts a paragraph into sentences, each trimmed and whole.
func sentences(paragraph string) []string {
	var whole []string
	pending := ""
	iterator := sentencesOf.FromString(paragraph)
	for iterator.Next() {
		pending += iterator.Value()
		if goesOn(pending, paragraph[iterator.End():]) {
			continue
		}
		if sentence := strings.TrimSpace(pending); sentence != "" {
			whole = append(whole, sentence)
		}
		pending = ""
	}
	if sentence := strings.TrimSpace(pending); sentence != "" {
		whole = append(whole, sentence)
	}
	return whole
}

// goesOn tells whether a sentence goes on behind what looks like its end.
func goesOn(soFar, rest string) bool {
	soFar = strings.TrimRightFunc(soFar, unicode.IsSpace)
	rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	if rest == "" {
		return false
	}
	// An open bracket or quotation is not left behind.
	if strings.Count(soFar, "(") > strings.Count(soFar, ")") && utf8.RuneCountInString(soFar) < 200 && strings.Contains(rest, ")") {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(rest); unicode.IsLower(first) {
		return true
	}
	stem, hasStop := strings.CutSuffix(soFar, ".")
	if !hasStop {
		return false
	}
	last := stem[strings.LastIndexFunc(stem, func(r rune) bool { return unicode.IsSpace(r) || r == '(' })+1:]
	if abbreviations[strings.ToLower(last)] {
		return true
	}
	if next, _ := utf8.DecodeRuneInString(rest); numbered[strings.ToLower(last)] && unicode.IsDigit(next) {
		return true
	}
	// Initials go on as well: "J. Smith".
	if r, size := utf8.DecodeRuneInString(last); size == len(last) && unicode.IsUpper(r) && last != "I" {
		return true
	}
	return false
}

// ends tells whether text closes like a sentence does.
func ends(text string) bool {
	text = strings.TrimRight(text, "\"'”’»)]*_`")
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(".!?…。！？．؟।", last)
}

// setOf makes a set of the words of a list.
func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}
