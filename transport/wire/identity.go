package wire

import "encoding/json"

// Identity is who the business's server says that a visitor is: account.Claim says what is signed. A page
// may pass it on as it got it: as an object, as the text of one, or as the text of a JWT.
type Identity struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	Expires   int64  `json:"expires"` // Unix seconds
	Signature string `json:"signature"`
	JWT       string `json:"jwt"`
}

// UnmarshalJSON implements json.Unmarshaler. A text that is neither is a JWT that nobody signed.
func (i *Identity) UnmarshalJSON(data []byte) error {
	type object Identity
	if len(data) == 0 || data[0] != '"' {
		return json.Unmarshal(data, (*object)(i))
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	if json.Unmarshal([]byte(text), (*object)(i)) != nil {
		*i = Identity{JWT: text}
	}
	return nil
}
