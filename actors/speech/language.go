package speech

import (
	"strings"
	"unicode"
)

// common are the words by which languages in Latin script are told apart in a sentence of a few words: function words, the words
// that questions to a business begin with, and words of greeting.
var common = func() map[string][]string {
	languages := map[string][]string{}
	for language, list := range map[string]string{
		"en": "the is are and you your what how do does can i my to of for it with when where which who why have has not will would there this that please if be from or an at by",
		"de": "der die das ist sind und ich sie wie was kann können nicht ein eine einen für mit wo wann warum haben hat werden wird es den dem auf von zu zum zur bei wir ihr mein meine bitte gibt wenn auch noch nach über kostet lange",
		"fr": "le la les est sont et je vous que quel quelle comment combien pouvez puis pas un une des du pour avec où quand pourquoi ai avez mon ma mes votre vos dans sur il elle nous c'est est-ce qu'est j'ai s'il au aux sans ça",
		"es": "el la los las es son y yo usted que qué cómo cuánto cuándo dónde cuál puedo puede no un una unos para con por qué tengo tiene mi mis su sus del al en se lo está están hay quiero cuesta tarda desde",
		"pt": "o a os as é são e eu você que qual como quanto quando onde posso pode não um uma para com por tenho tem meu minha seu sua do da no na em se está há quero custa vocês fazer preciso uma pelo pela dos das",
		"it": "il lo la gli le è sono e io che quale come quanto quando dove posso può non un una per con perché ho ha mio mia del della nel nella di in si c'è vorrei costa avete siete dei delle al alla",
		"nl": "de het een is zijn en ik u je wat hoe kan kunnen niet voor met waar wanneer waarom heb heeft mijn uw jullie van op te naar bij er als ook wordt worden kost lang welke dit dat",
		"pl": "jest są i ja jak co czy czym mogę można nie dla z ze gdzie kiedy dlaczego ile mam ma mój moja na do w we się to ten ta te po od przez jaki jaka jakie trwa kosztuje",
		"cs": "je jsou a já jak co kdy kde proč kolik mohu můžu lze ne není pro s se si na do v ve z ze to ten ta můj moje jaký jaká jaké máte mám trvá stojí nebo po od",
		"sv": "är och jag ni du hur vad kan inte en ett för med var när varför har min mitt mina på till av det den som om från kostar lång tar era",
		"da": "er og jeg i du hvordan hvad kan ikke en et for med hvor hvornår hvorfor har min mit mine på til af det den som om fra koster lang tager jeres",
		"nb": "er og jeg dere du hvordan hva kan ikke en et ei for med hvor når hvorfor har min mitt mine på til av det den som om fra koster lang tar deres",
		"fi": "on ovat ja minä mitä miten kuinka voinko voiko ei onko missä milloin miksi paljonko mikä minun teidän se tämä kanssa tai jos kun kauan maksaa voi olen",
		"tr": "ve bir bu ne nasıl nerede neden için ile mi mı mu mü var yok değil ben siz kaç kadar hangi benim sizin da de olur zaman miyim mıyım gün",
		"ro": "este sunt și eu cum ce pot poate nu un o pentru cu unde când cât câte de am are meu mea la în din se să pe care costă durează",
		"hu": "a az és hogyan mi van vannak nem egy hogy mennyi mikor hol miért lehet meg tudok én ön önök kell mennyibe kerül milyen ez az el",
		"vi": "là và tôi bạn như thế nào gì có không của cho với ở đâu khi nào sao được bao nhiêu lâu một các này tại mất",
		"id": "dan apa bagaimana apakah saya anda bisa tidak untuk dengan di mana kapan mengapa berapa yang ini itu ada dari ke lama kami adalah atau",
		"hr": "je su i ja kako što mogu može ne za s sa gdje kada zašto koliko imam ima moj moja na do u iz se to koji koja koje li traje košta",
		"sk": "je sú a ja ako čo kedy kde prečo koľko môžem môže nie pre s so sa si na do v vo z zo to ten tá môj moja aký aká aké máte mám trvá stojí alebo",
		"ca": "el la els les és són i jo que què com quant quan on quin puc pot no un una per amb meu meva del al en es està hi ha vull triga costa",
	} {
		for word := range strings.FieldsSeq(list) {
			if !contains(languages[word], language) {
				languages[word] = append(languages[word], language)
			}
		}
	}
	return languages
}()

// letters that a language has, and few others do.
var letters = map[rune]string{
	'ß': "de", 'ä': "de sv fi", 'ö': "de sv fi hu tr", 'ü': "de tr hu", 'ñ': "es", '¿': "es", '¡': "es", 'ã': "pt", 'õ': "pt", 'ê': "fr pt vi", 'è': "fr it ca", 'à': "fr it ca", 'ù': "fr it", 'œ': "fr", 'ç': "fr pt tr ca",
	'ł': "pl", 'ą': "pl", 'ę': "pl", 'ż': "pl", 'ś': "pl", 'ć': "pl hr", 'ř': "cs", 'ě': "cs", 'ů': "cs", 'ľ': "sk", 'ĺ': "sk", 'ŕ': "sk", 'č': "cs hr sk", 'š': "cs hr sk", 'ž': "cs hr sk", 'đ': "hr vi",
	'å': "sv da nb", 'ø': "da nb", 'æ': "da nb", 'ş': "tr", 'ı': "tr", 'ğ': "tr", 'ő': "hu", 'ű': "hu", 'ț': "ro", 'ș': "ro", 'ă': "ro vi", 'ơ': "vi", 'ư': "vi",
}

// scripts that decide by themselves; the first that has most letters counts.
var scripts = []struct {
	table    *unicode.RangeTable
	language string
}{
	{unicode.Hangul, "ko"}, {unicode.Thai, "th"}, {unicode.Greek, "el"}, {unicode.Hebrew, "he"}, {unicode.Devanagari, "hi"}, {unicode.Bengali, "bn"}, {unicode.Tamil, "ta"},
	{unicode.Telugu, "te"}, {unicode.Gujarati, "gu"}, {unicode.Georgian, "ka"}, {unicode.Armenian, "hy"}, {unicode.Lao, "lo"}, {unicode.Khmer, "km"}, {unicode.Myanmar, "my"}, {unicode.Ethiopic, "am"},
}

// Detect tells which language a text is written in, as a BCP 47 tag of two letters; "" where it shows too little: names,
// numbers, one word that many languages have.
func Detect(text string) string {
	const most = 2_000 // bytes: more says nothing new
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	counts := map[string]int{}
	total := 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		total++
		if r < 0x370 {
			continue
		}
		counts[scriptOf(r)]++
	}
	switch han, kana := counts["han"], counts["kana"]; {
	case kana > 0 && (han+kana)*3 > total:
		return "ja"
	case han*3 > total:
		return "zh"
	case counts["cyrillic"]*2 > total:
		return cyrillic(text)
	case counts["arabic"]*2 > total:
		if strings.ContainsAny(text, "پچژگ") {
			return "fa"
		}
		return "ar"
	}
	for _, s := range scripts {
		if counts[s.language]*2 > total {
			return s.language
		}
	}
	return latin(text)
}

func scriptOf(r rune) string {
	switch {
	case unicode.Is(unicode.Han, r):
		return "han"
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return "kana"
	case unicode.Is(unicode.Cyrillic, r):
		return "cyrillic"
	case unicode.Is(unicode.Arabic, r):
		return "arabic"
	}
	for _, s := range scripts {
		if unicode.Is(s.table, r) {
			return s.language
		}
	}
	return ""
}

func cyrillic(text string) string {
	text = strings.ToLower(text)
	switch {
	case strings.ContainsAny(text, "іїєґ"):
		return "uk"
	case strings.ContainsAny(text, "ыэё"):
		return "ru"
	case strings.ContainsAny(text, "ђћљњџј"):
		return "sr"
	}
	for word := range strings.FieldsSeq(Fold(text)) {
		if bulgarian[word] {
			return "bg"
		}
	}
	return "ru"
}

var bulgarian = set("съм са ли ще мога може колко къде кога защо струва какво имате доставката поръчката моята здравейте благодаря")

// latin counts votes: a word that several languages have is a part of one for each.
func latin(text string) string {
	votes := map[string]float64{}
	folded := strings.ToLower(text)
	for _, r := range folded {
		for language := range strings.FieldsSeq(letters[r]) {
			votes[language] += 0.4
		}
	}
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ReplaceAll(folded, "’", "'"), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) {
		if seen[word] {
			continue
		}
		seen[word] = true
		for _, language := range common[word] {
			votes[language] += 1 / float64(len(common[word]))
		}
	}
	best, second := "", 0.0
	for _, language := range latins {
		switch vote := votes[language]; {
		case best == "" && vote > 0:
			best = language
		case vote > votes[best]:
			best, second = language, votes[best]
		case vote > second && !(best == "da" && language == "nb"): // whoever reads one reads the other
			second = vote
		}
	}
	if best == "" || votes[best] < 0.5 || votes[best] <= second {
		return ""
	}
	return best
}

// latins are the languages of common, those that more people write first.
var latins = strings.Fields("en es pt fr de id vi tr it pl nl ro sv cs hu da nb fi hr sk ca")

func contains(list []string, item string) bool {
	for _, one := range list {
		if one == item {
			return true
		}
	}
	return false
}

// Base is the language of a tag such as de-CH; "nb" for all of Norwegian.
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	switch base {
	case "no", "nn":
		return "nb"
	case "iw":
		return "he"
	}
	return base
}

// Choose decides in which language to answer: the one of the text if it shows one, else of what was said
// before, latest first, else of the locale; but one of allowed, if there are any. What it returns is as the owner or the
// browser wrote it; "" if nothing tells.
func Choose(text string, earlier []string, locale string, allowed []string) string {
	may := func(language string) string {
		if len(allowed) == 0 {
			return language
		}
		for _, tag := range allowed {
			if Base(tag) == Base(language) {
				return tag
			}
		}
		return ""
	}
	if language := Detect(text); language != "" {
		if Base(locale) == language {
			language = locale // with its region
		}
		if language = may(language); language != "" {
			return language
		}
	} else {
		for i := len(earlier) - 1; i >= 0; i-- {
			if language := Detect(earlier[i]); language != "" {
				if language = may(language); language != "" {
					return language
				}
				break
			}
		}
	}
	if locale != "" {
		if language := may(locale); language != "" {
			return language
		}
	}
	if len(allowed) > 0 {
		return allowed[0]
	}
	return ""
}
