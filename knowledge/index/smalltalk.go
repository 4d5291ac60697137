package index

import "strings"

// smallTalk are common words that visitors put around what they ask about, beyond the function
// words of the analyzers' lists. They help to rank, but say little of whether a
// passage answers the question: without this, a bot that knows two pages would not
// trust that "How long does shipping take?" is about shipping.
var smallTalk = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(`
		hello hi hey dear please thanks thank okay ok yes sure sorry welcome
		get gets got getting take takes took taken taking give gives gave given go goes going gone come comes make makes made making
		want wants wanted need needs needed like know knows tell told say says said ask asking asked explain describe show
		help let lets try tries tried trying find finding look looking see seen think wonder wondering mean means happen happens happening
		can could would should shall may might must will able possible possibly cannot
		much many long often soon far lot lots bit kind sort way ways thing things something anything nothing everything
		someone anyone everyone somebody anybody one ones
		really actually exactly just still already also even ever never always maybe perhaps now today currently right else instead
		good better best great nice easy easily quick quickly fast well
		question questions information info detail details regarding concerning interested curious
		put keep start use using used work works working
		hallo guten tag bitte danke möchte möchten will wollen kann können könnte gibt gehen geht machen macht brauche brauchen
		sagen wissen weiß finden finde lange viel viele oft gut besser möglich eigentlich denn mal gerne hilfe frage fragen
		hola buenos días gracias favor quiero quisiera puedo puede puedes pueden podría necesito hacer hago hay tengo saber decir dime
		encontrar mucho mucha muchos cuánto cuánta cuántos tiempo tarda posible bien mejor ayuda pregunta
		bonjour salut merci svp veux voudrais peux peut pouvez pourrais besoin faire fait avoir savoir dire dites trouver
		beaucoup combien temps possible bien mieux aide question
		ciao buongiorno grazie favore voglio vorrei posso può potete bisogno fare sapere dire trovare molto quanto quanti tempo possibile bene aiuto domanda
		olá oi obrigado obrigada favor quero queria posso pode podem preciso fazer saber dizer encontrar muito quanto quantos tempo possível bem ajuda pergunta
		hoi dag dank alstublieft wil willen kan kunnen nodig maken doen weten zeggen vinden veel hoeveel lang mogelijk goed hulp vraag
		gilt gelten bekomme bekommen funktioniert lässt lassen soll sollte muss müssen
		faut fais faites marche fonctionne
		здравствуйте привет спасибо пожалуйста хочу хотел хотела хотелось нужно нужен нужна можно могу узнать скажите подскажите сделать вопрос помогите
		merhaba selam teşekkürler lütfen istiyorum isterim olur yapıyor yapılır yapabilir edebilir edebilirim bilgi öğrenmek hakkında yardım
		cześć dzień dobry dziękuję proszę chcę chciałbym chciałabym potrzebuję dowiedzieć zrobić pytanie pomoc
		hej tack vill behöver göra fråga hjälp tak vil har brug gøre hei takk trenger gjøre
		مرحبا السلام شكرا فضلك أريد اريد يمكن يمكنني ممكن المتاحة أعرف اعرف مساعدة سؤال
		नमस्ते धन्यवाद कृपया चाहिए चाहता चाहती करें करना बताइए बताएं जानकारी मदद सवाल
	`) {
		words[word] = true
	}
	return words
}()

// hollow are what questions are asked with in scripts without spaces: pairs of characters that touch it say next to nothing. Particles of Korean
// are written at the end of a word, and count there alone.
var hollow = map[script][]string{
	han: strings.Fields(`的 了 吗 嗎 呢 吧 是 在 有 和 与 與 什么 什麼 怎么 怎麼 怎样 怎樣 如何 为什么 為什麼 哪 谁 誰 多少 几 幾 何时 何時 何 时候 時候
		我 你 您 他 她 它 们 們 这 這 那 请 請 可以 能 会 會 要 想 需要 应该 應該 一个 一個 被 把 对 對 从 從 到 也 都 就 还 還 吗？`),
	kana: strings.Fields(`ください 下さい ください。 です ですか ます ました ません ましょう でしょうか して する した しています している いる ある あります いません から まで より
		は が を に で と も の へ や か ね よ って という について どう どの どれ どこ どんな どちら いつ いくら いくつ なに なぜ だれ これ それ あれ この その あの こと もの ため
		できます できる たい なる なり れる られる ない なく お願い 教えて 何 誰 私 `),
	hangul: strings.Fields(`나요 인가요 까요 습니까 습니다 입니다 이에요 예요 해요 세요 주세요 줘 싶어요 궁금해요 있나요 되나요 하나요 수 얼마 얼마나 언제 어디 어떻게 어떤 무엇 뭐 왜 누구 누가 몇 제 저 내 나 있는 하는 해야 할
		은 는 이 가 을 를 에 에서 에게 으로 로 의 도 와 과 만 안에 좀`),
	thai: strings.Fields(`ไหม มั้ย หรือไม่ หรือเปล่า เท่าไหร่ เท่าไร อย่างไร ยังไง เมื่อไหร่ เมื่อไร ที่ไหน ใคร อะไร ทำไม กี่ ได้ ให้ หน่อย ครับ ค่ะ คะ ฉัน ผม ของ ที่ และ หรือ เป็น คือ มี ใน จะ ต้อง การ ความ นี้ นั้น
		กับ จาก ว่า ไม่ ขอ บอก ช่วย อยาก ไป มา แล้ว ถึง ด้วย`),
}
