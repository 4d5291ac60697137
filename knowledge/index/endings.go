package index

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// functionWords are those of languages for which bleve has no list, or none without a table of megabytes (Polish), and the words by which
// questions are asked of the others, which its lists lack: they were made for texts.
var functionWords = map[Language]string{
	"pl": `a aby ale albo ani bardzo bez bo był była było były być będzie będą ci co coś czy czyli dla do gdy gdzie go i ich ile im ja jak jaka jaki jakie jako
		je jego jej jest jestem jeszcze jeśli jeżeli już ją kiedy kto która które którego której który których każdy lub ma mają mam mi mnie moja moje mogę może można mój mną
		my na nad nam nas nasz nasza nasze nie nich nim niż no o od on ona one oni oraz pan pani po pod ponieważ poza przed przez przy się skąd są ta tak taka taki takie także tam te tego tej
		ten też to tu tutaj twoja twoje twój ty tych tylko tym tę u w wam was we więc wszystkie wszystko wy z za ze że żeby`,
	"uk": `а або але без був була були було бути в ваш ваша ваше ви від він вона вони воно все всі вже де для до дуже є його їй її їм їх ж за з зі зараз із і й
		інші коли котра котрий кого кому ким куди лише мене мені мій може можна ми на над нам нас наш не нема ні них ніж о один ось по при про проте під після перед через також та так така таке такий такі там те ти
		тих то тоді того той тому тут ту у хто хоча це цей цього цим ця ці чи чим чого чому що щоб щось як яка який яке які якого якої якщо я`,
	"he": `אבל או אותה אותו אותי אותך אותם אז אחרי אי איזה איזו איך אין איפה אל אם אנחנו אני אף את אתה אתם ב בין בכל בלי גם האם הוא היא היה היו היתה הם הן הנה זאת זה זו
		יש יכול יכולה יכולים כאן כאשר כדי כי כל כך כמה כמו כן לא לאחר לאן להיות לה להם לו לי לכם למה לנו לפני לפי מאוד מדוע מה מי מתי נא על עם עד עוד עליי פה רק של שלה שלהם שלו שלי שלך שלכם שלנו שם תחת`,
	"vi": `bị bởi các cái cần cho chỉ chúng chưa có cả của cũng cùng do đang đã đây để đến đều đi điều đó được gì hay hoặc hơn khi không là làm lại lên mà mỗi một nào này nên nếu ngay như nhưng những
		nơi nữa ở ra rằng rất rồi sau sẽ sao tại theo thế thì tôi trên trong trước từ từng và vào vẫn về vì việc với vậy vừa bạn bao nhiêu ai đâu mấy xin hãy`,
	"es": `cuál cuáles qué quién quiénes cuándo cómo dónde adónde cuánto cuánta cuántos cuántas porqué puedo puede pueden`,
	"pt": `qual quais quem quando como onde aonde quanto quanta quantos quantas porquê porque posso pode`,
	"it": `quale quali qual chi quando come dove quanto quanta quanti quante perché cosa posso può`,
	"fr": `quel quelle quels quelles lequel laquelle qui quand comment où combien pourquoi quoi peut peux puis`,
	"de": `wie was wann wo wer wen wem wessen welche welcher welches welchen welchem warum wieso weshalb wohin woher wofür womit wieviel kann könnt ihr euch euer eure`,
	"nl": `hoe wat wanneer waar wie wiens welke welk waarom hoeveel waarheen kan`,
	"sv": `hur vad när vem vilken vilket vilka varför kan`,
	"da": `hvordan hvad hvornår hvor hvem hvilken hvilket hvilke hvorfor kan`,
	"no": `hvordan hva når hvor hvem hvilken hvilket hvilke hvorfor kan`,
	"fi": `miten mitä milloin missä mistä mihin kuka ketkä mikä mitkä miksi kuinka paljonko onko voiko voinko`,
	"ro": `cum ce când unde cine care cât câtă câți câte pot poate`,
	"hu": `hogyan hogy mi mit mikor hol hová honnan ki kit melyik miért mennyi mennyibe hány lehet`,
	"tr": `ne neler nasıl neden niçin nerede nereye nereden kim kimin hangi hangisi kaç kadar mı mi mu mü mıyım miyim muyum müyüm mısınız misiniz musunuz müsünüz`,
	"hr": `kako što kada gdje tko koji koja koje zašto koliko mogu može`,
	"ca": `com què quan on qui quin quina quins quines quant quanta quants quantes puc pot`,
	"gl": `como que cando onde quen cal cales canto canta cantos cantas podo pode`,
	"id": `bagaimana apa apakah kapan mana siapa mengapa kenapa berapa bisa`,
	"ru": `как что когда где кто какой какая какое какие какого каком каких почему зачем сколько куда откуда ли чей`,
	"bg": `как какво кога къде кой коя кое кои защо колко мога може`,
	"ar": `كيف ما ماذا متى أين اين من أي أية لماذا كم هل هي هو`,
	"fa": `چگونه چطور چه کی کجا چرا کدام چند آیا`,
	"el": `πώς τι πότε πού ποιος ποια ποιο ποιοι ποιες γιατί πόσο πόσα πόσες πόσοι μπορώ`,
	"hi": `कैसे क्या कब कहाँ कहां कौन किस किसे किसका किसकी क्यों कितना कितनी कितने हूँ हैं सकता सकते सकती मैं मुझे`,
}

// endings are those of inflected words, of the languages for which bleve has no stemmer. They are cut off, the longest that
// leaves a stem: what "light" stemmers do (Savoy, "Light stemming approaches for the French, Portuguese, German and Hungarian languages", 2006;
// Dolamic and Savoy, "Indexing and stemming approaches for the Czech language", 2009), which retrieve as well as thorough ones.
var endings = map[Language]string{
	"pl": `iejszych iejszymi iejszego iejszej iejszy iejsza iejsze owaniem owaniu owania owanie aniem eniem aniu eniu ania enia anie enie aniach eniach
		owego owemu owych owymi owej owym owie ami ach iami iach iego iemu ymi imi ych ich ego emu ów om iom em iem owi ej iej ym im ą ię ę ia ie iu io a e i o u y
		ować ował owała ały ało ała ał ać eć ić yć`,
	"cs": `atech ětem etem atům ovými ových ového ovému ovou ách ich ích ého ěmi emi ému ete eti iho ího ími imu ách ata aty ých ama ami ové ovi ými em es ém ím
		ům at ám os us ým mi ou ech a e i o u y á é í ý ě ů`,
	"uk": `ування уванням увати ували ування ання анням енням ення ями ами ові еві ого ому ими ості істю ість ній ної ним них ях ах ям ам ів їв ей ою ею єю ий ій ої їх ім ами ти ть ла ло ли
		ють уть ять ать а е и і о у ю я ь й є ї`,
	"bg": `ите ата ето ото ият ията ието ове ища овете ът ят та то те ия ията ият ане ание ания ението ение ения ът ат ни на но ен ва ме ха ше а е и о у ъ ю я`,
	"el": `ιδων ατος ατων ατα ουσες ουσα οντας ωντας ησεις ησης ησεων εσεις ωσεις ικων ικους ικες ικης ικου ικος ικοι ικη ικα ικο ησαμε ησατε ουμε ουνται εται ονται ομαι
		εις εων ους ων ος ου οι ας ες ης ις ως αι ει α ε η ι ο υ ω ν`,
	"ca": `aments ament acions ació ador adors adora ables able ant ants es os as a e o s`,
	"gl": `amentos amento acións ación adores ador ábeis ábel as os es a o e s`,
	"id": `kannya annya inya nya lah kah pun kan an i`,
	"hy": `ությունների ությունների ություններ ությունը ության ություն ներից ներով ներում ները ների ներ երի երը եր ից ով ում ին ի ը ն`,
	"eu": `etarako entzat rentzat etatik etara etako etan arekin ekin aren eko tik ra an en ak ek ari a k`,
	"ga": `anna acha aigh igh tha te í a e`,
}

func endingsOf(language Language) []string {
	all := strings.Fields(fold(endings[language]))
	slices.SortStableFunc(all, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	return slices.Compact(all)
}

// leastStem is what a stem has at least, in characters.
const leastStem = 3

// strip cuts the endings of a word off.
func (a *analyzer) strip(word string) string {
	switch a.language { //nolint:exhaustive // the one named constant is a language like any other
	case "he":
		return hebrewStem(word)
	case "vi":
		return word
	case "id":
		word = indonesianStem(word)
	}
	word = fold(word)
	n := utf8.RuneCountInString(word)
	for _, ending := range a.endings {
		if strings.HasSuffix(word, ending) && n-utf8.RuneCountInString(ending) >= leastStem {
			return strings.TrimSuffix(word, ending)
		}
	}
	return word
}

// hebrewStem cuts off the particles that are written with a word, and the endings of plurals.
func hebrewStem(word string) string {
	r := []rune(fold(word))
	for len(r) > leastStem && strings.ContainsRune("והבלכמש", r[0]) {
		r = r[1:]
	}
	for _, ending := range []string{"יות", "ים", "ות", "ית", "ה", "י"} {
		e := []rune(ending)
		if len(r)-len(e) >= leastStem-1 && strings.HasSuffix(string(r), ending) {
			return string(r[:len(r)-len(e)])
		}
	}
	return string(r)
}

// indonesianStem cuts off prefixes.
func indonesianStem(word string) string {
	for _, prefix := range []string{"mempersembah", "memper", "menge", "meng", "meny", "mem", "men", "me", "peng", "peny", "pem", "pen", "per", "pe", "ber", "ter", "di", "ke", "se"} {
		if strings.HasPrefix(word, prefix) && len(word)-len(prefix) >= leastStem+1 {
			return word[len(prefix):]
		}
	}
	return word
}
