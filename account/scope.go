package account

import (
	"slices"
	"strings"

	"parley/chat"
)

// Scope is what a key of the API is for.
type Scope string

// Scopes of keys. No scope lets a key take conversations, manage people, keys or the
// business, or see who did what: those are for people who are signed in.
const (
	ScopeRead   Scope = "read"   // see bots, sources and conversations
	ScopeAsk    Scope = "ask"    // ask bots, which uses up answers
	ScopeManage Scope = "manage" // bots, what they know, and webhooks
)

// AllScopes are all of them, in the order in which they are shown.
var AllScopes = []Scope{ScopeRead, ScopeAsk, ScopeManage}

// scopes is the one place that says what a key of a scope may do.
var scopes = map[Scope][]Action{
	ScopeRead:   {Read},
	ScopeAsk:    {Ask},
	ScopeManage: {ManageBots, ManageWebhooks},
}

// Actions returns all that a key of this scope may do.
func (s Scope) Actions() []Action { return slices.Clone(scopes[s]) }

// Scopes are those of one key, as bits in the order of AllScopes, so that an Identity can be compared.
type Scopes uint8

// ScopesOf returns a set. Those that there are not count for nothing.
func ScopesOf(list ...Scope) (set Scopes) {
	for i, scope := range AllScopes {
		if slices.Contains(list, scope) {
			set |= 1 << i
		}
	}
	return set
}

// List returns them in the order of AllScopes.
func (s Scopes) List() []Scope {
	list := make([]Scope, 0, len(AllScopes))
	for i, scope := range AllScopes {
		if s&(1<<i) != 0 {
			list = append(list, scope)
		}
	}
	return list
}

// May tells whether a key with these scopes may do it.
func (s Scopes) May(action Action) bool {
	return slices.ContainsFunc(s.List(), func(scope Scope) bool { return slices.Contains(scopes[scope], action) })
}

// ErrScope refuses what a key's scopes do not cover.
var ErrScope = chat.Fail(chat.Forbidden, "scope_missing", "This API key may not do this. Use one with the scope that it takes, or sign in.")

// errScopes refuses a key without a scope, or with one that there is not.
var errScopes = chat.Fail(chat.Invalid, "scopes_invalid", "Choose at least one scope, of: "+strings.Join(scopeNames(), ", ")+".")

func scopeNames() []string {
	names := make([]string, len(AllScopes))
	for i, scope := range AllScopes {
		names[i] = string(scope)
	}
	return names
}

// parseScopes refuses what ScopesOf would drop.
func parseScopes(list []Scope) (Scopes, error) {
	for _, scope := range list {
		if !slices.Contains(AllScopes, scope) {
			return 0, errScopes
		}
	}
	if len(list) == 0 {
		return 0, errScopes
	}
	return ScopesOf(list...), nil
}
