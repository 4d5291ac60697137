package wire

// ConsentGive is the type of the frame by which a visitor agrees to what the business asks of them.
const ConsentGive = "consent.give"

// ConsentGiven is the data of consent.give: the hash of the text that was shown.
type ConsentGiven struct {
	Hash string `json:"text_hash"`
}

// Consent is what a visitor is asked to agree to.
type Consent struct {
	Text     string
	Hash     string // names the text
	Required bool   // before anything is said
	Given    bool   // they have
}

func appendConsent(data *object, c *Consent) {
	if c == nil {
		return
	}
	consent := data.within("consent")
	consent.text("text", c.Text)
	consent.text("text_hash", c.Hash)
	consent.flag("required", c.Required)
	consent.flag("given", c.Given)
	data.leave(consent)
}
