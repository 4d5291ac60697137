package account

import (
	"encoding/json"
	"math"
	"strings"
	"sync"

	"github.com/ccojocar/zxcvbn-go/data"
)

// wordLists are zxcvbn's: the 7,000 most common passwords of published breaches, the words of English in film and
// television, and the names of the United States' census, each in the order in which people use them.
var wordLists = []string{"data/Passwords.json", "data/English.json", "data/FemaleNames.json", "data/MaleNames.json", "data/Surnames.json"}

// moreWords are what those lists miss: other languages and keyboards, and this product.
var moreWords = strings.Fields(`passwort kennwort geheim schatz hallo sommer winter herbst fruehling frühling urlaub liebe ich dich mich liebedich fussball schalke
	motdepasse bonjour soleil amour chouchou doudou azerty marseille jetaime contraseña contrasena hola teamo amor princesa estrella
	senha ciao amore juventus wachtwoord welkom welkom01 haslo polska parola sifre qwertz qwertzuiop yxcvbnm changeme letmein
	administrator admin root default secret parley chatbot monday tuesday wednesday thursday friday saturday sunday january february march april june july
	august september october november december spring summer autumn welcome iloveyou trustno1 covid company`)

// longestWord is how many characters of a password are looked for in the lists; the longest there have some 20.
const longestWord = 24

// words tells how many guesses find a word, as a power of two. They are read when the first password is chosen, which takes 50 ms and then
// holds 5 MB: most processes never do.
var words = sync.OnceValue(func() map[string]float32 {
	known := make(map[string]float32, 80_000)
	learn := func(list []string) {
		for i, word := range list {
			if bits := float32(math.Log2(float64(i + 2))); len(word) >= 3 {
				if before, ok := known[word]; !ok || bits < before {
					known[word] = bits
				}
			}
		}
	}
	for _, name := range wordLists {
		var list struct{ List []string }
		if err := json.Unmarshal(data.MustAsset(name), &list); err != nil {
			panic("account: the list of words " + name + ": " + err.Error()) // it is compiled in
		}
		learn(list.List)
	}
	learn(moreWords)
	return known
})
