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
	`) {
		words[word] = true
	}
	return words
}()
