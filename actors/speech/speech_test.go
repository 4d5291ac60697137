package speech

import "testing"

func TestTheLanguageOfAQuestionIsDetected(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"How long does shipping take?":                       "en",
		"Do you ship to Norway?":                             "en",
		"Wie lange dauert die Lieferung?":                    "de",
		"Kann ich meine Bestellung ändern?":                  "de",
		"Quel est le délai de livraison ?":                   "fr",
		"Combien coûte la livraison ?":                       "fr",
		"¿Cuánto cuesta el envío?":                           "es",
		"Cuánto tarda el envío a Madrid":                     "es",
		"Quanto tempo demora a entrega?":                     "pt",
		"Como posso devolver um produto?":                    "pt",
		"Quanto costa la spedizione?":                        "it",
		"Come posso restituire un articolo?":                 "it",
		"Hoe lang duurt de levering?":                        "nl",
		"Kan ik mijn bestelling wijzigen?":                   "nl",
		"Ile kosztuje wysyłka?":                              "pl",
		"Kolik stojí doprava?":                               "cs",
		"Hur lång tid tar leveransen?":                       "sv",
		"Hvor lenge tar det og hva koster frakten for deres": "nb",
		"Hvordan kan jeg ændre min ordre?":                   "da",
		"Kuinka kauan toimitus kestää?":                      "fi",
		"Kargo ne kadar sürer?":                              "tr",
		"Cât durează livrarea?":                              "ro",
		"Mennyi idő a szállítás?":                            "hu",
		"Thời gian giao hàng là bao lâu?":                    "vi",
		"Berapa lama pengiriman?":                            "id",
		"Сколько длится доставка?":                           "ru",
		"Скільки коштує доставка і чи є знижки?":             "uk",
		"Колко струва доставката?":                           "bg",
		"Πόσο κοστίζει η αποστολή;":                          "el",
		"كم تستغرق مدة الشحن؟":                               "ar",
		"هزینه ارسال چقدر است؟":                              "fa",
		"כמה זמן לוקח המשלוח?":                               "he",
		"डिलीवरी में कितना समय लगता है?":                     "hi",
		"配送需要多长时间？":                                          "zh",
		"配送にはどのくらいかかりますか？":                                   "ja",
		"배송은 얼마나 걸리나요?":                                      "ko",
		"ใช้เวลาจัดส่งนานเท่าไหร่":                           "th",
		"iPhone 15":  "",
		"12345":      "",
		"":           "",
		"ok":         "",
		"Zalando AG": "",
	} {
		if got := Detect(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestTheLanguageOfAnAnswerIsTheVisitorsUnlessTheOwnerSaysOtherwise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text    string
		earlier []string
		locale  string
		allowed []string
		want    string
	}{
		"that of the question":                      {"Wie lange dauert das?", nil, "en-GB", nil, "de"},
		"with the browser's region":                 {"Wie lange dauert das?", nil, "de-CH", nil, "de-CH"},
		"that of what was said before":              {"iPhone 15?", []string{"Hello there, how are you?", "Was kostet das Paket?"}, "en", nil, "de"},
		"the browser's":                             {"iPhone 15?", nil, "pt-BR", nil, "pt-BR"},
		"one that the owner allows":                 {"Wie lange dauert das?", nil, "de", []string{"en", "de-AT"}, "de-AT"},
		"the browser's where the question's is not": {"Quanto costa la spedizione?", nil, "de", []string{"en", "de"}, "de"},
		"the owner's first where neither is":        {"Quanto costa la spedizione?", nil, "it", []string{"en", "de"}, "en"},
		"none":                                      {"42", nil, "", nil, ""},
	} {
		if got := Choose(c.text, c.earlier, c.locale, c.allowed); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSmallTalkIsToldFromQuestions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Talk{
		"Hi":                            Greeting,
		"hello!!! 👋":                    Greeting,
		"Hello Ada,":                    Greeting,
		"Good morning":                  Greeting,
		"Thanks a lot!":                 Thanks,
		"ok thanks":                     Thanks,
		"Thank you, bye!":               Goodbye,
		"OK":                            Agreed,
		"Great, that's all":             Agreed,
		"How are you?":                  HowAreYou,
		"hi, are you a bot?":            Robot,
		"Am I talking to a human?":      Robot,
		"Who are you":                   Robot,
		"Guten Tag!":                    Greeting,
		"Vielen Dank für Ihre Hilfe!":   Thanks,
		"Bist du ein Mensch?":           Robot,
		"Bonjour":                       Greeting,
		"Merci beaucoup, bonne journée": Goodbye,
		"¡Hola! ¿Qué tal?":              HowAreYou,
		"muchas gracias":                Thanks,
		"Obrigada!":                     Thanks,
		"Buongiorno":                    Greeting,
		"Sei un robot?":                 Robot,
		"Dank je wel!":                  Thanks,
		"Dzień dobry":                   Greeting,
		"Tack så mycket":                Thanks,
		"Merhaba":                       Greeting,
		"Здравствуйте!":                 Greeting,
		"Спасибо большое":               Thanks,
		"Ты бот?":                       Robot,
		"Дякую":                         Thanks,
		"你好":                            Greeting,
		"你好，你是机器人吗？":                    Robot,
		"谢谢你！":                          Thanks,
		"ありがとうございます。":                   Thanks,
		"안녕하세요":                         Greeting,
		"مرحبا":                         Greeting,
		"שלום":                          Greeting,
		"नमस्ते":                        Greeting,
		"สวัสดีครับ":                    Greeting,
		"Cảm ơn bạn":                    Thanks,

		"Hi, how long does shipping take?":           "",
		"Hello, I have a question about my order":    "",
		"Guten Tag, wie lange dauert die Lieferung?": "",
		"Thanks, and what about returns?":            "",
		"Good morning coffee blend":                  "",
		"Are you open on Sunday?":                    "",
		"Is this a bottle?":                          "",
		"Are you a bot that knows about refunds?":    "",
		"hiking boots":                               "",
		"你好，配送需要多久？":                                 "",
		"Bonjour, je voudrais rendre un article":     "",
		"Where is my ok sticker":                     "",
		"":                                           "",
		"?!":                                         "",
		"please":                                     "",
		"yes":                                        "",
		"no":                                         "",
		"thank you page":                             "",
		"bye bye baby album":                         "",
		"Who are your suppliers?":                    "",
		"how are you different from the other shops?": "",
	} {
		if got, _ := SmallTalk(text, "Ada"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"Guten Tag": "de", "merci beaucoup": "fr", "ok": "", "Thank you!": "en", "谢谢": "zh", "grazie mille": "it"} {
		if _, got := SmallTalk(text, ""); got != want {
			t.Errorf("%q is in %q, want %q", text, got, want)
		}
	}
}

func TestEveryLanguageOfSmallTalkHasItsPhrases(t *testing.T) {
	t.Parallel()
	for phrase, said := range sayings {
		for _, language := range said.languages {
			if _, known := phrases[language]; !known {
				t.Errorf("%q is %s, which has no phrases", phrase, language)
			}
		}
	}
	for language, p := range phrases {
		for _, talk := range []Talk{Greeting, Agreed, Thanks, HowAreYou, Goodbye, Robot} {
			if p.Reply(talk) == "" {
				t.Errorf("%s says nothing to %s", language, talk)
			}
		}
	}
	if In("de-AT") != In("de") || In("xx") != In("en") || In("") != In("en") {
		t.Error("a region or an unknown language has other phrases")
	}
}

func TestAQuestionThatLeansOnTheOneBeforeIsTold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"And for children?":                  true,
		"What about Norway?":                 true,
		"How much is it?":                    true,
		"How long does that take?":           true,
		"Why?":                               true,
		"how much?":                          true,
		"Can I return it after I opened it?": true,
		"Does this also apply to sale items": true,
		"Which one is cheaper?":              true,
		"for how long":                       true,
		"tell me more":                       true,
		"Is there a discount for them?":      true,
		"without insurance?":                 true,

		"How long does shipping take?":                             false,
		"How long does it take to ship to Norway?":                 false,
		"Is it possible to return shoes?":                          false,
		"Do you sell gift cards?":                                  false,
		"Where is your shop in Lisbon?":                            false,
		"I want to cancel my order":                                false,
		"shipping costs":                                           false,
		"What is the warranty on bikes?":                           false,
		"My parcel has not arrived, what should I do?":             false,
		"Can children under the age of twelve travel without fare": false,

		"Und für Kinder?":                     true,
		"Wie lange dauert das?":               true,
		"Was kostet es?":                      true,
		"Gilt das auch für Sale-Artikel?":     false, // "das" before a verb is not told from an article; it has words of its own
		"Wie lange dauert die Lieferung?":     false,
		"Gibt es einen Rabatt für Studenten?": false,
		"Und wie sieht es mit Norwegen aus?":  true,
		"Et pour les enfants ?":               true,
		"Combien ça coûte ?":                  true,
		"Quel est le délai de livraison ?":    false,
		"¿Y para niños?":                      true,
		"¿Cuánto cuesta eso?":                 true,
		"¿Cuánto cuesta el envío?":            false,
		"E per i bambini?":                    true,
		"Quanto costa la spedizione?":         false,
		"E para crianças?":                    true,
		"Quanto custa isso?":                  true,
		"Quanto custa a entrega?":             false,
		"En voor kinderen?":                   true,
		"Hoe lang duurt de levering?":         false,
		"А для детей?":                        true,
		"Сколько это стоит?":                  true,
		"Сколько длится доставка?":            false,
		"А якщо я живу в Норвегії?":           true,
		"那儿童呢？":                               true,
		"它多少钱？":                               true,
		"配送需要多长时间？":                           false,
		"为什么我的订单还没有送到？":                       false,
		"それはいくらですか？":                          true,
		"配送にはどのくらいかかりますか？":                    false,
		"그럼 아이들은요?":                           true,
		"배송은 얼마나 걸리나요?":                       false,
		"وماذا عن الأطفال؟":                   true,
		"كم تستغرق مدة الشحن؟":                false,
	} {
		if got := Leans(text); got != want {
			t.Errorf("%q leans: %v, want %v", text, got, want)
		}
	}
}

func TestQuestionsAreAlikeWhenTheyAskTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked, known string
		want         bool
	}{
		{"how long does a refund take", "How long does a refund take?", true},
		{"refund how long", "How long does a refund take?", true},
		{"How long does it take to get a refund?", "How long does a refund take?", true},
		{"HOW LONG DOES A REFUND TAKE???", "How long does a refund take?", true},
		{"Do you ship to Norway?", "Can you ship to Norway?", true},
		{"Do you ship to Sweden?", "Do you ship to Norway?", false},
		{"Can I return a sale item?", "Can I return an item?", false},
		{"Can I return an item without the receipt?", "Can I return an item with the receipt?", false},
		{"What does the 5 kg parcel cost?", "What does the 10 kg parcel cost?", false},
		{"How do I change my password?", "How do I change my email?", false},
		{"When do you open?", "Where do you open?", false},
		{"What is the warranty?", "Do you sell gift cards?", false},
		{"Wie lange dauert eine Erstattung?", "Wie lange dauert die Erstattung?", true},
		{"Wie lange dauert die Lieferung?", "Wie lange dauert die Erstattung?", false},
		{"退货期限是多久？", "退货期限是多久", true},
		{"退货期限是多久？", "配送时间是多久？", false},
		{"", "How long?", false},
		{"the and of", "How long?", false},
	} {
		if got := Alike(c.asked, c.known); got > 0 != c.want {
			t.Errorf("%q and %q: %.2f, want them alike: %v", c.asked, c.known, got, c.want)
		}
		if there, back := Alike(c.asked, c.known), Alike(c.known, c.asked); there != back {
			t.Errorf("%q and %q: %.2f one way, %.2f the other", c.asked, c.known, there, back)
		}
	}
}
