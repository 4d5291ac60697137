package speech

import (
	"strings"
	"unicode/utf8"
)

// openers begin a message that goes on with what was said before, by whole words. Folded.
var openers = phrasesOf(`
	and|and what|and how|what about|how about|or|but|but what|also|what if|then|so what|and if|why not|why|how so|how come|such as|like what|for example|same for|same question|and for|is that all|which one|which ones|which of them|what else|anything else|more details|more|tell me more|go on|continue|explain|elaborate|really|are you sure|how much|how many|how long|how often|how far|how|when|where|who|since when|until when|for how long|by when|with whom|in that case|if not|if so|otherwise
	und|und was|und wie|aber|oder|was ist mit|wie ist es mit|wie sieht es mit|wie steht es mit|auch|dann|warum|warum nicht|wieso|weshalb|welche|welcher|welches|mehr|noch etwas|und wenn|was wenn|wie viel|wieviel|wie lange|wie oft|wann|wo|wer|wirklich|sicher|ab wann|bis wann|seit wann|sonst noch|zum beispiel|falls nicht|in dem fall
	et|et si|mais|ou|et pour|qu'en est il|qu'en est il de|pourquoi|pourquoi pas|aussi|et alors|combien|combien de temps|quand|où|comment|lequel|laquelle|plus|plus de détails|vraiment|par exemple|dans ce cas|depuis quand|jusqu'à quand|et avec|et sans
	y|y si|pero|o|y para|qué tal|y qué|por qué|porqué|por que|también|cuánto|cuánto tiempo|cuándo|dónde|cómo|cuál|cuáles|más|más detalles|de verdad|por ejemplo|en ese caso|desde cuándo|hasta cuándo|y con|y sin
	e|e se|mas|ou|e para|e quanto|por quê|porquê|também|quanto|quanto tempo|quando|onde|como|qual|quais|mais|mais detalhes|sério|por exemplo|nesse caso|desde quando|até quando|e com|e sem
	ma|o|e per|e se|perché|perché no|anche|quanto|quanto tempo|quando|dove|come|quale|quali|di più|davvero|per esempio|in tal caso|da quando|fino a quando|e con|e senza
	en|en als|maar|of|en wat|hoe zit het met|waarom|waarom niet|ook|hoeveel|hoe lang|hoe vaak|wanneer|waar|hoe|welke|meer|echt|bijvoorbeeld|in dat geval|sinds wanneer|tot wanneer
	i|a|a co|a jak|ale|albo|a jeśli|dlaczego|czemu|też|ile|jak długo|kiedy|gdzie|jak|który|która|więcej|naprawdę|na przykład
	a co|a jak|ale|nebo|proč|také|kolik|jak dlouho|kdy|kde|jak|který|více|opravdu
	och|men|eller|hur är det med|varför|också|hur mycket|hur länge|när|var|hur|vilken|mer
	og|men|eller|hvad med|hva med|hvorfor|også|hvor meget|hvor mye|hvor længe|hvor lenge|hvornår|når|hvor|hvordan|hvilken|mere|mer
	ja|mutta|tai|entä|entäpä|miksi|myös|kuinka paljon|kuinka kauan|milloin|missä|miten|mikä|lisää
	ve|peki|peki ya|ama|ya da|neden|niçin|ne kadar|ne zaman|nerede|nasıl|hangisi|daha|ya
	а|и|но|или|а если|а как|а что|почему|зачем|тоже|сколько|как долго|когда|где|как|какой|какая|какие|подробнее|ещё|правда|а для|а с|и как|с какого времени|например
	а якщо|а як|а що|і|але|або|чому|також|скільки|як довго|коли|де|як|який|яка|детальніше
	και|αλλά|ή|γιατί|πόσο|πότε|πού|πώς|ποιο|και αν
	و|وماذا عن|ماذا عن|لكن|أو|لماذا|كم|متى|أين|كيف
	ו|ומה|ומה עם|מה עם|אבל|או|למה|כמה|מתי|איפה|איך
	और|लेकिन|या|क्यों|कितना|कब|कहाँ|कैसे
	thế còn|còn|vậy|và|nhưng|tại sao|bao nhiêu|bao lâu|khi nào
	dan|tapi|atau|bagaimana dengan|kenapa|mengapa|berapa|berapa lama|kapan|di mana
`)

// strong are openers after which a message leans whatever else it says.
var strong = phrasesOf(`
	and|and what|and how|what about|how about|but|but what|what if|and if|and for|same for|same question|also|which one|which ones|which of them|in that case|if not|if so|otherwise
	und|und was|und wie|aber|was ist mit|wie ist es mit|wie sieht es mit|wie steht es mit|und wenn|falls nicht|in dem fall
	et|et si|mais|et pour|qu'en est il|qu'en est il de|dans ce cas|y|y si|pero|y para|y qué|en ese caso|e|e se|mas|e para|e quanto|nesse caso|ma|e per|in tal caso
	en|en als|maar|en wat|hoe zit het met|in dat geval|a co|a jak|a jeśli|ale|och|men|hur är det med|og|hvad med|hva med|entä|mutta|peki|peki ya
	а|но|а если|а как|а что|а для|а с|и как|а якщо|а як|а що|але|και|αλλά|وماذا عن|ماذا عن|لكن|ומה|ומה עם|מה עם|אבל|और|लेकिन|thế còn|còn|nhưng|tapi|bagaimana dengan
`)

// pointers are words for something that was named before, by language; one language's are another's articles.
var pointers = byLanguage(map[string]string{
	"en": "it its they them their theirs this that these those he she him her ones same former latter previous mentioned above other another both either neither",
	"de": "es dies diese dieser dieses diesen diesem davon dafür damit dazu darin daran darauf darüber dabei dort jene jener jenes er ihn ihm dessen deren derselbe dieselbe dasselbe andere anderen letztere beide",
	"fr": "ce cela ça celui celle ceux celles celui-ci celle-ci ceci il elle ils elles leur leurs lui autre même y en",
	"es": "eso esto esa ese esos esas aquello ello ellos ellas este esta estos estas él ella allí ahí lo otro otra mismo misma",
	"pt": "isso isto essa esse esses essas ele ela eles elas aquilo aquele lá ali disso nisso deste desse outro outra mesmo mesma",
	"it": "questo questa questi queste quello quella quelli quelle esso essa essi ciò ne lì lui lei loro altro altra stesso stessa",
	"nl": "dit dat deze die hem haar hun ervan ervoor daarvan daarvoor daarmee daar andere dezelfde hetzelfde",
	"pl": "to tego tym ten ta te on ona ono oni jego jej ich tam tamto inny inna",
	"cs": "to toho tím ten ta tam jeho její jich jiný", "sk": "to toho tým ten tá tam jeho jej ich iný", "hr": "to toga ovo ono on ona oni njega ih tamo drugi",
	"sv": "detta denna dessa dem där han hon andra", "da": "dette denne disse dem han hun andre", "nb": "dette denne disse dem han hun andre",
	"fi": "se sen sitä siinä siihen tämä tuo ne niitä siellä muu", "tr": "bu şu o bunu bunun onu onun bunlar onlar orada diğeri",
	"ro": "asta aceasta acesta acela aceea el ea ei ele lor acolo altul alta", "hu": "az azt ez ezt azok ezek ő ők ott másik", "ca": "això allò aquest aquesta ell ella ells elles allà altre altra",
	"ru": "это этот эта эти этого этой этому этим этих он она оно они его её ее их им ним ней там тот та те того той другой другая такой",
	"uk": "це цей ця ці цього цієї він вона воно вони його її їх там той та інший", "bg": "това този тази тези той тя то те него нея тях там друг",
	"el": "αυτό αυτή αυτός αυτά εκείνο εκεί αυτού άλλο", "ar": "هذا هذه ذلك تلك هو هي هم هناك ذاك", "fa": "این آن آنها او اینها آنجا", "he": "זה זאת זו אלה הוא היא הם שם ההוא",
	"hi": "यह वह ये वे इसका इसके उसका उसके वहाँ", "vi": "nó đó này kia họ ấy", "id": "itu ini dia mereka tersebut sana",
})

// endings are articles that point when nothing follows them: "Was kostet das?"
var endings = byLanguage(map[string]string{
	"de": "das die der den dem", "nl": "het", "sv": "det den", "da": "det den der", "nb": "det den der", "fr": "le la les",
})

func byLanguage(lists map[string]string) map[string]map[string]bool {
	found := map[string]map[string]bool{}
	for language, list := range lists {
		found[language] = set(list)
	}
	return found
}

// wide are openers and pointers of languages without spaces; those of wideStart count at the beginning only.
var (
	wideStart = strings.Fields("那 那么 那麼 还有 還有 另外 但是 可是 不过 如果 为什么 為什麼 多少 多久 什么时候 それで では じゃあ でも それなら なぜ いつ どこ どうして もし あと 또 그럼 그러면 그리고 하지만 그런데 왜 언제 어디 얼마 얼마나 แล้ว และ แต่ ทำไม เมื่อไหร่")
	widePoint = strings.Fields("它 他们 這個 这个 那个 那個 这些 那些 这样 那样 上述 此 其 それ その これ この あれ あの そこ 同じ 그것 그거 이것 이거 저것 그걸 이걸 그건 이건 그게 이게 거기 같은 มัน นั้น นี้ อันนี้ อันนั้น ที่นั่น")
)

// dummies are uses of those words that point at nothing.
var dummies = strings.NewReplacer(
	" is it possible ", " ", " it is possible ", " ", " is it true ", " ", " is it ok ", " ", " is it okay ", " ", " is it safe ", " ", " is it allowed ", " ", " does it take ", " ", " will it take ", " ", " does it cost to ", " ", " is there ", " ", " are there ", " ", " how is it that ", " ", " is it necessary ", " ",
	" gibt es ", " ", " ist es möglich ", " ", " geht es ", " ", " dauert es ", " ", " kostet es ", " ", " ist das hier ", " ", " est ce que ", " ", " est-ce que ", " ", " y a t il ", " ", " y a-t-il ", " ", " il y a ", " ", " qu'est ce que ", " ", " s'il vous ", " ", " est il possible ", " ", " a quello ", " ",
	" c'è ", " ", " is het mogelijk ", " ", " duurt het ", " ", " kan het ", " ", " finns det ", " ", " är det ", " ", " er det ", " ", " findes der ", " ", " er der ", " ",
	" that i ", " ", " that you ", " ", " that we ", " ", " i that ", " ",
	" on this site ", " ", " on this website ", " ", " on this page ", " ", " this week ", " ", " this month ", " ", " this year ", " ",
)

// longLean is how many words of its own a message has at most that leans on another by a pointer: a longer one
// says itself what it points at, more often than not.
const longLean = 8

// Leans tells whether a question cannot be understood without what was said before it: it begins as if it went on, points at
// something that it does not name, or has no word that says what it is about. A question that stands alone and is taken
// for one that leans costs a call of a model; the other mistake costs an answer.
func Leans(question string) bool {
	folded := Fold(question)
	if folded == "" {
		return false
	}
	for _, r := range folded {
		if unspaced(r) || isHangul(r) {
			return leansWide(folded)
		}
	}
	for at := len(folded); at > 0; at = strings.LastIndexByte(folded[:at], ' ') {
		if strong[folded[:at]] {
			return true
		}
	}
	language := Detect(question)
	if language == "" {
		language = "en"
	}
	own, points := 0, false
	all := strings.Fields(strings.TrimSpace(dummies.Replace(" " + folded + " ")))
	for i, word := range all {
		switch {
		case pointers[language][word] || i == len(all)-1 && endings[language][word]:
			points = true
		case !fillers[word] && !asking[word] && common[word] == nil && !pointers[language][word]:
			own++
		}
	}
	if points && own <= longLean {
		return true
	}
	if openers[folded] || own == 0 {
		return true
	}
	// "For children?": a few words that are no sentence.
	return len(all) <= 3 && startsWithPreposition(folded)
}

var prepositions = set("for with without in at to from on during after before until für mit ohne in nach bei zu von während pour avec sans dans à chez para con sin en a com sem per senza con voor met zonder dla z bez pro s för med utan for med uden uten для с без в на после до за із при για με χωρίς")

func startsWithPreposition(folded string) bool {
	first, _, more := strings.Cut(folded, " ")
	return more && prepositions[first]
}

func leansWide(folded string) bool {
	for _, opener := range wideStart {
		if strings.HasPrefix(folded, opener) {
			// "为什么我的订单没有到" asks by itself: only a short one leans.
			if rest := utf8.RuneCountInString(folded) - utf8.RuneCountInString(opener); rest <= 6 {
				return true
			}
		}
	}
	for _, pointer := range widePoint {
		if at := strings.Index(folded, pointer); at >= 0 && (utf8.RuneCountInString(pointer) > 1 || at == 0 || strings.HasSuffix(folded[:at], " ") || pointer == "它") {
			return true
		}
	}
	return utf8.RuneCountInString(folded) <= 3
}

func isHangul(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }

// phrasesOf makes a set of phrases that are separated by bars and lines.
func phrasesOf(list string) map[string]bool {
	found := map[string]bool{}
	for line := range strings.Lines(list) {
		for phrase := range strings.SplitSeq(strings.TrimSpace(line), "|") {
			if phrase = Fold(phrase); phrase != "" {
				found[phrase] = true
			}
		}
	}
	return found
}
