package speech

import (
	"strings"
	"unicode"
)

// fillers say nothing of what is asked: articles, helpers and politeness.
var fillers = set(`
	a an the is are am be been was were do does did can could will would shall should may might must have has had i me my we us our you your it its to of for in on at by with from as so please get gets getting take takes taking make there that this s t there's i'm i'd i'll it's what's hello hi hey thanks thank tell know want need like possible able would'like let just any some if or and
	der die das den dem des ein eine einen einem einer eines ist sind war bin sein wird werden kann könnte können darf muss soll möchte will würde habe hat haben hatte ich mich mir wir uns sie ihnen ihr ihre ihren du dein deine dir mein meine meinen meinem es man bitte zu zum zur von vom für in im an am auf bei mit und oder hallo danke gibt es denn eigentlich mal gerne dauert
	le la les l un une des du de d est sont être suis ai a avez ont avoir je me moi nous on vous il elle votre vos mon ma mes ce c'est est-ce que qu puis peut peux pouvez pouvons faut fait faire pour en dans à au aux par sur avec et ou s'il plaît bonjour merci y
	el la los las lo un una unos unas es son ser estar está están he ha tengo tiene yo me mi mis nos se su sus usted ustedes puedo puede pueden poder quiero quisiera para en de del al por con y o favor hola gracias hay hacer
	o a os as um uma uns umas é são ser estar está tenho tem eu me meu minha nos se seu sua você vocês posso pode podem quero queria para em de do da dos das no na por com e ou favor olá obrigado há fazer
	il lo la i gli le un uno una è sono essere ho ha hai avere io mi mio mia ci si suo sua posso può possono voglio vorrei per in di del della dei al alla da con e o favore ciao grazie c'è fare
	de het een is zijn ben bent was kan kunnen mag moet wil heb heeft hebben ik mij mijn wij we u uw je jij jouw er te om voor in op aan bij met van en of alstublieft hallo bedankt doen
	и в на с по для у к от до из за я мне мой моя мы нам вы вам ваш ли же бы можно могу есть пожалуйста
`)

// asking are the words by which questions are of one kind. They count half: other words may ask the same.
var asking = set(`
	how what when where who whom whose which why long much many often far
	wie was wann wo wer wen wem welche welcher welches welchen warum wieso wohin woher lange viel viele oft weit
	comment que quoi quand où qui quel quelle quels quelles pourquoi combien temps
	cómo qué cuándo dónde quién cuál cuáles cuánto cuánta cuántos cuántas tiempo
	como quê quando onde quem qual quais quanto quanta quantos tempo
	come cosa quando dove chi quale quali perché quanto quanta tempo
	hoe wat wanneer waar wie welke waarom lang veel vaak
	как что когда где кто какой какая какие почему сколько долго
`)

// opposites turn a question around: one that has such a word is not the one that lacks it.
var opposites = set(`
	not no never without except don't doesn't can't cannot won't isn't aren't didn't
	nicht kein keine keinen keinem keiner ohne nie niemals außer
	pas sans jamais aucun aucune sauf non
	sin nunca ningún ninguna excepto
	não sem nunca nenhum nenhuma exceto
	senza mai nessun nessuna tranne
	niet geen zonder nooit behalve
	не без нет никогда
`)

const (
	half      = 0.5
	agreement = 0.75 // of each question's words that the other must have
	leastSame = 2.0  // words that two questions must share if they are not the same word for word
)

// Alike tells how much two questions ask the same, 0–1: 1 when they are the same but for case, punctuation and accents of
// typing, and 0 unless each has most of the other's words. Numbers and negations must be the same.
func Alike(asked, known string) float64 {
	asked, known = Fold(asked), Fold(known)
	if asked == "" || known == "" {
		return 0
	}
	if asked == known {
		return 1
	}
	a, b := weigh(asked), weigh(known)
	for word := range a.strict {
		if !b.strict[word] {
			return 0
		}
	}
	for word := range b.strict {
		if !a.strict[word] {
			return 0
		}
	}
	shared := 0.0
	for word, weight := range a.words {
		if _, both := b.words[word]; both {
			shared += weight
		}
	}
	if shared == 0 {
		return 0
	}
	// Of one word that says what it is about, all must be the same: "refund?" and "the refund".
	if a.own == b.own && shared == a.total && shared == b.total {
		return 0.95
	}
	score := min(shared/a.total, shared/b.total)
	if score < agreement || shared < leastSame {
		return 0
	}
	return score * 0.95
}

type weighed struct {
	words  map[string]float64
	strict map[string]bool // numbers and opposites
	total  float64
	own    int // words that are neither
}

func weigh(folded string) weighed {
	w := weighed{words: map[string]float64{}, strict: map[string]bool{}}
	for _, word := range words(folded) {
		switch {
		case opposites[word]:
			w.strict["not"] = true
			continue
		case strings.ContainsFunc(word, unicode.IsDigit):
			w.strict[word] = true
		case fillers[word]:
			continue
		}
		weight := 1.0
		if asking[word] {
			weight = half
		}
		if key := stem(word); w.words[key] == 0 {
			w.words[key] = weight
			w.total += weight
			if weight == 1 {
				w.own++
			}
		}
	}
	return w
}

// Content are the words of a text that carry its meaning, in the form in which they are compared; none twice.
func Content(text string) map[string]bool {
	found := map[string]bool{}
	for _, word := range words(Fold(text)) {
		if fillers[word] || common[word] != nil || len(word) < 3 && !strings.ContainsFunc(word, unicode.IsDigit) && word[0] < 0x80 {
			continue
		}
		found[stem(word)] = true
	}
	return found
}

// Shared is the share of a text's words, as Content gives them, that another has; 1 where it has none.
func Shared(of, in map[string]bool) float64 {
	if len(of) == 0 {
		return 1
	}
	n := 0
	for word := range of {
		if in[word] {
			n++
		}
	}
	return float64(n) / float64(len(of))
}
