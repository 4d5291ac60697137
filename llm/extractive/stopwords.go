package extractive

// idle are words that say nothing of what is asked: the function words and
// question words of the widest spread languages, and what visitors say around a
// question. In other languages such words weigh little by themselves, as they stand in many sentences.
var idle = setOf(`
	a an the this that these those some any each such own both
	i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
	one someone something anyone anything everything somebody
	is am are was were be been being do does did done doing have has had having
	can could will would shall should may might must cannot can't don't doesn't didn't isn't aren't won't wouldn't
	what which who whom whose when where why how what's how's where's who's
	and or but if then else so as of at by for with about against between into through during before after
	to from up down in out on off over under again further there here than too very just only also
	not no nor yes all more most other same much many long often until must
	get gets got getting let lets make makes made need needs want wants like tell know find found show give use used using work works
	possible way ways able thing things please thanks thank hello hi hey help question regarding
	it's i'm i've i'd we're you're there's that's

	der die das den dem des ein eine einen einem einer eines kein keine keinen
	ich mich mir du dich dir er sie es wir uns ihr euch ihnen man mein meine meinen dein ihre ihren unser unsere sein seine sich
	ist sind war waren bin bist sei wird werden wurde hat haben habe hatte kann können könnte muss müssen soll sollte darf will möchte
	was welche welcher welches welchen wer wen wem wann wo wohin woher warum wieso weshalb wie wieviel
	und oder aber wenn dann als auch nicht noch nur schon so sehr hier da dort doch mal bitte danke hallo gibt
	viel viele lange oft von vom zu zum zur mit ohne für auf an am im in ins aus bei beim nach über unter um durch gegen vor seit bis

	el la los las lo un una unos unas al del de y o u e pero si no sí que qué cual cuál cuales quien quién cuando cuándo
	donde dónde como cómo cuanto cuánto cuanta cuánta cuantos cuántos por para con sin sobre entre desde hasta en a
	yo tú él ella usted nosotros ellos ustedes mi mis tu tus su sus me te se nos le les es son era ser estar está están hay
	puedo puede pueden poder tengo tiene tener hacer hago hola gracias favor más muy ya

	le les des du au aux une et ou mais ne pas que qui quoi quel quelle quels quelles quand où comment pourquoi combien
	je tu il elle nous vous ils elles mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces
	est sont été être suis ai as avons avez ont avoir peux peut peuvent puis faire fait dans sur sous avec sans pour par chez entre vers
	bonjour merci plaît plus très y en à d'un d'une est-ce c'est qu'est j'ai

	il lo gli uno della delle dei degli nel nella con per tra fra che chi cosa quale quali quando dove come perché quanto quanta
	io tu lui lei noi voi loro mio mia tuo tua suo sua sono sei è siamo avere ho hai ha posso può possono fare ciao grazie
	os as um uma do da dos das no na nos nas ao aos em com sem para pelo pela quem qual quais onde quanto eu ele ela você nós meu minha
	seu sua é são ser estar tem ter posso pode podem fazer olá obrigado obrigada não sim
	het een van en of maar dat die dit deze wat welke wie wanneer waar waarom hoe ik jij je hij zij wij jullie mijn jouw zijn haar ons onze
	is ben bent was kan kunnen moet moeten mag wil zou heb hebt heeft op aan bij met voor door over naar uit niet wel ook
`)
