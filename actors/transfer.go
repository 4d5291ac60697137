package actors

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/chat"
)

// maxWish is how long a message is at most that may be nothing but the wish for a person: in a
// longer one, such words are about something else more often than not.
const maxWish = 120

// wishes are the ways to ask for a person, by language. They need a verb of wishing, or stand alone:
// "my agent said" and "is there a person in the photo" are no wishes. Agents are told why by reading.
var wishes = regexp.MustCompile(strings.Join([]string{
	// English
	`\b(talk|speak|chat|connect|transfer|write|put)\b.{0,30}\b(to|with|through to)\b.{0,20}\b(a |an |real |live |human |actual |some)*(human|person|agent|someone|somebody|representative|operator|advisor|staff)\b`,
	`\b(i want|i need|i would like|i'd like|give me|get me|let me have|can i have|could i have)\b.{0,20}\b(a |an )?(real |live |human |actual )?(human|person|agent|representative|operator)\b`,
	`^(a |an )?(real |live |human )*(human|person|agent|representative|operator)( please)?$`,
	// German
	`\b(mit|an)\b.{0,12}\b(einem|einer|einen|nem)\b.{0,15}\b(menschen|mitarbeiter|mitarbeiterin|person|berater|beraterin|ansprechpartner)\b.{0,30}\b(sprechen|reden|schreiben|chatten|verbinden|weiterleiten)\b`,
	`\b(sprechen|reden|verbinden)\b.{0,30}\b(mit|an)\b.{0,12}\b(einem|einer|einen)\b.{0,15}\b(menschen|mitarbeiter|mitarbeiterin|person|berater)\b`,
	`^(ein(en)? )?(echte[rn]? )?(mensch(en)?|mitarbeiter(in)?)( bitte)?$`,
	// French (RE2's \b knows ASCII letters only)
	`(parler|discuter|échanger) (à|avec) (quelqu'un|(un|une) (vrai |vraie )?(humain|humaine|personne|conseiller|conseillère|agent))`,
	// Spanish
	`(hablar|chatear|comunicarme) con (alguien|(un|una) (humano|humana|persona|agente|asesor|asesora))`,
	// Portuguese
	`(falar|conversar) com (alguém|(um|uma) (humano|humana|pessoa|atendente|agente))`,
	// Italian
	`(parlare|chattare) con (qualcuno|(un|una) (umano|persona|operatore|operatrice|agente))`,
	// Dutch
	`(spreken|praten|chatten) met (iemand|een (echte )?(mens|persoon|medewerker))`,
	`met (iemand|een (echte )?(mens|persoon|medewerker)) (spreken|praten|chatten)`,
}, "|"))

// people are parts of the words for those whom somebody wishes for: each wish has one of them. To look for these
// first spares most messages the 50 µs that wishes take.
var people = []string{
	"uman", "umain", "person", "pessoa", "mens", "agent", "someone", "somebody", "representative", "operat", "advisor", "staff", // "human" and "umano" alike
	"mitarbeiter", "berater", "ansprechpartner", "quelqu", "conseill", "algu", "asesor", "atendente", "qualcuno", "iemand", "persoon", "medewerker",
}

// refused are such words with the opposite meaning.
var refused = regexp.MustCompile(`\b(don't|do not|dont|not|no need|nicht|kein|keinen|ne pas|no quiero|não quero|non voglio|niet|geen)\b`)

// asksForPerson tells whether a message is a visitor's wish for a person: by one of the common ways to
// say so, or by a phrase of the owner's.
func asksForPerson(text string, phrases []string) bool {
	text = fold(text)
	if containsPhrase(text, phrases) {
		return true
	}
	return utf8.RuneCountInString(text) <= maxWish && namesPeople(text) && wishes.MatchString(text) && !refused.MatchString(text)
}

func namesPeople(text string) bool {
	return slices.ContainsFunc(people, func(word string) bool { return strings.Contains(text, word) })
}

// containsPhrase tells whether one of the phrases stands in a folded text, as whole words.
func containsPhrase(text string, phrases []string) bool {
	for _, phrase := range phrases {
		if phrase = fold(phrase); phrase != "" && strings.Contains(" "+text+" ", " "+phrase+" ") {
			return true
		}
	}
	return false
}

// fold leaves the words of a text, in lower case, with single spaces between.
func fold(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return strings.ContainsRune(" \t\r\n.,;:!?¿¡()\"„“”…", r)
	}), " ")
}

// transfer tells whether a message sends its conversation to a person, and to which place.
func (e *Engine) transfer(ctx context.Context, visitor Visitor, text string) (bool, chat.Place) {
	bot, err := e.bots.snapshot(ctx, visitor.Tenant, visitor.Bot)
	if err != nil || !bot.Settings.HandOff || !asksForPerson(text, bot.Settings.Transfer) {
		return false, chat.Place{}
	}
	return true, e.desks.outlook(ctx, visitor)
}
