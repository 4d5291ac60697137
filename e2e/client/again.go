package client

// Again is the same visitor on a page of another address that remembers nothing but the token. Their name
// must be another, or what they send would be taken for what was sent before.
func (v *Visitor) Again(name, url string) *Visitor {
	v.mu.Lock()
	defer v.mu.Unlock()
	options := v.options
	options.Name, options.URL = name, url
	back := New(options)
	back.token, back.id = v.token, v.id
	return back
}
