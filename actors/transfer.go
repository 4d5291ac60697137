package actors

import (
	"context"
	"regexp"
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
	// French
	`\b(parler|discuter|échanger)\b.{0,12}\b(à|avec)\b.{0,8}\b(un|une|quelqu'un)\b.{0,20}\b(humain|humaine|personne|conseiller|conseillère|agent)?\b`,
	// Spanish
	`\b(hablar|chatear|comunicarme)\b.{0,8}\b(con)\b.{0,8}\b(un|una|alguien)\b.{0,20}\b(humano|humana|persona|agente|asesor|asesora)?\b`,
	// Portuguese
	`\b(falar|conversar)\b.{0,8}\b(com)\b.{0,8}\b(um|uma|alguém)\b.{0,20}\b(humano|humana|pessoa|atendente|agente)?\b`,
	// Italian
	`\b(parlare|chattare)\b.{0,8}\b(con)\b.{0,8}\b(un|una|un'|qualcuno)\b.{0,20}\b(umano|persona|operatore|operatrice|agente)?\b`,
	// Dutch
	`\b(spreken|praten|chatten)\b.{0,8}\bmet\b.{0,8}\b(een|iemand)\b.{0,20}\b(mens|persoon|medewerker)?\b`,
	`\bmet\b.{0,8}\b(een|iemand)\b.{0,20}\b(mens|persoon|medewerker)?\b.{0,12}\b(spreken|praten|chatten)\b`,
}, "|"))

// refused are such words with the opposite meaning.
var refused = regexp.MustCompile(`\b(don't|do not|dont|not|no need|nicht|kein|keinen|ne pas|no quiero|não quero|non voglio|niet|geen)\b`)

// asksForPerson tells whether a message is a visitor's wish for a person: by one of the common ways to
// say so, or by a phrase of the owner's.
func asksForPerson(text string, phrases []string) bool {
	text = fold(text)
	if containsPhrase(text, phrases) {
		return true
	}
	return utf8.RuneCountInString(text) <= maxWish && wishes.MatchString(text) && !refused.MatchString(text)
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
