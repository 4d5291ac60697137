package postgres

import (
	"cmp"
	"strings"
	"unicode"

	"parley/chat"
	"parley/persistence/seal"
)

// A visitor's contact is sealed by their key. They are found by terms: HMACs of
// each word of their name, of their address and of their telephone number.
//
// maxTerms is how many there are of a visitor: an address, a number, and words of the name.
const maxTerms = 16

// visitorRecord is what a visitor says of themselves.
type visitorRecord struct {
	recordHead
	contactRecord
}

func sealContact(key *seal.Key, id visitorID, contact chat.Contact) ([]byte, error) {
	return sealRecord(key, id.tenant, tableContacts, id.id, visitorRecord{head(), contactRecord(contact)})
}

// openContact returns the zero value for none.
func openContact(key *seal.Key, id visitorID, sealed []byte) (chat.Contact, error) {
	if sealed == nil {
		return chat.Contact{}, nil
	}
	var r visitorRecord
	err := openRecord(key, id.tenant, tableContacts, id.id, sealed, &r)
	return chat.Contact(r.contactRecord), err
}

// merge is a contact after a change: a field that is empty keeps what is known.
func merge(contact chat.Contact, changed chat.ContactChanged) chat.Contact {
	return chat.Contact{
		Name:  cmp.Or(changed.Name, contact.Name),
		Email: cmp.Or(changed.Email, contact.Email),
		Phone: cmp.Or(changed.Phone, contact.Phone),
	}
}

// terms are what a visitor with this contact is found by.
func (k *keyring) terms(tenant string, contact chat.Contact) [][]byte {
	var texts []string
	if email := foldedEmail(contact.Email); email != "" {
		texts = append(texts, email)
	}
	if digits := digitsOf(contact.Phone); digits != "" {
		texts = append(texts, digits)
	}
	terms := k.termsOf(tenant, append(texts, nameWords(contact.Name)...))
	return terms[:min(len(terms), maxTerms)]
}

// search are the terms of words that somebody looks for. Words that are a telephone number together are one.
func (k *keyring) search(tenant string, words []string) [][]byte {
	if all := strings.Join(words, ""); isPhone(all) {
		return k.termsOf(tenant, []string{digitsOf(all)})
	}
	var texts []string
	for _, word := range words {
		switch {
		case strings.Contains(word, "@"):
			texts = append(texts, foldedEmail(word))
		case isPhone(word):
			texts = append(texts, digitsOf(word))
		default:
			texts = append(texts, nameWords(word)...)
		}
	}
	return k.termsOf(tenant, texts)
}

// termsOf are the terms of texts, each once.
func (k *keyring) termsOf(tenant string, texts []string) [][]byte {
	var terms [][]byte
	seen := make(map[string]bool)
	for _, text := range texts {
		if seen[text] {
			continue
		}
		seen[text] = true
		terms = append(terms, k.hash("term", tenant, text))
	}
	return terms
}

func foldedEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// nameWords are the words of a name without case: "Anne-Marie O'Neil" has four.
func nameWords(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// isPhone tells whether a text can be a telephone number.
func isPhone(text string) bool {
	return strings.ContainsAny(text, "0123456789") &&
		!strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789+-()/. ", r) })
}

// digitsOf are the digits of a telephone number, without what stands for "+".
func digitsOf(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	return strings.TrimPrefix(digits, "00")
}
